package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLastRestoreIn reads a journal that another process may have open: it makes none, cuts nothing off, and refuses a
// damaged one as Open does.
func TestLastRestoreIn(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, File)
	asked := func(want string) {
		t.Helper()
		before, _ := os.ReadFile(path)
		last, ok, err := LastRestoreIn(folder)
		if err != nil || last.ID != want || ok != (want != "") {
			t.Errorf("%+v, %v, %v, want %q", last, ok, err, want)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Error("it changed the journal")
		}
	}
	asked("")
	if Exists(folder) {
		t.Error("it began a journal")
	}
	j := opened(t, folder)
	asked("")
	must(t, j.Restored(Restore{ID: "one"}, day))
	asked("one")
	must(t, j.Restored(Restore{ID: "two"}, day))
	must(t, j.Confirm(nil, day))
	asked("two")
	content, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, append(content, `{"n":9,"at"`...), 0o600)) // being written, or left by a crash
	asked("two")
	content[3] ^= 1
	must(t, os.WriteFile(path, content, 0o600))
	if _, _, err := LastRestoreIn(folder); err == nil {
		t.Error("a damaged line was taken")
	}
}

// TestAJournalIsOpenOnce: two that write would break each other's chain.
func TestAJournalIsOpenOnce(t *testing.T) {
	folder := t.TempDir()
	j := opened(t, folder)
	if second, err := Open(folder); err == nil || !strings.Contains(err.Error(), "another process") {
		_ = second.Close()
		t.Errorf("%v", err)
	}
	must(t, j.Restored(Restore{ID: "one"}, day))
	must(t, j.Close())
	if last, _, ok := opened(t, folder).LastRestore(); !ok || last.ID != "one" {
		t.Errorf("%+v, %v", last, ok)
	}
}
