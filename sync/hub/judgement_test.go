package hub_test

import (
	"bytes"
	"context"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

func medicine(unit string) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
		Drug: &carev1.Drug{Name: "x"}, Dosage: &carev1.Dosage{AmountThousandths: 1000, Unit: unit}, State: carev1.OrderState_ORDER_STATE_ACTIVE,
	}}}
}

// decide asks for a decision and returns the outcome, or the error's code.
func (b *bench) decide(person, stream string, id []byte, release bool, words string) string {
	b.t.Helper()
	r, _, err := b.hub.Judge(context.Background(), b.call(person), &chartv1.JudgeRequest{
		StreamId: stream, MutationId: id, Release: release, Words: words,
	})
	if err == nil {
		return r.GetResult().GetOutcome().String()[len("OUTCOME_"):]
	}
	return map[hub.Code]string{
		hub.NotFound: "not found", hub.PermissionDenied: "denied", hub.InvalidArgument: "invalid", hub.Unavailable: "unavailable",
	}[hub.CodeOf(err)]
}

func (b *bench) decided(got, want string) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("decided: %s, want %s", got, want)
	}
}

// TestWhoMayJudge: a colleague whose role may write it; not its author, nobody without a right, and for those there is
// nothing here.
func TestWhoMayJudge(t *testing.T) {
	b := newBench(t)
	m := b.create("takahashi", medicine("錠")) // a care worker may write no order
	b.expect(b.push("takahashi", m), "HELD ROLE")
	id := m.GetId()
	b.decided(b.decide("mori", "yamada/care", id, true, ""), "not found")
	b.decided(b.decide("takahashi", "yamada/care", id, true, ""), "not found")
	b.decided(b.decide("sato", "other/care", id, true, ""), "not found")
	b.decided(b.decide("sato", "yamada/care", b.id(), true, ""), "not found")
	b.decided(b.decide("sato", "yamada/care", id, false, ""), "invalid")
	b.decided(b.decide("sato", "yamada/care", id, true, ""), "APPLIED")
	b.decided(b.decide("sato", "yamada/care", id, true, ""), "APPLIED")
	b.decided(b.decide("suzuki", "yamada/care", id, false, "too late"), "APPLIED")
	if n := len(b.records("sato")); n != 1 {
		t.Errorf("%d records", n)
	}

	known := b.create("sato", temperature(365))
	b.push("sato", known)
	b.decided(b.decide("suzuki", "yamada/care", known.GetId(), true, ""), "not found") // it was never held
}

// TestWhoReleasedIsShown beside the author, of a record and of a change, and of what waited for something else meanwhile.
func TestWhoReleasedIsShown(t *testing.T) {
	b := newBench(t)
	m := b.create("takahashi", medicine("錠"))
	later := b.after(b.patch("takahashi", m.GetId(), nil, medicine("包")), m)
	plain := b.create("sato", temperature(365))
	b.push("takahashi", m, later)
	b.push("sato", plain)
	show := func(id []byte) *carev1.Record {
		rec := &carev1.Record{}
		if err := proto.Unmarshal(b.records("sato")[string(id)].GetRecord(), rec); err != nil {
			t.Fatal(err)
		}
		return rec
	}
	b.decided(b.decide("suzuki", "yamada/care", later.GetId(), true, ""), "HELD")
	b.decided(b.decide("sato", "yamada/care", m.GetId(), true, ""), "APPLIED")
	rec := show(m.GetId())
	if a := rec.GetArrival(); a.GetAuthor().GetPersonId() != "takahashi" || a.GetReleasedBy().GetPersonId() != "sato" {
		t.Errorf("the record: %v", a)
	}
	if c := rec.GetLastChange(); c.GetAuthor().GetPersonId() != "takahashi" || c.GetReleasedBy().GetPersonId() != "suzuki" {
		t.Errorf("the change: %v", c)
	}
	if a := show(plain.GetId()).GetArrival(); a.GetReleasedBy() != nil {
		t.Errorf("one that was never held: %v", a)
	}
}

// TestNobodyReleasesTheirOwn, but anybody takes back their own.
func TestNobodyReleasesTheirOwn(t *testing.T) {
	b := newBench(t)
	target := b.create("sato", temperature(364))
	missing := b.patch("sato", target.GetId(), nil, temperature(365))
	b.expect(b.push("sato", missing), "HELD MISSING_RECORD")
	b.decided(b.decide("sato", "yamada/care", missing.GetId(), true, ""), "denied")
	b.decided(b.decide("suzuki", "yamada/care", missing.GetId(), true, ""), "HELD")
	b.decided(b.decide("sato", "yamada/care", missing.GetId(), false, "written by mistake"), "REJECTED")
}

