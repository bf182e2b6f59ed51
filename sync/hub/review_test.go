package hub_test

import (
	"context"
	"crypto/sha256"
	"math"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Each test here fails without the fix of a mistake that a review found.

// after links a mutation to the one before it in the same store.
func (b *bench) after(m, before *syncv1.Mutation) *syncv1.Mutation {
	hash := seal.PayloadHash(b.queued(before).GetPayload())
	m.Predecessor = &syncv1.Predecessor{Id: before.GetId(), PayloadHash: hash[:], Shown: true}
	m.ContinuesChain = true
	return m
}

// TestSmallMutationsOfALargeRecord: what is more than one commit holds goes in halves, in order.
func TestSmallMutationsOfALargeRecord(t *testing.T) {
	b := newBench(t)
	draft := func(plan string) *carev1.Body {
		return &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{
			Format: carev1.NoteFormat_NOTE_FORMAT_SOAP, Objective: strings.Repeat("あ", 2600), Plan: plan,
		}}}
	}
	first := b.create("sato", draft(""))
	ms := []*syncv1.Mutation{first}
	for n := range 600 {
		m := b.patch("sato", first.GetId(), nil, draft(strings.Repeat("x", n%7)))
		m.Record.Body.GetDraftNote().Objective, m.Groups = "", []uint32{5}
		ms = append(ms, b.after(m, ms[n]))
	}
	for i, r := range b.push("sato", ms...) {
		if r.GetOutcome() != syncv1.Outcome_OUTCOME_APPLIED || r.GetVersion().GetSeq() != uint64(i+1) {
			t.Fatalf("mutation %d: %v", i, r)
		}
	}
	if v := b.verify(); len(v.Damage) > 0 || v.Entries != 601 {
		t.Errorf("%d entries, %v", v.Entries, v.Damage)
	}
}

// TestCandidatesThatDoNotFit are held, and delay nobody else.
func TestCandidatesThatDoNotFit(t *testing.T) {
	b := newBench(t)
	note := func(n int) *carev1.Body {
		s := strings.Repeat("あ", 7900) + strings.Repeat("x", n)
		return &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{
			Format: carev1.NoteFormat_NOTE_FORMAT_SOAP, Subjective: s, Objective: s,
		}}}
	}
	first := b.create("sato", note(0))
	b.push("sato", first)
	held := 0
	for n := range 12 {
		good := b.create("suzuki", temperature(365))
		got := b.push("suzuki", b.patch("suzuki", first.GetId(), nil, note(n+1)), good)
		if got[1].GetOutcome() != syncv1.Outcome_OUTCOME_APPLIED {
			t.Fatalf("a bystander: %v", got[1])
		}
		switch got[0].GetOutcome() {
		case syncv1.Outcome_OUTCOME_CONFLICT:
		case syncv1.Outcome_OUTCOME_HELD:
			held++
		default:
			t.Fatalf("candidate %d: %v", n, got[0])
		}
	}
	if held == 0 {
		t.Error("twelve large candidates fit; the test does not reach the limit")
	}
}

// TestBehindARejection: a person decides about each successor by itself.
func TestBehindARejection(t *testing.T) {
	b := newBench(t)
	order := &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
		Drug: &carev1.Drug{Name: "x"}, Dosage: &carev1.Dosage{AmountThousandths: 1000, Unit: "錠"}, State: carev1.OrderState_ORDER_STATE_ACTIVE,
	}}}
	first := b.create("sato", order)
	b.push("sato", first)
	bad := b.patch("takahashi", first.GetId(), nil, order)
	next := b.after(b.patch("sato", first.GetId(), nil, order), bad)
	b.expect(b.push("sato", bad, next), "HELD ROLE", "HELD PREDECESSOR_HELD")
	judge := func(m *syncv1.Mutation, release bool) string {
		r, _, err := b.hub.JudgeHeld(context.Background(), b.call("sato"), hub.Judgement{
			StreamID: "yamada/care", MutationID: store.ID(m.GetId()), Release: release, Words: "x",
		})
		if err != nil {
			t.Fatal(err)
		}
		return r.GetOutcome().String()
	}
	if got := judge(bad, false); got != "OUTCOME_REJECTED" {
		t.Errorf("rejected: %s", got)
	}
	if got := judge(next, true); got != "OUTCOME_CONFLICT" && got != "OUTCOME_APPLIED" && got != "OUTCOME_MERGED" {
		t.Errorf("its successor, released: %s", got)
	}
}

// TestEpochsComeFromTheJournal: what a device says about epochs moves nothing, and saying it again opens no more.
func TestEpochsComeFromTheJournal(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", temperature(365)), b.create("sato", temperature(366)))
	req := b.request()
	lost := &syncv1.Cursor{Version: &syncv1.Version{Epoch: 1, Seq: 1}, Hash: make([]byte, 32)}
	req.Positions = []*syncv1.StreamPosition{{StreamId: "yamada/care", Cursor: lost}}
	lost.Seal = b.seals.Sealer().Cursor(tenant, "yamada/care", lost)
	for range 5 {
		v := b.sync("sato", req).GetVerdicts()[0]
		if v.GetVerdict() != syncv1.Verdict_VERDICT_HISTORY_LOST || len(v.GetBases()) == 0 {
			t.Fatalf("a sealed cursor that does not fit: %v", v)
		}
	}
	if b.epoch != 2 {
		t.Errorf("five times the same loss: epoch %d, want 2", b.epoch)
	}
	for _, epoch := range []uint64{2, math.MaxUint64 - 2} {
		lost.Version.Epoch = epoch // and the seal does not fit any more
		if v := b.sync("sato", req).GetVerdicts()[0]; v.GetVerdict() != syncv1.Verdict_VERDICT_HISTORY_LOST || b.epoch != 2 {
			t.Errorf("an invented cursor: %v, epoch %d", v, b.epoch)
		}
	}
}

