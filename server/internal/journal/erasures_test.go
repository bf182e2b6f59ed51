package journal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestErasuresAreOpenUntilTheyAreDone, over a restart; a restore opens all of them again until it is confirmed.
func TestErasuresAreOpenUntilTheyAreDone(t *testing.T) {
	folder := t.TempDir()
	j := opened(t, folder)
	first, second := Erasure{Tenant: "t", Stream: "s", Record: "1", Order: "a"}, Erasure{Tenant: "t", Stream: "s", Record: "2", Order: "a"}
	stands := func(want ...Erasure) {
		t.Helper()
		must(t, j.Close())
		j = opened(t, folder)
		open := j.OpenErasures()
		if len(open) != len(want) {
			t.Fatalf("open: %v, want %v", open, want)
		}
		for i := range want {
			if open[i] != want[i] {
				t.Errorf("open: %v, want %v", open, want)
			}
		}
	}
	stands()
	must(t, j.Erased(first, day))
	must(t, j.Erased(second, day))
	stands(first, second)
	must(t, j.Done([]Erasure{first}, day))
	stands(second)
	lines := j.Lines()
	must(t, j.Done([]Erasure{first}, day))
	must(t, j.Erased(first, day))
	if j.Lines() != lines {
		t.Error("what is done was written down again")
	}
	must(t, j.Restored(Restore{ID: "r"}, day))
	stands(first, second)
	must(t, j.Done([]Erasure{first, second}, day))
	stands(first, second) // nobody has confirmed it
	must(t, j.Confirm(nil, day))
	must(t, j.Done([]Erasure{first, second}, day))
	stands()
	if all := j.Erasures(); len(all) != 2 {
		t.Errorf("%v", all)
	}
}

// TestAJournalKeepsItsID over a restart, and another one has another.
func TestAJournalKeepsItsID(t *testing.T) {
	folder := t.TempDir()
	j := opened(t, folder)
	if j.ID() != "" {
		t.Error("a journal without lines has an id")
	}
	must(t, j.Restored(Restore{ID: "one"}, day))
	id := j.ID()
	must(t, j.Confirm(nil, day))
	must(t, j.Close())
	if again := opened(t, folder).ID(); id == "" || again != id {
		t.Errorf("%q, then %q", id, again)
	}
	other := opened(t, t.TempDir())
	must(t, other.Restored(Restore{ID: "two"}, day))
	if other.ID() == id {
		t.Error("another journal has the same id")
	}
}

// TestCoversThatCannotBeWritten say in one sentence what is safe.
func TestCoversThatCannotBeWritten(t *testing.T) {
	folder := t.TempDir()
	j := opened(t, folder)
	must(t, os.Mkdir(filepath.Join(folder, coversFile+".new"), 0o700))
	if err := j.Verified(Backup{ID: "b", Made: day}, nil, day); err == nil || !strings.Contains(err.Error(), "tablets keep what they wrote") {
		t.Errorf("%v", err)
	}
	if _, _, ok := j.LastBackup(); ok {
		t.Error("it counts although it is not written down")
	}
}
