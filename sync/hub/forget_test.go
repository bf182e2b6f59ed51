package hub_test

import (
	"context"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// lookedUp is what the store looks records up by: the times of the timeline, and the domain keys.
func (b *bench) lookedUp() (times []time.Time, keys []store.ID) {
	b.t.Helper()
	err := b.store.Dump(context.Background(), func(r store.Row) error {
		switch r.Table {
		case store.RowPlace:
			times = append(times, time.UnixMilli(int64(binary.BigEndian.Uint64(r.Key)^1<<63)).UTC())
		case store.RowKeyed:
			keys = append(keys, store.ID(r.Key))
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return times, keys
}

// dose is a dose of an order, given at a time in a slot.
func (b *bench) dose(order []byte, slot string, at time.Time) *syncv1.Mutation {
	m := b.create("sato", &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: &carev1.MedicationLog{
		OrderId: order, Slot: slot, Outcome: 1,
	}}})
	m.Record.Envelope.Effective = timestamppb.New(at)
	return m
}

func keyOf(t *testing.T, m *syncv1.Mutation) store.ID {
	t.Helper()
	body := m.GetRecord().GetBody()
	kind, _ := care.KindOf(body)
	key, ok := care.DomainKey(kind, body)
	if !ok {
		t.Fatal("no key")
	}
	return key
}

// TestErasingForgetsTimesAndKeys: of every version of the record, and of no other record, though it shares a key or a time.
func TestErasingForgetsTimesAndKeys(t *testing.T) {
	b := newBench(t)
	morning, noon, evening := b.now.Add(-11*time.Hour), b.now.Add(-7*time.Hour), b.now.Add(-3*time.Hour)
	order := b.create("sato", medicine("錠"))
	first, shared := b.dose(order.GetId(), "2026-11-23/morning", morning), b.dose(order.GetId(), "2026-11-23/noon", evening)
	b.expect(b.push("sato", order, first, shared), "APPLIED", "APPLIED", "APPLIED")
	second := b.dose(order.GetId(), "2026-11-23/noon", noon)
	moved := b.patch("sato", first.GetId(), b.timelineVersion("sato", first.GetId()), second.GetRecord().GetBody())
	moved.Record.Envelope.Effective = second.GetRecord().GetEnvelope().GetEffective()
	b.expect(b.push("sato", moved), "APPLIED")

	times, keys := b.lookedUp()
	for _, at := range []time.Time{morning, noon, evening} {
		if !slices.ContainsFunc(times, at.Equal) {
			t.Fatalf("nothing is looked up at %v; the test shows nothing", at)
		}
	}
	if !slices.Contains(keys, keyOf(t, first)) || !slices.Contains(keys, keyOf(t, shared)) {
		t.Fatal("nothing is looked up by the keys; the test shows nothing")
	}

	for range 2 { // again without harm
		b.erase(first.GetId())
		times, keys = b.lookedUp()
		if slices.ContainsFunc(times, morning.Equal) || slices.ContainsFunc(times, noon.Equal) {
			t.Errorf("the times of an erased record stand in the timeline: %v", times)
		}
		if slices.Contains(keys, keyOf(t, first)) {
			t.Error("the key of an erased record stands in the store")
		}
		if !slices.ContainsFunc(times, evening.Equal) || !slices.Contains(keys, keyOf(t, shared)) {
			t.Error("another record lost its time or its key")
		}
		if d := b.verify().Damage; len(d) > 0 {
			t.Error(d)
		}
	}
	shown := b.timeline("sato", newTimeline()).GetItems()
	if len(shown) != 4 { // the order, the other dose, and the stubs of the dose and of the alert that it was given twice
		t.Errorf("%d records are shown", len(shown))
	}
	b.erase(shared.GetId())
	if times, keys := b.lookedUp(); slices.Contains(keys, keyOf(t, shared)) || slices.ContainsFunc(times, evening.Equal) {
		t.Errorf("left: %v, %v", times, keys)
	}
}
