package replica_test

import (
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/planted"
)

// A stream that is being filled anew has nothing to repair: what a fetch brought would not be taken, and the tablet would
// ask for it without an end. What differs after the fill is found then.
func TestNothingIsRepairedBeforeTheFillIsDone(t *testing.T) {
	if planted.Bug != planted.None {
		t.Skip("a mistake is built in")
	}
	w := newWorld(t, small)
	a := w.device("a", nurse)
	a.write(create(vitals(361)))
	a.sync()
	copied := w.store.Snapshot()
	a.write(create(vitals(362)))
	a.sync()
	a.spoil(0, false)
	if n, err := a.RecomputeDigests(); n != 1 || err != nil {
		t.Fatalf("%d sections differ, %v", n, err)
	}
	w.restore(copied)
	if p, err := a.exchange(); err != nil || len(p.HistoryLost) != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	if req, asks, err := a.NextRepair(); asks || err != nil {
		t.Fatalf("the tablet asks for %v, %v", req, err)
	}
	a.rest()
	b := w.device("b", other)
	b.sync()
	same(t, a, b)
	if _, open, err := a.Repairs(); open != 0 || err != nil {
		t.Errorf("%d sections differ, %v", open, err)
	}
}
