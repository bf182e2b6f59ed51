package epochs

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func open(t *testing.T, path string) *Journal {
	t.Helper()
	j, _, err := Open(path, false, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func next(t *testing.T, j *Journal, above uint64) uint64 {
	t.Helper()
	n, err := j.Next(above)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNumbersRiseOverRestarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal", "epochs")
	j := open(t, path)
	for i, want := range []struct{ above, got uint64 }{{0, 1}, {0, 2}, {10, 11}, {5, 12}} {
		if n := next(t, j, want.above); n != want.got {
			t.Errorf("%d: %d, want %d", i, n, want.got)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Next(0); err == nil {
		t.Error("a closed journal gives a number")
	}
	if n := next(t, open(t, path), 0); n != 13 {
		t.Errorf("after a restart: %d", n)
	}
}

// TestCutAnywhere cuts the file at every byte, as a crash may: no number that was given comes again.
func TestCutAnywhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "epochs")
	j := open(t, path)
	next(t, j, 0)
	given := next(t, j, 98)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	next(t, j, 0) // this one is being written when the crash comes
	more, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := len(whole); cut < len(more); cut++ {
		torn := filepath.Join(t.TempDir(), "epochs")
		if err := os.WriteFile(torn, more[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if n := next(t, open(t, torn), 0); n != given+1 {
			t.Fatalf("cut at %d: %d after %d", cut, n, given)
		}
		if again := open(t, torn); again.last != given+1 {
			t.Fatalf("cut at %d: what was written over the torn line is not read", cut)
		}
	}
}

func TestDamageIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "epochs")
	j := open(t, path)
	next(t, j, 0)
	next(t, j, 0)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole[:len(whole)-1] {
		changed := append([]byte{}, whole...)
		changed[i] ^= 1
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if j, _, err := Open(path, true, time.Unix(0, 0)); err == nil {
			_ = j.Close()
			t.Fatalf("a changed byte %d is taken", i)
		}
	}
}

func TestLostJournalBeginsAtTheClock(t *testing.T) {
	j, lost, err := Open(filepath.Join(t.TempDir(), "epochs"), true, time.Unix(1_000_000, 0))
	if err != nil || !lost {
		t.Fatal(lost, err)
	}
	defer j.Close()
	if n := next(t, j, 7); n != 1_000_001 {
		t.Errorf("%d", n)
	}
}

func TestUnusedJournalIsNotALostOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "epochs")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	j, lost, err := Open(path, true, time.Unix(1_000_000, 0))
	if err != nil || lost {
		t.Fatal(lost, err)
	}
	defer j.Close()
	if n := next(t, j, 0); n != 1 {
		t.Errorf("%d", n)
	}
}

func TestManyAtOnceGetDifferentNumbers(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "epochs"))
	var mu sync.Mutex
	seen := map[uint64]bool{}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			n, err := j.Next(0)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || seen[n] {
				t.Errorf("%d again, %v", n, err)
			}
			seen[n] = true
		})
	}
	all.Wait()
}
