package simtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/simtest"
)

// TestHistories plays a few histories; `make sim` plays many.
func TestHistories(t *testing.T) {
	const seeds = 60
	happened := map[string]int{}
	for seed := range uint64(seeds) {
		r := simtest.Run(simtest.Options{Seed: seed + 1})
		for _, p := range r.Problems {
			t.Errorf("seed %d: %s (go run ./sync/simtest/cmd/sim -seed %d -trace)", seed+1, p, seed+1)
		}
		for what, n := range r.Counts {
			happened[what] += n
		}
	}
	for _, what := range []string{
		"answer lost", "request lost", "request duplicated", "request delayed", "device crash", "server crash before commit",
		"server crash after commit", "restore", "tablet copy restored", "judged", "OUTCOME_CONFLICT", "OUTCOME_MERGED",
		"OUTCOME_HELD", "OUTCOME_REJECTED", "OPERATION_RESOLVE", "OPERATION_RETRACT", "restore that waits for its operator",
		"window set", "in a month that is not held", "record damaged on a tablet", "section fetched", "section compared",
		"repair late", "repair twice", "erasure", "grant ended", "judged in the inbox", "moved to another chart",
		"stub of a month that is not held",
		"VERDICT_REVOKED", "VERDICT_ADOPTED", "VERDICT_HISTORY_LOST", "refused on the tablet",
	} {
		if happened[what] == 0 {
			t.Errorf("in %d histories there was never: %s", seeds, what)
		}
	}
}

// TestSameSeedSameTrace: a history can be played again.
func TestSameSeedSameTrace(t *testing.T) {
	for seed := uint64(1); seed <= 5; seed++ {
		a, b := simtest.Run(simtest.Options{Seed: seed}), simtest.Run(simtest.Options{Seed: seed})
		if a.Trace != b.Trace {
			t.Errorf("seed %d: two runs, two traces", seed)
		}
		if c := simtest.Run(simtest.Options{Seed: seed + 1}); c.Trace == a.Trace {
			t.Errorf("seeds %d and %d have the same trace", seed, seed+1)
		}
	}
}

// TestOutcomesDoNotHangOnClocks plays histories with wrong clocks, one way and the other.
func TestOutcomesDoNotHangOnClocks(t *testing.T) {
	for seed := uint64(1); seed <= 15; seed++ {
		r := simtest.Run(simtest.Options{Seed: seed})
		simtest.CompareClocks(r)
		for _, p := range r.Problems {
			t.Errorf("seed %d: %s", seed, p)
		}
	}
}

// TestNobodyLooksForThePlanted: a simulator that names the mistakes could find them by name.
func TestNobodyLooksForThePlanted(t *testing.T) {
	for _, dir := range []string{".", "cmd/sim", "../scenario"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", dir, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, bug := range planted.All {
				if strings.Contains(string(text), string(bug)) || strings.Contains(string(text), "sync/planted") {
					t.Errorf("%s names the planted mistake %s", file, bug)
				}
			}
		}
	}
}
