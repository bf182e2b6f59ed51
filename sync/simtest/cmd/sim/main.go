// Command sim plays many simulated histories and reports the first promise that one of them breaks.
//
//	go run ./sync/simtest/cmd/sim -seeds 2000
//	go run ./sync/simtest/cmd/sim -seed 17 -trace
package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/simtest"
)

func main() {
	seeds := flag.Uint64("seeds", 200, "how many histories to play")
	first := flag.Uint64("first", 1, "the first seed")
	seed := flag.Uint64("seed", 0, "play this one history only")
	trace := flag.Bool("trace", false, "print everything that happens (with -seed)")
	clocks := flag.Bool("clocks", true, "play every fourth history again with wrong clocks, and compare the outcomes")
	flag.Parse()
	if *seed != 0 {
		os.Exit(one(*seed, *trace))
	}
	os.Exit(many(*first, *seeds, *clocks))
}

// one plays a single history.
func one(seed uint64, trace bool) int {
	o := simtest.Options{Seed: seed}
	if trace {
		o.Trace = os.Stdout
	}
	r := simtest.Run(o)
	fmt.Printf("seed %d: trace %s\n", seed, r.Trace)
	for _, k := range slices.Sorted(maps.Keys(r.Counts)) {
		fmt.Printf("%8d  %s\n", r.Counts[k], k)
	}
	return complain(r)
}

func complain(r *simtest.Report) int {
	if len(r.Problems) == 0 {
		return 0
	}
	fmt.Printf("seed %d breaks a promise; play it again with: go run ./sync/simtest/cmd/sim -seed %d -trace\n", r.Seed, r.Seed)
	for _, p := range r.Problems {
		fmt.Println("  " + p)
	}
	return 1
}

// many plays histories on all cores until one breaks a promise.
func many(first, seeds uint64, clocks bool) int {
	began := time.Now()
	var next, failed atomic.Uint64
	var mu sync.Mutex
	counts := map[string]int{}
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Go(func() {
			for n := next.Add(1) - 1; n < seeds && failed.Load() == 0; n = next.Add(1) - 1 {
				r := simtest.Run(simtest.Options{Seed: first + n})
				if clocks && n%4 == 0 {
					simtest.CompareClocks(r)
				}
				mu.Lock()
				for k, v := range r.Counts {
					counts[k] += v
				}
				failed.Add(uint64(complain(r)))
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		fmt.Printf("%10d  %s\n", counts[k], k)
	}
	if failed.Load() > 0 {
		return 1
	}
	fmt.Printf("%d histories, nothing found, %s\n", seeds, time.Since(began).Round(time.Millisecond))
	return 0
}