// TestInboxIsJudged: what was written without any right is put where it belongs by somebody who may write there, as it
// arrived; and the device that brought it hears what became of it.
func TestInboxIsJudged(t *testing.T) {
	b := newBench(t)
	kept, refused := b.create("nobody", temperature(366)), b.create("nobody", temperature(367))
	b.expect(b.push("nobody", kept, refused), "HELD NO_GRANT", "HELD NO_GRANT")
	b.decided(b.decide("takahashi", "", kept.GetId(), true, ""), "not found") // not her work
	b.decided(b.decide("mori", "", kept.GetId(), true, ""), "not found")      // no right to the stream
	b.decided(b.decide("sato", "", kept.GetId(), true, ""), "APPLIED")
	b.decided(b.decide("sato", "", kept.GetId(), true, ""), "APPLIED")
	b.decided(b.decide("sato", "", refused.GetId(), false, "not our patient"), "REJECTED")

	req := b.request(b.queued(kept), b.queued(refused))
	for _, m := range []*syncv1.Mutation{kept, refused} {
		req.Held = append(req.Held, &syncv1.HeldRef{StreamId: "yamada/care", MutationId: m.GetId(), PersonId: "nobody"})
	}
	resp := b.sync("nobody", req)
	for _, answers := range [][]*syncv1.MutationResult{resp.GetResults(), resp.GetHeld()} {
		if answers[0].GetOutcome() != syncv1.Outcome_OUTCOME_APPLIED || len(answers[0].GetReceiptSeal()) == 0 {
			t.Errorf("the released one: %v", answers[0])
		}
		if answers[1].GetOutcome() != syncv1.Outcome_OUTCOME_REJECTED || answers[1].GetDetail() != "not our patient" {
			t.Errorf("the rejected one: %v", answers[1])
		}
	}
	records := b.records("sato")
	rec := &carev1.Record{}
	if err := proto.Unmarshal(records[string(kept.GetId())].GetRecord(), rec); err != nil || len(records) != 1 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	if rec.GetArrival().GetAuthor().GetPersonId() != "nobody" || !rec.GetArrival().GetReceived().AsTime().Equal(b.now) {
		t.Errorf("how it arrived: %v", rec.GetArrival())
	}
	if v := b.verify(); len(v.Damage) > 0 {
		t.Error(v.Damage)
	}
}

// restoring says whether a restore waits for its operator.
type restoring bool

func (r *restoring) Unconfirmed() bool { return bool(*r) }

func errorOf[T any](_ T, err error) error { return err }

// TestARestoreWaitsForItsOperator: what comes is durable and not judged, nothing is shown, and then everything is judged
// in the order in which it came.
func TestARestoreWaitsForItsOperator(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	old := b.create("sato", temperature(365))
	b.push("sato", old)
	flag := restoring(true)
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b, Restored: &flag})

	first := b.create("sato", temperature(366))
	second := b.after(b.patch("sato", first.GetId(), nil, temperature(367)), first)
	bad := b.create("takahashi", medicine("錠"))
	req := b.request(b.queued(old), b.queued(first), b.queued(second), b.queued(bad))
	resp := b.sync("sato", req)
	b.expect(resp.GetResults(), "APPLIED", "HELD RESTORED", "HELD RESTORED", "HELD RESTORED")
	if !resp.GetRestoring() || len(resp.GetPages()) > 0 || resp.GetMore() {
		t.Errorf("it shows: %v", resp)
	}
	for what, err := range map[string]error{
		"timeline": errorOf(b.hub.GetTimeline(ctx, b.call("sato"), &chartv1.GetTimelineRequest{ChartId: "yamada"})),
		"charts":   errorOf(b.hub.ListCharts(ctx, b.call("sato"), &chartv1.ListChartsRequest{})),
		"history":  errorOf(b.hub.GetRecordHistory(ctx, b.call("sato"), &chartv1.GetRecordHistoryRequest{ChartId: "yamada", RecordId: old.GetId()})),
		"section":  errorOf(b.hub.FetchSection(ctx, b.call("sato"), &syncv1.FetchSectionRequest{StreamId: "yamada/care"})),
		"confirm":  errorOf(b.hub.ConfirmRestore(ctx, b.call(""))),
	} {
		if hub.CodeOf(err) != hub.Unavailable {
			t.Errorf("%s: %v", what, err)
		}
	}
	b.decided(b.decide("suzuki", "yamada/care", first.GetId(), true, ""), "unavailable")

	flag = false
	if n, err := b.hub.ConfirmRestore(ctx, b.call("")); err != nil || n != 3 {
		t.Errorf("%d judged, %v", n, err)
	}
	if n, err := b.hub.ConfirmRestore(ctx, b.call("")); err != nil || n != 0 {
		t.Errorf("again: %d judged, %v", n, err)
	}
	b.expect(b.sync("sato", req).GetResults(), "APPLIED", "APPLIED", "APPLIED", "HELD ROLE")
	if n := len(b.records("sato")); n != 2 {
		t.Errorf("%d records", n)
	}
	if v := b.verify(); len(v.Damage) > 0 {
		t.Error(v.Damage)
	}
}

