package replica_test

import (
	"bytes"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/store"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// ordered is what a court orders to be erased.
const ordered = "what a court ordered to be erased"

// erase carries an order out on the server.
func (w *world) erase(id replica.ID) {
	w.t.Helper()
	c := hub.Call{Session: hub.Session{Tenant: tenant, PersonID: "operator"}, Now: w.now, Entropy: bytes.NewReader(bytes.Repeat(id[8:], 100))}
	if err := w.hub.Erase(w.t.Context(), c, care, store.ID(id), "station"); err != nil {
		w.t.Fatal(err)
	}
}

// keeps counts the values of the store that hold a text.
func (d *device) keeps(text string) (found int) {
	d.w.t.Helper()
	err := d.store.View(func(r replica.Reader) error {
		return r.Scan(nil, nil, func(_, value []byte) error {
			if bytes.Contains(value, []byte(text)) {
				found++
			}
			return nil
		})
	})
	if err != nil {
		d.w.t.Fatal(err)
	}
	return found
}

// destroyed: nothing of the record is left, and whoever keeps photos is told once.
func (d *device) destroyed(id replica.ID) {
	d.w.t.Helper()
	if n := d.keeps(ordered); n > 0 {
		d.w.t.Errorf("%d values of the store hold what was erased", n)
	}
	gone, err := d.Removals()
	if err != nil || len(gone) != 1 || gone[0] != (replica.Removal{StreamID: care, RecordID: id}) {
		d.w.t.Fatalf("to be removed beside the store: %v, %v", gone, err)
	}
	if err := d.Removed(gone...); err != nil {
		d.w.t.Fatal(err)
	}
	if gone, err = d.Removals(); err != nil || len(gone) != 0 {
		d.w.t.Errorf("removed, and still put down: %v, %v", gone, err)
	}
}

// TestErasureReachesTheAuthor: what they wrote, what waits and what was set aside, in the whole store.
func TestErasureReachesTheAuthor(t *testing.T) {
	if planted.Bug != planted.None {
		t.Skip("this build has a mistake built in")
	}
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	before := w.store.Snapshot()
	id := d.write(create(note(ordered)))
	other := d.write(create(note("of another record")))
	d.sync()
	w.restore(before) // the tablet sets its copies aside, and offers again
	w.erase(id)
	d.write(patch(id, note(ordered+", amended"), 2))
	d.sync()
	d.destroyed(id)
	if queue := d.queue(); len(queue) != 1 || queue[0].MutationID != other {
		t.Errorf("the queue: %+v", queue)
	}
}

// TestErasureReachesAWindow: the record is of a month that the tablet gave up, and its author's words are still there.
func TestErasureReachesAWindow(t *testing.T) {
	if planted.Bug != planted.None {
		t.Skip("this build has a mistake built in")
	}
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	if err := d.SetWindow(1); err != nil {
		t.Fatal(err)
	}
	d.sync()
	id := d.write(create(note(ordered)))
	d.sync()
	w.now = w.now.AddDate(0, 4, 0)
	d.sync()
	if len(d.shown()) != 0 || d.keeps(ordered) == 0 {
		t.Fatal("the month should be gone, and what was written kept for the server")
	}
	w.erase(id)
	d.sync()
	d.destroyed(id)
	if len(d.shown()) != 0 {
		t.Error("a stub of a month that is not here is shown")
	}
}

// TestErasureReachesWhatIsHeldOrRefused: no page comes for it, since nobody on this tablet may read there.
func TestErasureReachesWhatIsHeldOrRefused(t *testing.T) {
	for outcome, state := range map[syncv1.Outcome]replica.State{
		syncv1.Outcome_OUTCOME_HELD: replica.Held, syncv1.Outcome_OUTCOME_REJECTED: replica.Rejected,
	} {
		d := newWorld(t, hub.Limits{}).device("a", nurse)
		id := d.write(create(note(ordered)))
		answer := result(outcome, 0)
		answer.Detail = ordered + ", in the words of who refused it"
		d.told(one(answer))
		if d.queue()[0].State != state || d.keeps(ordered) != 2 {
			t.Fatalf("%v: %+v", outcome, d.queue()[0])
		}
		d.told(&syncv1.SyncResponse{Held: []*syncv1.MutationResult{{Outcome: syncv1.Outcome_OUTCOME_RETRY}}})
		if queue := d.queue(); len(queue) != 1 {
			t.Fatalf("%v: the queue: %+v", outcome, queue)
		}
		if d.queue()[0].State == replica.OnTablet { // the server has lost it, so it is sent again
			d.told(one(answer))
		}
		erased := &syncv1.MutationResult{Outcome: outcome, HeldReason: syncv1.HeldReason_HELD_REASON_ERASED}
		d.told(&syncv1.SyncResponse{Held: []*syncv1.MutationResult{erased}})
		d.destroyed(id)
		if queue := d.queue(); len(queue) != 0 {
			t.Errorf("%v: the queue: %+v", outcome, queue)
		}
	}
}

// TestPurgeIsPutDown for whoever keeps photos, until it says that they are gone.
func TestPurgeIsPutDown(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	d.write(create(vitals(368)))
	d.sync()
	w.until[nurse] = w.now
	d.sync()
	d.open()
	if gone, err := d.Removals(); err != nil || len(gone) != 1 || gone[0] != (replica.Removal{StreamID: care}) {
		t.Errorf("%v, %v", gone, err)
	}
}
