package app

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
)

// refusedStart opens a server and a command on settings that neither may take; nothing changes below the folders.
func refusedStart(t *testing.T, c config.Server, want string, folders ...string) {
	t.Helper()
	before := everyFile(t, folders...)
	for how, open := range map[string]func() (*App, error){
		"served":  func() (*App, error) { return Open(t.Context(), c, zerolog.Nop()) },
		"command": func() (*App, error) { return Operate(t.Context(), c, zerolog.Nop()) },
	} {
		a, err := open()
		if err == nil {
			_ = a.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", how, err, want)
		}
	}
	if everyFile(t, folders...) != before {
		t.Error("something was changed")
	}
}

// written is a data folder of a server that has served and was stopped, with its journal on a disk of its own.
func written(t *testing.T) config.Server {
	t.Helper()
	c := settings(t)
	c.Journal = t.TempDir()
	r := start(t, c, onDisk)
	note(t, h2c(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001")
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestAStoreHasItsOwnJournal: a start that forgets --journal, whose disk is not mounted, or that names another server's
// journal, is refused and begins nothing.
func TestAStoreHasItsOwnJournal(t *testing.T) {
	c := written(t)
	forgotten := c
	forgotten.Journal = ""
	refusedStart(t, forgotten, "name its folder with --journal", c.Data, c.Journal)
	unmounted := c
	unmounted.Journal = t.TempDir()
	refusedStart(t, unmounted, "mount its disk", c.Data, unmounted.Journal)
	other := written(t)
	// Another server's journal says so by its sealing key; one without that mark by itself.
	if err := os.Rename(other.SealMark(), other.SealMark()+".away"); err != nil {
		t.Fatal(err)
	}
	mixed := c
	mixed.Journal = other.Journal
	refusedStart(t, mixed, "is not that of the store", c.Data, mixed.Journal)
	if _, err := Open(t.Context(), mixed, zerolog.Nop(), WithNewJournal(true)); err == nil {
		t.Error("a journal that is there was taken for a new one")
	}
	moved := c
	moved.Journal = filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(c.Journal, moved.Journal); err != nil {
		t.Fatal(err)
	}
	start(t, moved, onDisk)
}

// TestAJournalThatIsLost is begun anew by whoever says so, once; after that the new one is the store's own.
func TestAJournalThatIsLost(t *testing.T) {
	c := written(t)
	lost := c.Journal
	c.Journal = t.TempDir()
	if err := os.WriteFile(filepath.Join(c.Journal, journal.File), nil, 0o600); err != nil { // a first try died at its beginning
		t.Fatal(err)
	}
	r := start(t, c, onDisk, WithNewJournal(true))
	if !strings.Contains(r.log.String(), "begun anew") || r.journal.Unconfirmed() {
		t.Error(r.log.String())
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if err := start(t, c, onDisk).stop(); err != nil {
		t.Fatal(err)
	}
	found := c
	found.Journal = lost
	refusedStart(t, found, "is not that of the store", c.Data, lost)
}

// TestAJournalThatIsLostAfterARestore: nobody knows whether the restore was confirmed, so it has to be again.
func TestAJournalThatIsLostAfterARestore(t *testing.T) {
	c := settings(t)
	r := start(t, c, onDisk)
	into := restoring(t, backedUp(t, r))
	if _, err := Restore(t.Context(), into); err != nil {
		t.Fatal(err)
	}
	c.Storage = into.Storage
	if err := os.RemoveAll(c.JournalFolder()); err != nil {
		t.Fatal(err)
	}
	if a, err := Open(t.Context(), c, zerolog.Nop()); err == nil {
		t.Fatal(errors.Join(errors.New("it was served without its journal"), a.Close()))
	}
	r = start(t, c, onDisk, WithNewJournal(true))
	if review, err := r.Review(t.Context()); err != nil || !review.Unconfirmed || review.JournalKept {
		t.Errorf("%+v, %v", review, err)
	}
}

// TestABusyPortMakesNothing: a start that fails at its port has begun no journal, no keys and no store.
func TestABusyPortMakesNothing(t *testing.T) {
	busy := start(t, settings(t))
	c := settings(t)
	c.Listen = busy.Addr()
	if _, err := Open(t.Context(), c, zerolog.Nop()); err == nil || !strings.Contains(err.Error(), "choose another address") {
		t.Errorf("%v", err)
	}
	if left, err := os.ReadDir(c.Data); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
