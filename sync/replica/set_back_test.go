package replica_test

import (
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// What a tablet does when it, or the server, comes back from an older copy while something is unfinished.

// TestAFormFromBeforeTheTabletWasSetBack: who filled it in had seen more than the tablet shows now. Whoever writes on top of
// it has not, and must not replace what they never saw.
func TestAFormFromBeforeTheTabletWasSetBack(t *testing.T) {
	const text, plan = 10, 5
	w := newWorld(t, hub.Limits{})
	a, b := w.device("a", nurse), w.device("b", other)
	id := a.write(create(note("as it was")))
	a.sync()
	older := a.store.Snapshot()
	b.sync()
	b.write(patch(id, note("what nobody on the other tablet saw"), text))
	b.sync()
	a.sync()
	form, _, err := a.Record(care, id)
	if err != nil {
		t.Fatal(err)
	}
	a.store = older
	a.open()
	filled := patch(id, &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{Plan: "from the form"}}}, plan)
	filled.Seen = form.Seen
	a.write(filled)
	a.write(patch(id, note("written on top of the form"), text))
	a.sync()
	rec := a.shown()[id].Record
	if n := len(rec.GetCandidates()); n != 1 || rec.GetBody().GetDraftNote().GetText() != "what nobody on the other tablet saw" {
		t.Errorf("%d values wait for a decision, and what stands is %q", n, rec.GetBody().GetDraftNote().GetText())
	}
	if got := rec.GetBody().GetDraftNote().GetPlan(); got != "from the form" {
		t.Errorf("the form had seen all, and its value is %q", got)
	}
}

// TestAnOldMonthIsSetAsideWhenHistoryIsLost: the record stayed for what the tablet still had to say about it. The server
// lost it, so that this is the only copy: it is not shown as confirmed, and not dropped with its month.
func TestAnOldMonthIsSetAsideWhenHistoryIsLost(t *testing.T) {
	w := newWorld(t, small)
	w.now = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	a, b := w.device("a", nurse), w.device("b", other)
	before := w.store.Snapshot()
	id := a.write(create(vitals(365)))
	a.sync()
	b.sync()
	b.write(patch(id, vitals(366)))
	b.window(1)
	w.now = w.now.AddDate(0, 5, 0)
	req := b.next()
	resp := b.answer(req)
	resp.Results[0] = result(syncv1.Outcome_OUTCOME_RETRY, 0) // so that it stays pending
	if _, err := b.Absorb(b.clock(), w.newID, req, resp); err != nil {
		t.Fatal(err)
	}
	if v := b.shown()[id]; v.Version == nil || b.stream().OldestMonth != 202607 {
		t.Fatalf("it should stay for its pending change: %+v", v)
	}
	w.restore(before)
	if p := b.sync(); len(p.HistoryLost) != 1 {
		t.Fatalf("%+v", p)
	}
	if v := b.shown()[id]; v.Version != nil {
		t.Errorf("what the server lost is shown as confirmed at %v", v.Version)
	}
	kept, err := b.Rescue()
	if err != nil || len(kept) != 1 || kept[0].Record.GetBody().GetVitalSigns().GetTemperatureTenthsC() != 366 {
		t.Errorf("set aside: %+v, %v", kept, err)
	}
}

// TestARefusalThatTheServerLost: it was set back to before somebody refused what was held, and somebody else released it.
func TestARefusalThatTheServerLost(t *testing.T) {
	for name, one := range map[string]struct {
		now  *syncv1.MutationResult
		want replica.State
	}{
		"released":              {result(syncv1.Outcome_OUTCOME_APPLIED, 2), replica.Safe},
		"beside another value":  {result(syncv1.Outcome_OUTCOME_CONFLICT, 2), replica.Safe},
		"waits again":           {heldFor(syncv1.HeldReason_HELD_REASON_NO_GRANT), replica.Held},
		"still refused":         {result(syncv1.Outcome_OUTCOME_REJECTED, 1), replica.Rejected},
		"not found":             {result(syncv1.Outcome_OUTCOME_RETRY, 0), replica.Rejected},
		"nothing can be told":   {result(syncv1.Outcome_OUTCOME_HELD, 0), replica.Rejected},
		"no answer to that one": {result(syncv1.Outcome_OUTCOME_UNSPECIFIED, 0), replica.Rejected},
	} {
		t.Run(name, func(t *testing.T) {
			d := newWorld(t, hub.Limits{}).device("a", nurse)
			d.write(create(vitals(361)))
			d.told(&syncv1.SyncResponse{Results: []*syncv1.MutationResult{result(syncv1.Outcome_OUTCOME_REJECTED, 1)}})
			if s := d.queue()[0].State; s != replica.Rejected {
				t.Fatalf("it is %v", s)
			}
			d.told(&syncv1.SyncResponse{Held: []*syncv1.MutationResult{one.now}})
			if s := d.queue()[0].State; s != one.want {
				t.Errorf("it is %v, want %v", s, one.want)
			}
		})
	}
}

