package hub_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

func (b *bench) lookForMissing() []hub.Moved {
	b.t.Helper()
	moved, err := b.hub.LookForMissing(context.Background(), b.call("sato"), "yamada/care")
	if err != nil {
		b.t.Fatal(err)
	}
	return moved
}

// TestWhatDidNotHappenIsTold: once, by the clock alone; and never of a chart that nobody keeps.
func TestWhatDidNotHappenIsTold(t *testing.T) {
	b := newBench(t)
	if moved := b.lookForMissing(); moved != nil {
		t.Errorf("of a stream that is not there: %v", moved)
	}
	start := b.now
	for d := range 8 {
		b.now = start.AddDate(0, 0, d)
		b.push("sato", b.create("sato", temperature(365)))
	}
	b.now = b.now.Add(30 * time.Hour)
	if moved := b.lookForMissing(); moved != nil {
		t.Errorf("too soon: %v", moved)
	}
	b.now = b.now.Add(7 * time.Hour)
	moved := b.lookForMissing()
	if len(moved) != 1 || moved[0].StreamID != "yamada/care" || moved[0].Seq != 9 {
		t.Errorf("%v", moved)
	}
	b.says("not-measured notice")
	for _, rec := range b.alerts() {
		if a := rec.GetBody().GetAlert(); a.GetWindow().GetRecords() != 8 || a.GetWindow().GetSeq() != 8 {
			t.Errorf("it saw %v", a.GetWindow())
		}
	}
	for _, later := range []time.Duration{time.Minute, 2 * time.Hour} {
		b.now = b.now.Add(later)
		if moved := b.lookForMissing(); moved != nil {
			t.Errorf("told again: %v", moved)
		}
	}
	if events, _ := b.events(); len(events) != 1 {
		t.Errorf("%d events", len(events))
	}
	b.now = b.now.AddDate(0, 1, 0)
	if moved := b.lookForMissing(); moved != nil {
		t.Errorf("of a chart that nobody keeps: %v", moved)
	}
	b.sound()
}

// TestWhatDidNotHappenInAChartThatNobodyKeeps: what counts is when somebody last wrote to it, and not of what time they
// wrote. By a tablet whose clock was three weeks ahead the last week was one of measuring every day.
func TestWhatDidNotHappenInAChartThatNobodyKeeps(t *testing.T) {
	b := newBench(t)
	start := b.now
	for d := range 8 {
		b.expect(b.push("sato", at(b.create("sato", temperature(365)), start.AddDate(0, 0, 21+d))), "APPLIED")
	}
	b.now = start.AddDate(0, 0, 28).Add(37 * time.Hour)
	if moved := b.lookForMissing(); moved != nil {
		t.Errorf("of a chart that nobody has written to for a month: %v", moved)
	}
	b.push("sato", b.create("sato", subjective("変わりありません。")))
	if moved := b.lookForMissing(); len(moved) != 1 {
		t.Errorf("somebody writes to it again: %v", moved)
	}
}

// TestWhatDidNotHappenWaitsForTheOperator: while a restore is not confirmed what was written is not judged yet, and may be
// just what seems to be missing.
func TestWhatDidNotHappenWaitsForTheOperator(t *testing.T) {
	b, flag := newBench(t), restoring(false)
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b, Restored: &flag})
	start := b.now
	for d := range 8 {
		b.now = start.AddDate(0, 0, d)
		b.push("sato", b.create("sato", temperature(365)))
	}
	b.now, flag = b.now.Add(37*time.Hour), true
	if moved := b.lookForMissing(); moved != nil {
		t.Errorf("while a restore waits: %v", moved)
	}
	flag = false
	if moved := b.lookForMissing(); len(moved) != 1 {
		t.Errorf("after it was confirmed: %v", moved)
	}
}

// TestLimitsOfAnOlderLog: an ordered limit counts that was written before limits were listed.
func TestLimitsOfAnOlderLog(t *testing.T) {
	b := newBench(t)
	limit := elsewhere(b.create("mori", &carev1.Body{Kind: &carev1.Body_AlertThreshold{AlertThreshold: &carev1.AlertThreshold{
		Item: carev1.VitalItem_VITAL_ITEM_PULSE, Operator: carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_LEAST, Value: 95, Readings: 2,
		Severity:  carev1.AlertSeverity_ALERT_SEVERITY_URGENT,
		ValidFrom: timestamppb.New(b.now.AddDate(0, -1, 0)), ValidUntil: timestamppb.New(b.now.AddDate(0, 1, 0)),
	}}}))
	b.expect(b.push("mori", limit), "APPLIED")
	b.store = unlisted(t, b.store)
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b})
	b.expect(b.push("mori", elsewhere(at(b.create("mori", pulse(96)), b.now.AddDate(0, 0, -9)))), "APPLIED")
	b.expect(b.push("mori", elsewhere(b.create("mori", pulse(97)))), "APPLIED")
	events, _ := b.events()
	if len(events) != 1 {
		t.Fatalf("%d events, want one: the second reading in a row", len(events))
	}
	for _, rec := range b.records("mori") {
		r := &carev1.Record{}
		if err := proto.Unmarshal(rec.GetRecord(), r); err != nil {
			t.Fatal(err)
		}
		if a := r.GetBody().GetAlert(); a != nil && (!bytes.Equal(a.GetThresholdId(), limit.GetId()) || len(a.GetEvidence()) != 2) {
			t.Errorf("%v", a)
		}
	}
	b.sound()
}

// elsewhere puts a mutation into the chart of mori.
func elsewhere(m *syncv1.Mutation) *syncv1.Mutation {
	m.StreamId = "other/care"
	return m
}

// unlisted is a store as one from before standing records were listed left it.
func unlisted(t *testing.T, s *memory.Store) *memory.Store {
	t.Helper()
	older := memory.New()
	err := s.Dump(context.Background(), func(row store.Row) error {
		if row.Table == store.RowKeyed {
			return nil
		}
		if row.Table == store.RowHead {
			head := &storev1.StreamHead{}
			if err := proto.Unmarshal(row.Value, head); err != nil {
				return err
			}
			head.StandingListed = false
			row.Value, _ = proto.Marshal(head)
		}
		return older.Update(context.Background(), func(tx store.Tx) error { return store.PutRow(tx, row) })[0]
	})
	if err != nil {
		t.Fatal(err)
	}
	return older
}
