package replica_test

import (
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// unread pushes what waits and loses the pages of the answer.
func (d *device) unread() *syncv1.SyncResponse {
	d.w.t.Helper()
	req := d.next()
	resp := d.answer(req)
	resp.Pages = nil
	if _, err := d.Absorb(d.clock(), d.w.newID, req, resp); err != nil {
		d.w.t.Fatal(err)
	}
	return resp
}

// TestLandingIsShownUntilTheCursorReachesIt, and proves the loss of what was answered and never read.
func TestLandingIsShownUntilTheCursorReachesIt(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	a := w.device("a", nurse)
	a.write(create(vitals(361)))
	a.sync()
	before := w.store.Snapshot()
	id := a.write(create(vitals(362)))
	landing := a.unread().GetLandings()[0].GetPlace()
	a.open() // the proof outlives the program
	if got := a.next().GetPositions()[0].GetNewestResult(); !proto.Equal(got, landing) {
		t.Fatalf("it shows %v, was told %v", got, landing)
	}
	w.restore(before)
	if p := a.sync(); len(p.HistoryLost) != 1 {
		t.Errorf("the loss is not found: %+v", p)
	}
	if a.shown()[id].ConfirmedBytes == nil {
		t.Error("what was lost was not offered again")
	}
	if p := a.next().GetPositions()[0]; p.GetNewestResult() != nil {
		t.Errorf("the cursor has reached it, and it shows %v", p.GetNewestResult())
	}
}

// TestOwnRecordsAreJoined: what the server leaves out of a page is put in from the request, an answer that comes twice
// included, and one that names what was not sent is refused.
func TestOwnRecordsAreJoined(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	a, b := w.device("a", nurse), w.device("b", other)
	for n := range int32(3) {
		a.write(create(vitals(360 + n)))
	}
	req := a.next()
	resp := a.answer(req)
	records := resp.GetPages()[0].GetRecords()
	for _, rec := range records {
		if rec.GetMutation() == 0 {
			t.Fatal("the server sends back what came with the request")
		}
	}
	wrong := proto.CloneOf(resp)
	wrong.Pages[0].Records[2].Mutation = 4
	for _, one := range []struct {
		resp *syncv1.SyncResponse
		want error
	}{{wrong, replica.ErrAnswer}, {resp, nil}, {resp, nil}} {
		if _, err := a.Absorb(a.clock(), w.newID, req, one.resp); !errors.Is(err, one.want) {
			t.Errorf("%v, want %v", err, one.want)
		}
	}
	if records[0].GetMutation() == 0 {
		t.Error("the answer was changed")
	}
	a.sync()
	b.sync()
	same(t, a, b)
	for _, own := range a.queue() {
		if !own.Retired || own.Receipt == nil {
			t.Errorf("%x: %+v", own.MutationID, own)
		}
	}
}