func heldFor(reason syncv1.HeldReason) *syncv1.MutationResult {
	r := result(syncv1.Outcome_OUTCOME_HELD, 1)
	r.HeldReason = reason
	return r
}

// TestAnUncleanEndInTheMiddleOfAFirstFill: what the disk lost of the pages that had come is found when the last one comes.
func TestAnUncleanEndInTheMiddleOfAFirstFill(t *testing.T) {
	if planted.Bug != planted.None {
		t.Skip("a mistake is built in")
	}
	w := newWorld(t, small)
	a, b := w.device("a", nurse), w.device("b", other)
	for n := range int32(40) {
		a.write(create(vitals(360 + n%10)))
	}
	a.sync()
	if p, err := b.exchange(); err != nil || p.Pulled == 0 || b.stream().Complete {
		t.Fatalf("%+v, %v: the first page should not be all", p, err)
	}
	b.spoil(0, false)
	if err := b.Unclean(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.VerifyTurn(b.clock()); err != nil {
		t.Fatal(err)
	}
	b.rest()
	same(t, a, b)
	if done, _, err := b.Repairs(); done != 1 || err != nil {
		t.Errorf("%d sections were mended, %v", done, err)
	}
}

// TestAnOldMonthGoesWhenItIsDoneWith, also where nothing new comes to its stream: the change that was offered again after a
// restore was there already.
func TestAnOldMonthGoesWhenItIsDoneWith(t *testing.T) {
	if planted.Bug != planted.None {
		t.Skip("a mistake is built in")
	}
	w := newWorld(t, hub.Limits{})
	w.now = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	d := w.device("a", nurse)
	d.write(create(vitals(365)))
	d.sync()
	w.now = w.now.AddDate(0, 5, 0)
	if _, err := w.hub.BeginEpochs(t.Context(), d.call()); err != nil {
		t.Fatal(err)
	}
	d.window(1)
	if p := d.sync(); len(p.Adopted) != 1 {
		t.Fatalf("%+v", p)
	}
	d.sync()
	left := 0
	err := d.store.View(func(r replica.Reader) error {
		return r.Scan([]byte("c"), nil, func(_, _ []byte) error {
			left++
			return nil
		})
	})
	if err != nil || left > 0 {
		t.Errorf("%d records of a month that was given up are stored, %v", left, err)
	}
}

// TestALossInTheMiddleOfAFill: a record had changed after the place up to which the pages had come, and so was not among
// them. The server loses that change, and has the version before it, at a place that the tablet has passed. At no time does
// the tablet show the stream without the record.
func TestALossInTheMiddleOfAFill(t *testing.T) {
	if planted.Bug != planted.None {
		t.Skip("a mistake is built in")
	}
	for name, meanwhile := range map[string]func(*world){
		"and is shorter": func(*world) {},
		"and grew again": func(w *world) {
			c := w.device("c", other)
			for n := range int32(10) {
				c.write(create(vitals(350 + n)))
			}
			c.sync()
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, small)
			a, b := w.device("a", nurse), w.device("b", other)
			id := a.write(create(order()))
			for n := range int32(20) {
				a.write(create(vitals(360 + n%10)))
			}
			a.sync()
			copied := w.store.Snapshot()
			a.write(patch(id, order()))
			a.sync()
			if _, err := b.exchange(); err != nil || b.stream().Complete {
				t.Fatalf("the first page should not be all: %v", err)
			}
			w.restore(copied)
			meanwhile(w)
			for more := true; more; {
				p, err := b.exchange()
				if err != nil {
					t.Fatal(err)
				}
				if v := b.shown()[id]; b.stream().Complete && v.Version == nil {
					t.Error("the stream is shown, and the order is not in it")
				}
				more = p.More
			}
			a.rest()
			b.rest()
			same(t, a, b)
		})
	}
}
