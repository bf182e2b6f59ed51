package app

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/backup"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
)

// madeAt is when a backup was made.
func madeAt(t *testing.T, content []byte) time.Time {
	t.Helper()
	result, err := backup.Read(bytes.NewReader(content), backup.Sink{})
	if err != nil {
		t.Fatal(err)
	}
	return result.Header.Made
}

// TestAnOlderBackupThanTheNewestVerified is refused: tablets have let go of what the newer one covers. Whoever takes it all
// the same is told again at the confirmation. One that was verified later and made earlier is not the newer one.
func TestAnOlderBackupThanTheNewestVerified(t *testing.T) {
	c := settings(t)
	c.Journal = t.TempDir()
	r := start(t, c, onDisk)
	note(t, h2c(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001")
	content := backedUp(t, r)
	newest := madeAt(t, content).Add(24 * time.Hour)
	for _, made := range []time.Time{newest, newest.Add(-48 * time.Hour)} {
		if err := r.journal.Verified(journal.Backup{ID: "b", Made: made}, nil, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	into := restoring(t, content)
	into.Journal = c.Journal
	before := everyFile(t, c.Journal)
	if _, err := Restore(t.Context(), into); err == nil || !strings.Contains(err.Error(), "give --older") || !strings.Contains(err.Error(), newest.Local().Format(time.DateTime)) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(into.Data); !errors.Is(err, os.ErrNotExist) || everyFile(t, c.Journal) != before {
		t.Errorf("something was changed: %v", err)
	}
	copied := restoring(t, content) // the same over a copy of the journal
	copied.OldJournal = c.Journal
	if _, err := Restore(t.Context(), copied); err == nil || !strings.Contains(err.Error(), "give --older") {
		t.Errorf("a copy of the journal: %v", err)
	}
	into.In, into.Older = bytes.NewReader(content), true
	done, err := Restore(t.Context(), into)
	if err != nil || !done.Newer.Equal(newest) {
		t.Fatalf("%+v, %v", done, err)
	}
	c.Data = into.Data
	review, err := start(t, c, onDisk).Review(t.Context())
	if err != nil || !review.Newer.Equal(newest) {
		t.Errorf("%+v, %v", review, err)
	}
}

// TestTheNewestBackupIsTakenAsItIs, also after a restore, which writes down what it covers. The gauges have it at once.
func TestTheNewestBackupIsTakenAsItIs(t *testing.T) {
	c := settings(t)
	c.Journal = t.TempDir()
	r := start(t, c, onDisk)
	note(t, h2c(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001")
	content := backedUp(t, r)
	loaded, err := VerifyBackup(t.Context(), bytes.NewReader(content), t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Cover(t.Context(), loaded.Checked()); err != nil {
		t.Fatal(err)
	}
	_, metrics := get(t, "http://"+r.Addr()+"/metrics")
	if strings.Contains(metrics, "\ntsunagu_backup_made_timestamp_seconds 0\n") || !strings.Contains(metrics, "\ntsunagu_entries_not_backed_up 0\n") {
		t.Error("/metrics does not have the backup at once")
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		into := restoring(t, content)
		into.Journal = c.Journal
		if done, err := Restore(t.Context(), into); err != nil || !done.Newer.IsZero() {
			t.Fatalf("%+v, %v", done, err)
		}
	}
}

// TestAnotherServersBackup is no backup of this one: it is not written down.
func TestAnotherServersBackup(t *testing.T) {
	other := start(t, settings(t), onDisk)
	note(t, h2c(t, other).signedIn(t, "sato", "tablet-a"), "chart-0001")
	loaded, err := VerifyBackup(t.Context(), bytes.NewReader(backedUp(t, other)), t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, settings(t), onDisk)
	if got, err := r.Cover(t.Context(), loaded.Checked()); err != nil || got.Streams != 0 || got.Strange != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if b, _, ok := r.journal.LastBackup(); ok {
		t.Errorf("written down: %+v", b)
	}
}

// TestTheJournalGoesOverLast: a folder from which the mark cannot be taken that it is not finished is given up, and the journal
// stays with the folder of before.
func TestTheJournalGoesOverLast(t *testing.T) {
	c := settings(t)
	c.Journal = t.TempDir()
	r := start(t, c, onDisk)
	content := withBlob(t, backedUp(t, r))
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	into := restoring(t, content)
	into.Journal = c.Journal
	into.Blob = func(string, int64, io.Reader) error {
		return errors.Join(os.Remove(into.UnfinishedMark()), os.MkdirAll(filepath.Join(into.UnfinishedMark(), "in the way"), 0o700))
	}
	if _, err := Restore(t.Context(), into); err == nil || !strings.Contains(err.Error(), "nothing was restored") {
		t.Fatalf("%v", err)
	}
	if review, err := start(t, c, onDisk).Review(t.Context()); err != nil || review.Unconfirmed {
		t.Errorf("the folder of before: %+v, %v", review, err)
	}
}
