package sdk_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// seesNothing: neither list nor id leads to what others may read.
func seesNothing(t *testing.T, a *sdk.Tablet, saved sdk.Saved, when string) {
	t.Helper()
	if charts, err := a.Charts(); err != nil || len(charts) != 0 {
		t.Errorf("%s: charts %+v, %v", when, charts, err)
	}
	if _, err := a.Timeline(chart, sdk.Filter{}); !errors.Is(err, sdk.ErrNoChart) {
		t.Errorf("%s: timeline: %v", when, err)
	}
	if _, err := a.Record(saved.StreamID, saved.RecordID); !errors.Is(err, sdk.ErrNoRecord) {
		t.Errorf("%s: record: %v", when, err)
	}
	if _, err := a.Find(chart, "0"); !errors.Is(err, sdk.ErrNoChart) {
		t.Errorf("%s: find: %v", when, err)
	}
	queue, err := a.Queue()
	if err != nil || len(queue) == 0 {
		t.Errorf("%s: queue: %v", when, err)
	}
	for _, own := range queue {
		if own.Mutation.GetRecord().GetBody() != nil || own.Mutation.GetReason() != "" {
			t.Errorf("%s: the queue shows what somebody else wrote", when)
		}
	}
}

// TestSharedTabletShowsEverybodyTheirOwn: two people, one tablet, and a chart that only the first may read.
func TestSharedTabletShowsEverybodyTheirOwn(t *testing.T) {
	s := newServer(t)
	s.only = "sato"
	a, net := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	saved, err := a.Create(chart, vitals(368), sdk.Entry{})
	if err != nil {
		t.Fatal(err)
	}
	synced(t, a)
	waiting, err := a.Create(chart, vitals(371), sdk.Entry{})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SignIn(t.Context(), "device", "suzuki", "secret"); err != nil {
		t.Fatal(err)
	}
	net.down = true
	seesNothing(t, a, saved, "before the first synchronisation")
	net.down = false
	synced(t, a)
	net.down = true
	seesNothing(t, a, saved, "after it")
	if err := a.Use("sato"); err != nil {
		t.Fatal(err)
	}
	net.down = false
	synced(t, a)
	net.down = true
	if items := timeline(t, a); len(items) != 2 {
		t.Errorf("%d records are back", len(items))
	}
	if i, err := a.Record(waiting.StreamID, waiting.RecordID); err != nil || i.State != replica.Safe {
		t.Errorf("what waited meanwhile: %v %v", i.State, err)
	}
	if err := a.Use("suzuki"); err != nil {
		t.Fatal(err)
	}
	seesNothing(t, a, saved, "with everything on the tablet")
}

// TestOwnPendingEntriesStay: a grant that ended hides the chart, not what its author wrote here and was not yet sent.
func TestOwnPendingEntriesStay(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	other, err := a.Create(chart, vitals(368), sdk.Entry{})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SignIn(t.Context(), "device", "suzuki", "secret"); err != nil {
		t.Fatal(err)
	}
	mine, err := a.Create(chart, vitals(370), sdk.Entry{Stream: other.StreamID})
	if err != nil {
		t.Fatal(err)
	}
	items := timeline(t, a)
	if len(items) != 1 || items[0].ID != mine.RecordID {
		t.Errorf("shown: %+v", items)
	}
	if c, err := a.Chart(chart); err != nil || c.Name != "" {
		t.Errorf("the name is shown: %q, %v", c.Name, err)
	}
}

func TestNamesFollowTheServerAndGoWithTheGrant(t *testing.T) {
	s := newServer(t)
	dir := filepath.Join(t.TempDir(), "a")
	a, _ := s.tablet(t, dir, "tablet-a", "sato")
	synced(t, a)
	s.name = "鈴木 花子"
	_ = a.Close()
	a, _ = s.tablet(t, dir, "tablet-a", "sato")
	synced(t, a)
	if c, err := a.Chart(chart); err != nil || c.Name != s.name {
		t.Errorf("after the change: %q, %v", c.Name, err)
	}
	s.only = "nobody"
	synced(t, a)
	if names, err := a.StoredNames(); err != nil || len(names) != 0 {
		t.Errorf("after the revocation: %v, %v", names, err)
	}
}

func TestTokenGoesOnlyWhereItCameFrom(t *testing.T) {
	s, other := newServer(t), newServer(t)
	dir := filepath.Join(t.TempDir(), "a")
	a, _ := s.tablet(t, dir, "tablet-a", "sato")
	_ = a.Close()
	a, err := sdk.Open(sdk.Options{Dir: dir, Device: "tablet-a", Server: other.url})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	if _, err := a.Sync(t.Context()); !errors.Is(err, sdk.ErrOtherServer) {
		t.Errorf("another server: %v", err)
	}
	if _, err := sdk.Open(sdk.Options{Dir: filepath.Join(t.TempDir(), "b"), Device: "d", Server: "127.0.0.1:8420"}); !errors.Is(err, sdk.ErrAddress) {
		t.Errorf("an address without a scheme: %v", err)
	}
}

func TestExpiredSessionSaysSoBeforeCalling(t *testing.T) {
	s := newServer(t)
	s.expires = time.Now().Add(-time.Minute)
	a, net := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	net.down = true
	if _, err := a.Sync(t.Context()); !errors.Is(err, sdk.ErrExpired) || !errors.Is(err, sdk.ErrSignIn) {
		t.Errorf("expired: %v", err)
	}
}
