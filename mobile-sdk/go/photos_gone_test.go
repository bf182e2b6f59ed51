package sdk_test

import (
	"crypto/rand"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// erase carries out an order on the server.
func (s *server) erase(t *testing.T, saved sdk.Saved) {
	t.Helper()
	c := hub.Call{Session: hub.Session{Tenant: tenant, PersonID: "operator"}, Now: time.Now(), Entropy: rand.Reader}
	if err := s.hub.Erase(t.Context(), c, saved.StreamID, saved.RecordID, "o"); err != nil {
		t.Fatal(err)
	}
}

// TestErasureTakesTheAuthorsPhotos: what was sent, what never was, and what was opened, but nothing that another record
// names too.
func TestErasureTakesTheAuthorsPhotos(t *testing.T) {
	s := newServer(t)
	p := s.photos(t)
	dir := filepath.Join(t.TempDir(), "a")
	a, _ := s.tablet(t, dir, "tablet-a", "sato")
	synced(t, a)
	both := added(t, a, "of two records")
	ordered := photographed(t, a, chart, added(t, a, "a wound"), both)
	other := photographed(t, a, chart, both)
	synced(t, a)
	seen(t, a, ordered, both)
	if len(p.has) != 2 || files(t, dir) != 3 {
		t.Fatalf("%d photos on the server, %d files on the tablet", len(p.has), files(t, dir))
	}
	p.full = true
	never := photographed(t, a, chart, added(t, a, "never sent"))
	if _, err := a.Sync(t.Context()); err == nil {
		t.Fatal("the server should take no more photos")
	}
	s.erase(t, ordered)
	s.erase(t, never)
	synced(t, a)
	if n := files(t, dir); n != 1 || stateOf(t, a, other) != sdk.BlobHere {
		t.Errorf("%d files are left, the other record's is %v", n, stateOf(t, a, other))
	}
	if n, err := a.BlobsWaiting(); n != 0 || err != nil {
		t.Errorf("%d photos wait, %v", n, err)
	}
}

// switched is a verified backup that covers the first epoch once it is there.
type switched struct{ cover bool }

func (s *switched) Durable(_, _ string) *syncv1.Version {
	if !s.cover {
		return nil
	}
	return &syncv1.Version{Epoch: 1, Seq: 1 << 40}
}

// TestOwnPhotoOfARevokedChartGoes: its author keeps it as long as a restored server could ask for it, and no longer.
func TestOwnPhotoOfARevokedChartGoes(t *testing.T) {
	s := newServer(t)
	s.two = true
	backups := &switched{}
	s.hub = hub.New(hub.Config{Store: memory.New(), Directory: s, Seals: s.keys, Epochs: s, Backups: backups})
	s.photos(t)
	dir := filepath.Join(t.TempDir(), "a")
	a, _ := s.tablet(t, dir, "tablet-a", "sato")
	synced(t, a)
	photographed(t, a, wrongChart, added(t, a, "a wound"))
	photographed(t, a, chart, added(t, a, "of a chart that is still read"))
	synced(t, a)
	s.two = false
	synced(t, a)
	if n := files(t, dir); n != 2 {
		t.Fatalf("no backup has it, and %d files are left", n)
	}
	backups.cover = true
	s.ahead = time.Hour // a device that only polls is told of backups again
	synced(t, a, a)
	if n := files(t, dir); n != 1 {
		t.Errorf("%d files are left", n)
	}
}

// TestPurgeTakesPhotosBeforeItIsConfirmed: the server takes no photos, so sending fails, and still nothing of the revoked
// chart is on the tablet once the server counts it as purged.
func TestPurgeTakesPhotosBeforeItIsConfirmed(t *testing.T) {
	s := newServer(t)
	s.two = true
	p := s.photos(t)
	dir := filepath.Join(t.TempDir(), "a")
	a, net := s.tablet(t, dir, "tablet-a", "sato")
	b, _ := s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "suzuki")
	synced(t, a, b)
	ref := added(t, b, "a wound")
	saved := photographed(t, b, wrongChart, ref)
	synced(t, b, a)
	seen(t, a, saved, ref)
	p.full = true
	photographed(t, a, chart, added(t, a, "it waits"))
	s.two = false
	there := []int{} // files, whenever a request of the synchronisation goes out
	net.sending = func(path string) {
		if strings.HasSuffix(path, "/Sync") {
			there = append(there, files(t, dir))
		}
	}
	if _, err := a.Sync(t.Context()); err == nil {
		t.Fatal("the server should take no photos")
	}
	c := hub.Call{Session: hub.Session{Tenant: tenant, PersonID: "sato", DeviceID: "tablet-a", Organisation: "o"}}
	d, err := s.hub.ListDevices(t.Context(), c, &chartv1.ListDevicesRequest{})
	if err != nil || len(d.GetDevices()[0].GetStreams()) != 1 {
		t.Fatalf("the server takes the tablet for holding %v, %v", d.GetDevices(), err)
	}
	if len(there) != 2 || there[0] != 3 || there[1] != 1 {
		t.Errorf("%v files when the requests went out; at the last one only that which waits may be there", there)
	}
}