// secret is what is looked for in the store after an erasure.
const secret = "この記録は消される"

func secretNote(plan string) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{
		Format: carev1.NoteFormat_NOTE_FORMAT_SOAP, Objective: secret, Plan: plan,
	}}}
}

// rewrite patches the plan of a note.
func (b *bench) rewrite(person string, record []byte, plan string) *syncv1.Mutation {
	m := b.patch(person, record, nil, secretNote(plan))
	m.Groups = []uint32{5, 6}
	return m
}

// TestErase: nothing of the record is left in the store but that there was one; devices get the stub; what is offered
// again is known; the chain is whole.
func TestErase(t *testing.T) {
	b := newBench(t)
	first, other := b.create("sato", secretNote("0")), b.create("sato", temperature(365))
	b.push("sato", first, other)
	mine, hers := b.rewrite("sato", first.GetId(), "1"), b.rewrite("suzuki", first.GetId(), "2")
	held := b.after(b.rewrite("sato", first.GetId(), "3"), b.create("sato", secretNote("never sent")))
	stranger := b.rewrite("nobody", first.GetId(), "4")
	b.push("sato", mine, hers, held, stranger)

	for range 2 {
		if err := b.hub.Erase(context.Background(), b.call("operator"), "yamada/care", store.ID(first.GetId()), "station"); err != nil {
			t.Fatal(err)
		}
	}
	b.gone(secret)
	rec := &carev1.Record{}
	if err := proto.Unmarshal(b.records("sato")[string(first.GetId())].GetRecord(), rec); err != nil {
		t.Fatal(err)
	}
	if rec.GetStatus() != carev1.RecordStatus_RECORD_STATUS_ERASED || rec.GetBody() != nil || len(rec.GetCandidates()) > 0 {
		t.Errorf("the stub: %v", rec)
	}
	for i, r := range b.push("sato", first, mine, hers, held, stranger) {
		if !r.GetRepeated() {
			t.Errorf("offered again, %d: %v", i, r)
		}
	}
	b.expect(b.push("sato", b.rewrite("sato", first.GetId(), "5")), "HELD INVALID")
	h, err := b.hub.GetRecordHistory(context.Background(), b.call("sato"), &chartv1.GetRecordHistoryRequest{ChartId: "yamada", RecordId: first.GetId()})
	if err != nil || len(h.GetItems()) != 4 {
		t.Errorf("history: %d, %v", len(h.GetItems()), err)
	}
	if v := b.verify(); len(v.Damage) > 0 {
		t.Error(v.Damage)
	}
	if n := len(b.records("sato")); n != 2 {
		t.Errorf("%d records", n)
	}
}

// gone looks through every row of the store.
func (b *bench) gone(text string) {
	b.t.Helper()
	err := b.store.Dump(context.Background(), func(r store.Row) error {
		if bytes.Contains(r.Value, []byte(text)) {
			b.t.Errorf("a row of table %d still holds what was erased", r.Table)
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// TestEraseWhatIsNotThere: a store that came back from an older backup must not take the record back from a tablet.
func TestEraseWhatIsNotThere(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	m := b.create("sato", temperature(365))
	if err := b.hub.Erase(ctx, b.call("operator"), "yamada/care", store.ID(m.GetId())); err != nil {
		t.Fatal(err)
	}
	if r := b.push("sato", m)[0]; !r.GetRepeated() || r.GetOutcome() != syncv1.Outcome_OUTCOME_APPLIED {
		t.Errorf("offered again: %v", r)
	}
	rec := &carev1.Record{}
	if err := proto.Unmarshal(b.records("sato")[string(m.GetId())].GetRecord(), rec); err != nil || rec.GetBody() != nil {
		t.Errorf("%v, %v", rec, err)
	}
	if v := b.verify(); len(v.Damage) > 0 {
		t.Error(v.Damage)
	}
	if _, err := b.hub.GetTimeline(ctx, b.call("sato"), &chartv1.GetTimelineRequest{ChartId: "yamada"}); err != nil {
		t.Error(err)
	}
}
