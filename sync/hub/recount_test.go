package hub_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// countedStore is a store with a conflict, something that waits, and an inbox with an item that waits and two that do not.
func countedStore(t *testing.T) *bench {
	b := newBench(t)
	m := b.create("sato", temperature(365))
	b.push("sato", m)
	seen := b.timelineVersion("sato", m.GetId())
	b.push("sato", b.patch("sato", m.GetId(), seen, temperature(366)))
	b.push("suzuki", b.patch("suzuki", m.GetId(), seen, temperature(377)))
	b.expect(b.push("sato", b.patch("sato", b.id(), nil, temperature(368))), "HELD MISSING_RECORD")
	rejected, erased := b.create("nobody", temperature(365)), b.create("nobody", temperature(366))
	b.push("nobody", rejected, erased, b.create("nobody", temperature(367)))
	b.decided(b.decide("sato", "", rejected.GetId(), false, "誤記"), "REJECTED")
	b.erase(erased.GetId())
	if n := len(b.works("sato", chartv1.WorkKind_WORK_KIND_CONFLICT, 50)); n != 1 {
		t.Fatalf("%d conflicts; the test shows nothing", n)
	}
	if v := b.verify(); len(v.Damage) > 0 || !v.Whole {
		t.Fatalf("%+v", v)
	}
	return b
}

// overwrite changes what the store holds behind everybody's back.
func (b *bench) overwrite(f func(tx store.Tx) error) {
	b.t.Helper()
	if err := b.store.Update(context.Background(), f)[0]; err != nil {
		b.t.Fatal(err)
	}
}

// miscountConflicts makes a head count another number.
func (b *bench) miscountConflicts(n uint64) {
	b.t.Helper()
	b.overwrite(func(tx store.Tx) error {
		raw, err := tx.Head(yamada)
		head := &storev1.StreamHead{}
		if err != nil || proto.Unmarshal(raw, head) != nil {
			b.t.Fatal("no head")
		}
		head.Conflicts = n
		raw, _ = ledger.Marshal(head)
		return tx.PutHead(yamada, raw)
	})
}

// miscountInbox makes an inbox count another number of items that wait no longer.
func (b *bench) miscountInbox(n uint64) {
	b.t.Helper()
	b.overwrite(func(tx store.Tx) error {
		raw, _ := ledger.Marshal(&storev1.InboxItem{Closed: n})
		return tx.PutInbox(store.Organisation{Tenant: tenant, Name: "station"}, store.ID(bytes.Repeat([]byte{0xff}, 16)), raw)
	})
}

// TestVerifyCountsAgain: a count that differs is reported with what to do, told apart from damage of what was written, and
// put right by Recount. A log from before conflicts were counted says 0, and its conflicts are on nobody's list.
func TestVerifyCountsAgain(t *testing.T) {
	for name, miscount := range map[string]func(*bench){
		"no conflicts":          func(b *bench) { b.miscountConflicts(0) },
		"too many conflicts":    func(b *bench) { b.miscountConflicts(2) },
		"no closed items":       func(b *bench) { b.miscountInbox(0) },
		"too many closed items": func(b *bench) { b.miscountInbox(3) },
	} {
		t.Run(name, func(t *testing.T) {
			b := countedStore(t)
			miscount(b)
			v := b.verify()
			if len(v.Damage) != 1 || !v.Whole || !strings.Contains(v.Damage[0], "make a backup and restore it") {
				t.Fatalf("%+v", v)
			}
			if err := b.hub.Recount(context.Background()); err != nil {
				t.Fatal(err)
			}
			if v := b.verify(); len(v.Damage) > 0 {
				t.Errorf("counted anew: %v", v.Damage)
			}
			if n := len(b.works("sato", chartv1.WorkKind_WORK_KIND_CONFLICT, 50)); n != 1 {
				t.Errorf("%d conflicts are listed", n)
			}
			if open, ever := b.openItems("station"); open != 1 || ever != 3 {
				t.Errorf("%d of %d items wait", open, ever)
			}
		})
	}
}

// TestRecountLeavesWhatIsRight as it is, to the byte.
func TestRecountLeavesWhatIsRight(t *testing.T) {
	b := countedStore(t)
	rows := func() (all []byte) {
		err := b.store.Dump(context.Background(), func(r store.Row) error {
			all = append(append(append(all, byte(r.Table)), r.Key...), r.Value...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	before := rows()
	if err := b.hub.Recount(context.Background()); err != nil || !bytes.Equal(before, rows()) {
		t.Errorf("it changed something, or %v", err)
	}
}

// TestAStateThatHidesAConflict is damage: no count brings it to light.
func TestAStateThatHidesAConflict(t *testing.T) {
	b := countedStore(t)
	b.overwrite(func(tx store.Tx) error {
		return tx.Records(yamada, store.ID{}, func(id store.ID, raw []byte) error {
			state := &storev1.RecordState{}
			if err := proto.Unmarshal(raw, state); err != nil || !state.GetConflict() {
				return err
			}
			state.Conflict = false
			raw, _ = ledger.Marshal(state)
			return tx.PutRecord(yamada, id, raw)
		})
	})
	b.miscountConflicts(0)
	if v := b.verify(); len(v.Damage) != 1 || v.Whole {
		t.Errorf("%+v", v)
	}
}

// forgetful is a store that does not know what waits.
type forgetful struct{ store.Store }

func (f forgetful) View(ctx context.Context, fn func(store.Reader) error) error {
	return f.Store.View(ctx, func(r store.Reader) error { return fn(forgetfulReader{r}) })
}

type forgetfulReader struct{ store.Reader }

func (forgetfulReader) Waiting(store.Stream, store.ID) ([]store.ID, error) { return nil, nil }

// TestVerifyLooksForWhatWaits: what nothing leads to would wait for ever.
func TestVerifyLooksForWhatWaits(t *testing.T) {
	b := countedStore(t)
	b.hub = hub.New(hub.Config{Store: forgetful{b.store}, Directory: people{}, Seals: b.seals, Epochs: b})
	if v := b.verify(); len(v.Damage) != 1 || v.Whole || !strings.Contains(v.Damage[0], "1 held") {
		t.Errorf("%+v", v)
	}
}