// TestLostInboxItemIsAskedForAgain: held outside every log, and the server went back to before it.
func TestLostInboxItemIsAskedForAgain(t *testing.T) {
	b := newBench(t)
	m := b.create("nobody", temperature(365))
	req := b.request()
	req.Held = []*syncv1.HeldRef{{StreamId: "yamada/care", MutationId: m.GetId()}}
	b.expect(b.sync("nobody", req).GetHeld(), "RETRY")
	b.push("nobody", m)
	b.expect(b.sync("nobody", req).GetHeld(), "HELD NO_GRANT")
}

// TestServerClockSetBack: a sealed time that is ahead of the server's own clock does not cost anybody their right.
func TestServerClockSetBack(t *testing.T) {
	b := newBench(t)
	m := b.create("sato", temperature(365))
	m.NotBefore = b.seals.Time(tenant, "tablet", b.now.Add(5*time.Millisecond).UnixMilli())
	b.expect(b.push("sato", m), "APPLIED")
}

// TestCreateUnderTheIDOfAPatch: an id is taken by whatever landed under it.
func TestCreateUnderTheIDOfAPatch(t *testing.T) {
	b := newBench(t)
	first := b.create("sato", temperature(365))
	b.push("sato", first)
	patch := b.patch("sato", first.GetId(), nil, temperature(366))
	b.push("sato", patch)
	again := b.create("sato", temperature(370))
	again.Id, again.Record.Id = patch.GetId(), patch.GetId()
	b.expect(b.push("sato", again), "ID_REUSED")
}

// TestOneDamagedStream: the others of the request go on.
func TestOneDamagedStream(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", temperature(365)))
	err := b.store.Update(context.Background(), func(tx store.Tx) error {
		return tx.PutHead(store.Stream{Tenant: tenant, Name: "other/care"}, []byte{0xff})
	})[0]
	if err != nil {
		t.Fatal(err)
	}
	req := b.request()
	req.Positions = []*syncv1.StreamPosition{{StreamId: "other/care"}, {StreamId: "yamada/care"}}
	if _, _, err := b.hub.Sync(context.Background(), b.call("mori"), req); err != nil {
		t.Errorf("the request failed: %v", err)
	}
}

// TestInvalidTimesAreHeld: a time that is none would make the chart unreadable as JSON, for good.
func TestInvalidTimesAreHeld(t *testing.T) {
	b := newBench(t)
	first := b.create("sato", temperature(365))
	recorded := b.create("sato", temperature(365))
	recorded.Record.Envelope.Recorded.Seconds = 1 << 50
	effective := b.create("sato", temperature(365))
	effective.Record.Envelope.Effective.Nanos = -2
	patch := b.patch("sato", first.GetId(), nil, temperature(366))
	patch.Record.Envelope.Recorded.Seconds = math.MinInt64
	b.expect(b.push("sato", first, recorded, effective, patch), "APPLIED", "HELD INVALID", "HELD INVALID", "HELD INVALID")
}

// TestAStreamStandsOnce among the positions of a request.
func TestAStreamStandsOnce(t *testing.T) {
	b := newBench(t)
	req := b.request()
	req.Positions = []*syncv1.StreamPosition{{StreamId: "yamada/care"}, {StreamId: "yamada/care"}}
	if _, _, err := b.hub.Sync(context.Background(), b.call("sato"), req); hub.CodeOf(err) != hub.InvalidArgument {
		t.Errorf("twice: %v", err)
	}
}

// TestManyDosesOfOneSlot do not keep another one out, nor the mutations after it.
func TestManyDosesOfOneSlot(t *testing.T) {
	b := newBench(t)
	dose := func() *syncv1.Mutation {
		return b.create("sato", &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: &carev1.MedicationLog{
			OrderId: make([]byte, 16), Slot: "2026-11-23/after-breakfast", Outcome: carev1.DoseOutcome_DOSE_OUTCOME_GIVEN,
		}}})
	}
	for range 5 {
		var many []*syncv1.Mutation
		for range 1000 {
			many = append(many, dose())
		}
		b.push("takahashi", many...)
	}
	b.expect(b.push("sato", dose(), b.create("sato", temperature(365))), "APPLIED", "APPLIED")
	if n := len(b.timeline("sato", newTimeline()).GetItems()[0].GetPossibleDuplicates()); n > 20 {
		t.Errorf("%d possible duplicates are named", n)
	}
}

// TestHeldEntryProvesNothing: nobody was shown a record at the place of a held entry.
func TestHeldEntryProvesNothing(t *testing.T) {
	b := newBench(t)
	first := b.create("sato", temperature(365))
	b.push("sato", first)
	held := b.patch("takahashi", first.GetId(), nil, temperature(999))
	r := b.push("takahashi", held)[0]
	none := sha256.Sum256(nil)
	claim := b.patch("suzuki", first.GetId(), &syncv1.RecordVersion{Version: proto.CloneOf(r.GetVersion()), Sha256: none[:]}, temperature(380))
	b.expect(b.push("suzuki", claim), "CONFLICT")
}
