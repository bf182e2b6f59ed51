package replica_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// told hands in an answer that the test makes up.
func (d *device) told(resp *syncv1.SyncResponse) replica.Progress {
	d.w.t.Helper()
	req, err := d.NextRequest(d.clock())
	if err != nil {
		d.w.t.Fatal(err)
	}
	p, err := d.Absorb(d.clock(), d.w.newID, req, resp)
	if err != nil {
		d.w.t.Fatal(err)
	}
	return p
}

func result(o syncv1.Outcome, seq uint64) *syncv1.MutationResult {
	r := &syncv1.MutationResult{Outcome: o, ArrivedMs: 1}
	if seq > 0 {
		r.Version, r.ReceiptSeal = &syncv1.Version{Epoch: 1, Seq: seq}, []byte("seal")
	}
	return r
}

func one(r *syncv1.MutationResult) *syncv1.SyncResponse {
	return &syncv1.SyncResponse{Results: []*syncv1.MutationResult{r}}
}

func TestEveryAnswerLeavesTheMutationInItsState(t *testing.T) {
	for name, c := range map[string]struct {
		answer *syncv1.MutationResult
		state  replica.State
		again  bool
	}{
		"applied":  {result(syncv1.Outcome_OUTCOME_APPLIED, 1), replica.Safe, false},
		"merged":   {result(syncv1.Outcome_OUTCOME_MERGED, 1), replica.Safe, false},
		"held":     {result(syncv1.Outcome_OUTCOME_HELD, 1), replica.Held, false},
		"rejected": {result(syncv1.Outcome_OUTCOME_REJECTED, 1), replica.Rejected, false},
		"retry":    {result(syncv1.Outcome_OUTCOME_RETRY, 0), replica.OnTablet, true},
		"unknown":  {result(99, 1), replica.OnTablet, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newWorld(t, hub.Limits{}).device("a", nurse)
			d.write(create(vitals(368)))
			p := d.told(one(c.answer))
			if own := d.queue()[0]; own.State != c.state || own.NeedsUpdate != (name == "unknown") {
				t.Errorf("state %v, needs update: %v", own.State, own.NeedsUpdate)
			}
			if p.More {
				t.Error("nothing has changed, so there is no reason to ask again at once")
			}
			req, err := d.NextRequest(d.clock())
			if err != nil || (len(req.GetMutations()) == 1) != c.again {
				t.Errorf("%d mutations are sent again, %v", len(req.GetMutations()), err)
			}
			if (name == "held" || name == "rejected") != (len(req.GetHeld()) == 1) {
				t.Errorf("%d held mutations are asked about", len(req.GetHeld()))
			}
		})
	}
}

func TestHeldIsReleasedOrRejectedAndAcknowledged(t *testing.T) {
	d := newWorld(t, hub.Limits{}).device("a", nurse)
	released, refused := d.write(create(vitals(361))), d.write(create(vitals(362)))
	held := result(syncv1.Outcome_OUTCOME_HELD, 1)
	d.told(&syncv1.SyncResponse{Results: []*syncv1.MutationResult{held, result(syncv1.Outcome_OUTCOME_HELD, 2)}})
	words := result(syncv1.Outcome_OUTCOME_REJECTED, 4)
	words.Detail = "not on this patient"
	d.told(&syncv1.SyncResponse{Held: []*syncv1.MutationResult{result(syncv1.Outcome_OUTCOME_APPLIED, 3), words}})
	queue := d.queue()
	if queue[0].MutationID != released || queue[0].State != replica.Safe || queue[1].State != replica.Rejected {
		t.Fatalf("states %v and %v", queue[0].State, queue[1].State)
	}
	if err := d.Acknowledge(refused); err != nil {
		t.Fatal(err)
	}
	if own := d.queue()[1]; !own.Retired || own.Result.GetDetail() != "not on this patient" {
		t.Errorf("after the acknowledgement: %+v", own)
	}
	if err := d.Acknowledge(replica.ID{}); err == nil {
		t.Error("an unknown mutation was acknowledged")
	}
}

func TestHeldIsCountedOnce(t *testing.T) {
	d := newWorld(t, hub.Limits{}).device("a", nurse)
	d.write(create(vitals(361)))
	held := result(syncv1.Outcome_OUTCOME_HELD, 1)
	held.HeldReason = syncv1.HeldReason_HELD_REASON_NO_GRANT
	if p := d.told(one(held)); p.Held != 1 || p.Pushed != 1 {
		t.Fatalf("at first: %+v", p)
	}
	again := proto.CloneOf(held)
	again.Repeated = true
	if p := d.told(&syncv1.SyncResponse{Held: []*syncv1.MutationResult{again}}); p.Held != 0 {
		t.Errorf("the same answer counted again: %+v", p)
	}
	if own := d.queue()[0]; own.Result.GetRepeated() {
		t.Error("the tablet takes the server to have had the entry before it was sent")
	}
	again.HeldReason = syncv1.HeldReason_HELD_REASON_ROLE
	d.told(&syncv1.SyncResponse{Held: []*syncv1.MutationResult{again}})
	if own := d.queue()[0]; own.Result.GetHeldReason() != syncv1.HeldReason_HELD_REASON_ROLE {
		t.Errorf("another reason was passed over: %v", own.Result)
	}
}

func TestNewerServerIsNoReasonToStop(t *testing.T) {
	d := newWorld(t, hub.Limits{}).device("a", nurse)
	d.sync()
	p := d.told(&syncv1.SyncResponse{SchemaVersion: 99, Verdicts: []*syncv1.StreamVerdict{{StreamId: care, Verdict: 77}}})
	if !p.NeedsUpdate {
		t.Error("an unknown verdict was passed over")
	}
	if s, err := d.Status(); !s.NeedsUpdate || err != nil {
		t.Errorf("status %+v, %v", s, err)
	}
	d.write(create(vitals(368)))
	if p := d.sync(); p.Pushed != 1 {
		t.Errorf("progress: %+v", p)
	}
}

// fits is the verdict on a tablet that has everything.
func (d *device) fits() *syncv1.StreamVerdict {
	d.w.t.Helper()
	return &syncv1.StreamVerdict{StreamId: care, Verdict: syncv1.Verdict_VERDICT_UP_TO_DATE, Head: d.stream().Cursor}
}

func TestDurableEndsTheKeeping(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	d.write(create(vitals(361)))
	d.sync()
	d.write(create(vitals(362)))
	d.sync()
	durable := func(epoch, seq uint64) *syncv1.SyncResponse {
		return &syncv1.SyncResponse{
			Durable:  []*syncv1.Durable{{StreamId: care, Version: &syncv1.Version{Epoch: epoch, Seq: seq}}},
			Verdicts: []*syncv1.StreamVerdict{d.fits()},
		}
	}
	epoch := d.queue()[0].Result.GetVersion().GetEpoch()
	d.told(durable(epoch+5, 9)) // of an epoch whose beginning the device does not know
	if n := len(d.queue()); n != 2 {
		t.Fatalf("%d mutations are kept", n)
	}
	d.told(durable(epoch, 1))
	if queue := d.queue(); len(queue) != 1 || queue[0].Result.GetVersion().GetSeq() != 2 {
		t.Errorf("kept: %+v", queue)
	}
}
