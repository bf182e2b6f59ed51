package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
)

// TestKill kills the server in the midst of writes, again and again. What was acknowledged has to be there afterwards,
// once; what was not is sent again, and is then there once as well.
func TestKill(t *testing.T) {
	rounds := 20
	if testing.Short() {
		rounds = 4
	}
	data := t.TempDir()
	s := serve(t, data, "127.0.0.1:0")
	writers := killWriters(t, s.url())
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range rounds {
		enough := 1 + random.Int64N(40)
		killAmidWrites(t, s, writers, enough)
		s = serve(t, data, s.address)
	}
	known := 0
	for _, w := range writers {
		w.finish(t)
		if raw, ok := w.(*rawWriter); ok {
			known += raw.known
		}
	}
	t.Logf("%d writes had reached the disk and got no answer", known)
	checkWritten(t, s, writers)
	s.stop(t)
	verify(t, data)
}

// killAmidWrites lets everybody write, and kills the server once enough was acknowledged: while more is in flight.
func killAmidWrites(t *testing.T, s *server, writers []writer, enough int64) {
	t.Helper()
	var acknowledged atomic.Int64
	reached := make(chan struct{})
	var once sync.Once
	var writing sync.WaitGroup
	for _, w := range writers {
		writing.Go(func() {
			for on := true; on; {
				var more int64
				more, on = w.write(t)
				if acknowledged.Add(more) >= enough {
					once.Do(func() { close(reached) })
				}
			}
		})
	}
	await(t, reached, "enough acknowledged writes")
	s.kill(t)
	ended := make(chan struct{})
	go func() { writing.Wait(); close(ended) }()
	await(t, ended, "the writers to see that the server is gone")
}

// checkWritten holds what was written against the chart, its history, and what a new tablet gets.
func checkWritten(t *testing.T, s *server, writers []writer) {
	t.Helper()
	all := map[[16]byte]*written{}
	for _, w := range writers {
		for id, one := range w.wrote() {
			if all[id] = one; one.seq == 0 {
				t.Errorf("%x was never acknowledged", id)
			}
		}
	}
	reader := signIn(t, s.url(), "ito", "console")
	records := map[[16]byte]int{}
	seen := map[[16]byte]int{}
	for _, item := range reader.timeline(t, shared) {
		id := [16]byte(item.GetRecord().GetId())
		records[id]++
		for _, h := range reader.history(t, shared, id[:]) {
			m := [16]byte(h.GetMutationId())
			seen[m]++
			if one := all[m]; one == nil || one.seq != h.GetVersion().GetVersion().GetSeq() {
				t.Errorf("%x stands at %v in the history; its receipt: %+v", m, h.GetVersion().GetVersion(), one)
			}
		}
	}
	for id, one := range all {
		if records[one.record] != 1 || seen[id] != 1 {
			t.Errorf("%x: its record is there %d times, itself %d times", id, records[one.record], seen[id])
		}
	}
	t.Logf("%d writes about %d records", len(all), len(records))
	checkFreshTablet(t, s, records)
}

// checkFreshTablet lets a tablet with an empty store pull everything.
func checkFreshTablet(t *testing.T, s *server, records map[[16]byte]int) {
	t.Helper()
	tablet := openTablet(t, filepath.Join(t.TempDir(), "fresh"), s.url(), "ito", "console")
	items, err := tablet.Timeline(shared, sdk.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	pulled := map[[16]byte]bool{}
	for _, item := range items {
		pulled[item.ID] = true
	}
	if len(items) != len(records) || len(pulled) != len(records) {
		t.Errorf("a new tablet has %d records, the chart %d", len(items), len(records))
	}
	for id := range records {
		if !pulled[id] {
			t.Errorf("a new tablet lacks %s", fmt.Sprintf("%x", id))
		}
	}
	if differ, err := tablet.Verify(); differ != 0 || err != nil {
		t.Errorf("a new tablet differs in %d sections, %v", differ, err)
	}
}
