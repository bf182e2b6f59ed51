package sdk_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// clocked opens a tablet whose own clock is as far ahead as the test says.
func (s *server) clocked(t *testing.T, dir string, ahead *time.Duration) *sdk.Tablet {
	t.Helper()
	system := sdk.SystemClock()
	a, err := sdk.Open(sdk.Options{Dir: dir, Device: "tablet-a", Server: s.url, Clock: func() replica.Clock {
		c := system()
		c.WallMs += ahead.Milliseconds()
		return c
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	if err := a.SignIn(t.Context(), "device", "sato", "secret"); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestPhotoOfAnOpenFormStays: while the app is open, whatever the clocks say; and after it was closed, whatever its own
// clock says, until enough of the server's time has passed.
func TestPhotoOfAnOpenFormStays(t *testing.T) {
	const long = 60 * 24 * time.Hour
	s, ahead := newServer(t), time.Duration(0)
	s.photos(t)
	dir := filepath.Join(t.TempDir(), "a")
	a := s.clocked(t, dir, &ahead)
	synced(t, a)
	ref := added(t, a, "a wound")
	ahead, s.ahead = long, long
	synced(t, a)
	photographed(t, a, chart, ref)

	ahead, s.ahead = 0, 0
	synced(t, a)
	forgotten := added(t, a, "of a form that nobody finished")
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	a = s.clocked(t, dir, &ahead)
	ahead = long
	synced(t, a)
	if n := files(t, dir); n != 2 {
		t.Fatalf("the tablet's own clock removed a photo: %d are left", n)
	}
	s.ahead = long
	synced(t, a)
	if n := files(t, dir); n != 1 {
		t.Errorf("a photo that nobody named is kept for ever: %d files", n)
	}
	if _, err := a.Create(chart, vitals(368), sdk.Entry{Blobs: refs(forgotten)}); !errors.Is(err, sdk.ErrBlobGone) {
		t.Errorf("an entry with a photo that is gone: %v", err)
	}
	if queue, err := a.Queue(); err != nil || len(queue) != 1 {
		t.Errorf("%d entries, %v", len(queue), err)
	}
	photographed(t, a, chart, added(t, a, "of a form that nobody finished"))
}

// TestLostPhotoIsSaid: the file is gone from the tablet before it was ever sent. It never counts as sent.
func TestLostPhotoIsSaid(t *testing.T) {
	s := newServer(t)
	p := s.photos(t)
	dir := filepath.Join(t.TempDir(), "a")
	a, _ := s.tablet(t, dir, "tablet-a", "sato")
	synced(t, a)
	saved := photographed(t, a, chart, added(t, a, "a wound"))
	removeFiles(t, dir)
	report, err := a.Sync(t.Context())
	if err != nil || report.BlobsLost != 1 || report.Blobs != 0 || stateOf(t, a, saved) != sdk.BlobLost {
		t.Errorf("%+v, %v, state %v", report, err, stateOf(t, a, saved))
	}
	if n, err := a.BlobsWaiting(); n != 0 || err != nil {
		t.Errorf("%d wait, %v", n, err)
	}
	if report, err = a.Sync(t.Context()); err != nil || report.BlobsLost != 0 {
		t.Errorf("it is told again and again: %+v, %v", report, err)
	}
	if ja, en := sdk.BlobStateWords(sdk.BlobLost); ja == "" || en == "" || len(p.has) != 0 {
		t.Error("no words for it")
	}
}
