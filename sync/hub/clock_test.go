package hub_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// arrivalOf pushes one record and returns what the server says of its arrival.
func (b *bench) arrivalOf(m *syncv1.Mutation) *carev1.Arrival {
	b.t.Helper()
	b.push("sato", m)
	rec := &carev1.Record{}
	if err := proto.Unmarshal(b.records("sato")[string(m.GetId())].GetRecord(), rec); err != nil {
		b.t.Fatal(err)
	}
	return rec.GetArrival()
}

// TestClockPutRightBeforeTheSync: the clock was three hours ahead when it was written, and right when it was sent. The
// device's own monotonic clock tells.
func TestClockPutRightBeforeTheSync(t *testing.T) {
	b := newBench(t)
	m := b.create("sato", temperature(365))
	e := m.Record.Envelope
	m.NotBeforeMonotonicMs, e.MonotonicMs, e.BootId = proto.Uint64(1000), 1000+uint64((30*time.Minute).Milliseconds()), []byte("bootboot")
	written := b.now.Add(-30 * time.Minute) // the sealed time is an hour old
	e.Recorded = timestamppb.New(written.Add(-3 * time.Hour))
	e.Effective = e.Recorded
	a := b.arrivalOf(m)
	if !a.GetTimeUncertain() || a.GetClockOffsetMs() != -(3*time.Hour).Milliseconds() {
		t.Errorf("uncertain %v, offset %d ms", a.GetTimeUncertain(), a.GetClockOffsetMs())
	}
	right := b.create("sato", temperature(366))
	if a := b.arrivalOf(right); a.GetTimeUncertain() || a.GetClockOffsetMs() != 0 {
		t.Errorf("a right clock: uncertain %v, offset %d ms", a.GetTimeUncertain(), a.GetClockOffsetMs())
	}
}

// TestMeasuredInTheFuture: what happened cannot have happened after it arrived; what is planned can.
func TestMeasuredInTheFuture(t *testing.T) {
	b := newBench(t)
	m := b.create("sato", temperature(365))
	m.Record.Envelope.Effective = timestamppb.New(b.now.Add(time.Hour))
	if a := b.arrivalOf(m); !a.GetTimeUncertain() {
		t.Error("measured an hour from now, and nobody wonders")
	}
	draft := b.create("sato", &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{Format: carev1.NoteFormat_NOTE_FORMAT_FREE}}})
	draft.Record.Envelope.Effective = timestamppb.New(b.now.Add(time.Hour))
	if a := b.arrivalOf(draft); a.GetTimeUncertain() {
		t.Error("a draft for later is called uncertain")
	}
}

// TestDoublesAreTaken: two logs of one dose are a possible double only if both were taken.
func TestDoublesAreTaken(t *testing.T) {
	b := newBench(t)
	dose := func(outcome carev1.DoseOutcome) *syncv1.Mutation {
		return b.create("sato", &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: &carev1.MedicationLog{
			OrderId: make([]byte, 16), Slot: "2026-11-23/after-breakfast", Outcome: outcome, Reason: "x",
		}}})
	}
	given, refused := dose(carev1.DoseOutcome_DOSE_OUTCOME_GIVEN), dose(carev1.DoseOutcome_DOSE_OUTCOME_REFUSED)
	b.push("sato", given, refused)
	count := func() (n int) {
		for _, item := range b.timeline("sato", newTimeline()).GetItems() {
			n += len(item.GetPossibleDuplicates())
		}
		return n
	}
	if n := count(); n != 0 {
		t.Errorf("given and refused: %d possible doubles", n)
	}
	b.push("sato", dose(carev1.DoseOutcome_DOSE_OUTCOME_WATCHED))
	if n := count(); n != 2 {
		t.Errorf("given and watched: %d sides, want 2", n)
	}
}
