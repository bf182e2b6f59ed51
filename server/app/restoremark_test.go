package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/config"
)

// everyFile is what stands in the files below folders.
func everyFile(t *testing.T, folders ...string) string {
	t.Helper()
	var all strings.Builder
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			all.WriteString(path + "\n" + string(content))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

// TestTheFolderFromBeforeARestoreIsRefused: the journal went on with the restored folder, so neither the lost server's nor
// that of an earlier restore may be served or worked on with it. Nothing in either changes.
func TestTheFolderFromBeforeARestoreIsRefused(t *testing.T) {
	c := settings(t)
	c.Journal = t.TempDir() // a disk of its own
	r := start(t, c, onDisk)
	note(t, h2c(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001")
	content := backedUp(t, r)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	restored := make([]config.Server, 2)
	for i := range restored {
		into := restoring(t, content)
		into.Journal = c.Journal
		if _, err := Restore(t.Context(), into); err != nil {
			t.Fatal(err)
		}
		restored[i] = c
		restored[i].Storage = into.Storage
	}
	for name, old := range map[string]config.Server{"of the lost server": c, "of an earlier restore": restored[0]} {
		before := everyFile(t, old.Data, old.Journal)
		for how, open := range map[string]func() (*App, error){
			"served":  func() (*App, error) { return Open(t.Context(), old, zerolog.Nop()) },
			"command": func() (*App, error) { return Operate(t.Context(), old, zerolog.Nop()) },
		} {
			a, err := open()
			if err == nil {
				_ = a.Close()
			}
			if err == nil || !strings.Contains(err.Error(), "made another folder") || strings.Contains(err.Error(), "\n") {
				t.Errorf("the folder %s, %s: %v", name, how, err)
			}
		}
		if everyFile(t, old.Data, old.Journal) != before {
			t.Errorf("the folder %s, or the journal, was changed", name)
		}
	}
	if review, err := start(t, restored[1], onDisk).Review(t.Context()); err != nil || !review.Unconfirmed {
		t.Errorf("the restored folder: %+v, %v", review, err)
	}
}

// TestARestoreThatFailsLeavesTheJournalToTheOldFolder: only a restore that came to its end takes the journal along.
func TestARestoreThatFailsLeavesTheJournalToTheOldFolder(t *testing.T) {
	c := settings(t)
	c.Journal = t.TempDir()
	r := start(t, c, onDisk)
	note(t, h2c(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001")
	into := restoring(t, backedUp(t, r))
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	into.Journal = c.Journal
	inTheWay := filepath.Join(c.Journal, "covers.new") // what backups cover cannot be put down
	if err := os.Mkdir(inTheWay, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), into); err == nil {
		t.Fatal("it did not fail; the test shows nothing")
	}
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	if review, err := start(t, c, onDisk).Review(t.Context()); err != nil || review.Unconfirmed {
		t.Errorf("the old folder: %+v, %v", review, err)
	}
}

// TestARestoreBesideTheServer that has the journal open is refused: it would write between the server's lines.
func TestARestoreBesideTheServer(t *testing.T) {
	c := settings(t)
	c.Journal = t.TempDir()
	r := start(t, c, onDisk)
	into := restoring(t, backedUp(t, r))
	into.Journal = c.Journal
	before := everyFile(t, c.Journal)
	if _, err := Restore(t.Context(), into); err == nil || !strings.Contains(err.Error(), "another process uses the journal") {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(into.Data); len(left) != 0 || everyFile(t, c.Journal) != before {
		t.Errorf("the journal was changed, or left behind: %v", left)
	}
}
