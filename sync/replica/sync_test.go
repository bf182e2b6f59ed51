package replica_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// small makes every page short, so that fills and catch-ups take many.
var small = hub.Limits{ResponseBytes: 1500, Mutations: 1000}

func TestTwoTabletsComeToTheSame(t *testing.T) {
	w := newWorld(t, small)
	a, b := w.device("a", nurse), w.device("b", other)
	for n := range int32(50) {
		a.write(create(vitals(360 + n)))
	}
	a.sync()
	b.sync()
	same(t, a, b)
	for id := range b.shown() {
		b.write(patch(id, vitals(400)))
	}
	b.sync()
	a.sync()
	same(t, a, b)
	for _, own := range a.queue() {
		if !own.Retired || own.State != replica.Safe || own.Receipt == nil {
			t.Errorf("%x: %+v", own.MutationID, own)
		}
	}
}

// TestEveryUpdateMayFail switches the tablet off at every single write to its store: at the first, the second, and so
// on, of one and the same story.
func TestEveryUpdateMayFail(t *testing.T) {
	if planted.Bug != planted.None {
		t.Skip("a mistake is built in")
	}
	for n := 1; ; n++ {
		w := newWorld(t, small)
		a, b := w.device("a", nurse), w.device("b", other)
		for k := range int32(20) {
			a.write(create(vitals(360 + k)))
		}
		a.sync()
		b.store.FailAt(n)
		b.sync()
		for id := range a.shown() {
			a.write(patch(id, vitals(400)))
		}
		a.write(create(note("text")))
		a.sync()
		b.sync()
		b.sync()
		if b.store.FailAt(0); t.Failed() {
			t.Fatalf("at write %d", n)
		}
		same(t, a, b)
		if n > 60 {
			break
		}
	}
}

func TestPagesAreShownOnlyWhenTheLastIsThere(t *testing.T) {
	w := newWorld(t, small)
	a, b := w.device("a", nurse), w.device("b", other)
	for n := range int32(40) {
		a.write(create(vitals(360 + n)))
	}
	a.sync()
	if p, err := b.exchange(); err != nil || !p.More || p.Pulled == 0 {
		t.Fatalf("%+v %v", p, err)
	}
	if n := len(b.shown()); n != 0 {
		t.Errorf("%d records of an unfinished fill are shown", n)
	}
	b.open()
	b.sync()
	same(t, a, b)
	before := b.shown()
	for id := range before {
		a.write(patch(id, vitals(410)))
	}
	a.sync()
	if _, err := b.exchange(); err != nil {
		t.Fatal(err)
	}
	for id, v := range b.shown() {
		if !bytes.Equal(v.ConfirmedBytes, before[id].ConfirmedBytes) {
			t.Fatal("a record of an unfinished catch-up is shown")
		}
	}
	b.sync()
	same(t, a, b)
}

func TestLostHistoryIsOfferedAgainAndNothingIsDeleted(t *testing.T) {
	w := newWorld(t, small)
	a, b := w.device("a", nurse), w.device("b", other)
	kept := a.write(create(vitals(361)))
	a.sync()
	b.sync()
	copied := w.store.Snapshot()
	mine := a.write(create(vitals(362)))
	a.write(patch(kept, vitals(363)))
	theirs := b.write(create(vitals(364)))
	b.sync()
	a.sync()
	w.restore(copied)
	// b is gone for now: a holds the only copy of what b wrote.
	p := a.sync()
	if len(p.HistoryLost) != 1 || p.Pushed != 3 {
		t.Fatalf("progress: %+v", p)
	}
	rescued, err := a.Rescue()
	if err != nil || len(rescued) != 1 || rescued[0].ID != theirs {
		t.Fatalf("rescued: %v, %v", rescued, err)
	}
	if views := a.shown(); len(views) != 2 || views[mine].State != replica.Safe ||
		views[kept].Record.GetBody().GetVitalSigns().GetTemperatureTenthsC() != 363 {
		t.Errorf("shown: %d records", len(views))
	}
	for _, own := range a.queue() {
		if !own.Retired {
			t.Errorf("%x is %v", own.MutationID, own.State)
		}
	}
	if p := b.sync(); len(p.HistoryLost) != 1 {
		t.Errorf("progress: %+v", p)
	}
	a.sync()
	same(t, a, b)
	if len(a.shown()) != 3 {
		t.Errorf("%d records are shown", len(a.shown()))
	}
	if rescued, err := a.Rescue(); err != nil || len(rescued) != 0 {
		t.Errorf("what came back is no only copy any more: %v, %v", rescued, err)
	}
}

func TestAdoptedLogGoesOn(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	a, b := w.device("a", nurse), w.device("b", other)
	own := b.write(create(vitals(361)))
	b.sync()
	a.sync()
	copied := w.store.Snapshot()
	a.write(create(vitals(362)))
	a.sync()
	w.restore(copied)
	a.sync()
	p := b.sync() // everything that b has is in the log, which has a new epoch
	if len(p.Adopted) != 1 || len(p.HistoryLost) != 0 {
		t.Fatalf("progress: %+v", p)
	}
	same(t, a, b)
	if v := b.shown()[own]; v.State != replica.Safe {
		t.Errorf("own record: %v", v.State)
	}
}

func TestRevokedStreamIsPushedThenPurged(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	a, b := w.device("a", nurse), w.device("b", other)
	a.write(create(vitals(361)))
	a.sync()
	b.sync()
	late := b.write(create(vitals(362)))
	w.now = w.now.Add(time.Minute)
	w.until[other] = w.now.Add(30 * time.Second)
	p := b.sync()
	if len(p.Revoked) != 1 || p.Pushed != 1 {
		t.Fatalf("progress: %+v", p)
	}
	if streams, _ := b.Streams(); len(streams) != 0 {
		t.Errorf("streams: %v", streams)
	}
	for _, v := range b.shown() {
		if v.ConfirmedBytes != nil {
			t.Error("a record of a purged stream is still shown")
		}
	}
	queue := b.queue()
	if len(queue) != 1 || queue[0].MutationID != late || queue[0].Result == nil {
		t.Errorf("queue: %+v", queue)
	}
	delete(w.until, other)
	b.sync()
	a.sync()
	if n := len(a.shown()); n == 0 || len(b.shown()) < n {
		t.Errorf("granted again: %d records, the other tablet has %d", len(b.shown()), n)
	}
}

func TestStalePagesAndDuplicateAnswersDoNoHarm(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	a, b := w.device("a", nurse), w.device("b", other)
	id := a.write(create(vitals(361)))
	a.sync()
	req, _ := b.NextRequest(b.clock())
	old := b.answer(req)
	a.write(patch(id, vitals(362)))
	a.sync()
	b.sync()
	if _, err := b.Absorb(b.clock(), w.newID, req, old); err != nil {
		t.Fatal(err)
	}
	same(t, a, b)
	req, _ = a.NextRequest(a.clock())
	if _, err := a.Absorb(a.clock(), w.newID, req, &syncv1.SyncResponse{Results: []*syncv1.MutationResult{{}}}); err == nil {
		t.Error("an answer to another request was taken")
	}
}
