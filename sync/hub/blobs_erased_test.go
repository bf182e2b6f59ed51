package hub_test

import (
	"context"
	"errors"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// failing is a store whose disk fails after some more writes.
type failing struct {
	store.Store
	left int
}

var errDisk = errors.New("the disk failed")

func (f *failing) Update(ctx context.Context, closures ...func(store.Tx) error) []error {
	if f.left--; f.left < 0 {
		return store.Repeat(errDisk, len(closures))
	}
	return f.Store.Update(ctx, closures...)
}

// TestErasureThatStoppedShowsNoPhoto: from the stub on, nobody gets what the older versions refer to, though they stand
// until the erasure goes on.
func TestErasureThatStoppedShowsNoPhoto(t *testing.T) {
	b := newBench(t)
	m := withPhoto(b.create("sato", temperature(365)), 3)
	b.expect(b.push("sato", m), "APPLIED")
	of := asked{person: "suzuki", device: "other", stream: "yamada/care", record: m.GetId(), photo: 3}
	b.answers(of, "ok")
	whole := b.hub
	b.hub = hub.New(hub.Config{Store: &failing{Store: b.store, left: 1}, Directory: people{}, Seals: b.seals, Epochs: b})
	err := b.hub.Erase(context.Background(), b.call("operator"), "yamada/care", store.ID(m.GetId()), "station")
	if err == nil {
		t.Fatal("the erasure did not stop")
	}
	b.hub = whole
	b.tamper(1, func(e *storev1.Entry) {
		if ledger.Erased(e) {
			t.Fatal("the older versions do not stand any more: this shows nothing")
		}
	})
	for _, upload := range []bool{false, true} {
		of.upload = upload
		b.answers(of, "not found")
	}
}
