package replica_test

import (
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/planted"
)

// A repair reads the section as the server has it now, which may be past the tablet's cursor. What is newer than the
// cursor must not be taken from it: nothing would prove its loss if the server went back to a copy from between the two.
func TestRepairTakesNothingPastTheCursor(t *testing.T) {
	if planted.Bug != planted.None {
		t.Skip("a mistake is built in")
	}
	w := newWorld(t, small)
	a, b := w.device("a", nurse), w.device("b", other)
	a.write(create(vitals(361)))
	a.sync()
	b.sync()
	copied := w.store.Snapshot()
	a.spoil(0, false)
	if n, err := a.RecomputeDigests(); n != 1 || err != nil {
		t.Fatalf("%d sections differ, %v", n, err)
	}
	b.write(create(vitals(362)))
	b.sync()
	a.repair()
	w.restore(copied)
	c := w.device("c", other)
	c.sync()
	a.rest()
	same(t, a, c)
	a.write(create(vitals(363)))
	a.write(create(vitals(364)))
	a.rest()
	c.sync()
	same(t, a, c)
	b.sync() // whoever had it offers it again
	a.rest()
	same(t, a, b)
	if n := len(a.shown()); n != 4 {
		t.Errorf("%d records are shown, 4 were written", n)
	}
	if _, open, err := a.Repairs(); open != 0 || err != nil {
		t.Errorf("%d sections differ, %v", open, err)
	}
}
