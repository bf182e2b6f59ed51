package sdk_test

import (
	"path/filepath"
	"testing"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
)

// TestPhotoThatArrivesSpoiltIsSentAgain: the server kept nothing of it, and the next synchronisation brings it.
func TestPhotoThatArrivesSpoiltIsSentAgain(t *testing.T) {
	s := newServer(t)
	p := s.photos(t)
	p.spoils = 2
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	saved := photographed(t, a, chart, added(t, a, "a wound"))
	for n := range 3 {
		synced(t, a)
		want := sdk.BlobWaiting
		if n == 2 {
			want = sdk.BlobHere
		}
		if got := stateOf(t, a, saved); got != want || p.put != n+1 {
			t.Errorf("after %d attempts: state %v, want %v; %d pieces arrived", n+1, got, want, p.put)
		}
	}
}

// TestPhotoThatNeverArrivesEnds: it does not fill the connection for ever, and keeps no other one waiting.
func TestPhotoThatNeverArrivesEnds(t *testing.T) {
	s := newServer(t)
	p := s.photos(t)
	p.spoils = 1000
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	saved := photographed(t, a, chart, added(t, a, "a wound"))
	for range 8 {
		synced(t, a)
	}
	if got := stateOf(t, a, saved); got != sdk.BlobRefused || p.put != 5 {
		t.Errorf("state %v after %d attempts", got, p.put)
	}
	p.put, p.spoils = 0, 0
	other := photographed(t, a, chart, added(t, a, "another wound"))
	synced(t, a)
	if stateOf(t, a, other) != sdk.BlobHere || p.put != 1 {
		t.Errorf("the other one: state %v, %d attempts", stateOf(t, a, other), p.put)
	}
}

// TestPhotoThatIsTooLargeIsNotSent: the server says so before a piece of it is sent, and it is not asked again.
func TestPhotoThatIsTooLargeIsNotSent(t *testing.T) {
	s := newServer(t)
	p := s.photos(t)
	p.small = true
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	saved := photographed(t, a, chart, added(t, a, "a wound"))
	synced(t, a)
	p.small = false
	synced(t, a)
	if got := stateOf(t, a, saved); got != sdk.BlobRefused || p.put != 0 {
		t.Errorf("state %v, %d pieces", got, p.put)
	}
}
