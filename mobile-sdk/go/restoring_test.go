package sdk_test

import (
	"path/filepath"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
)

// unconfirmed is a server that was restored, until its operator confirms who may read what.
type unconfirmed struct{ waits bool }

func (u *unconfirmed) Unconfirmed() bool { return u.waits }

// TestRestoringOpensNothing to somebody else on a shared tablet: the server revokes nothing meanwhile, so what it leaves
// on the tablet proves no right. Who could read goes on reading.
func TestRestoringOpensNothing(t *testing.T) {
	s, u := newServer(t), &unconfirmed{}
	s.hub = hub.New(hub.Config{Store: memory.New(), Directory: s, Seals: s.keys, Epochs: s, Restored: u})
	s.only = "sato"
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	saved, err := a.Create(chart, vitals(368), sdk.Entry{})
	if err != nil {
		t.Fatal(err)
	}
	synced(t, a)
	u.waits = true
	if err := a.SignIn(t.Context(), "device", "suzuki", "secret"); err != nil {
		t.Fatal(err)
	}
	report, err := a.Sync(t.Context())
	if err != nil || !report.Restoring {
		t.Fatalf("%+v, %v", report, err)
	}
	seesNothing(t, a, saved, "while the restore is unconfirmed")
	if err := a.Use("sato"); err != nil {
		t.Fatal(err)
	}
	synced(t, a)
	if n := len(timeline(t, a)); n != 1 {
		t.Errorf("the one who could read reads %d records", n)
	}
}
