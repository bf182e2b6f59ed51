package replica_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// covers says that a backup covers the stream up to a place, in the words of an answer.
func covers(v *syncv1.Version) []*syncv1.Durable {
	return []*syncv1.Durable{{StreamId: care, Version: v}}
}

// toldOf takes the server's answer to the next request, with what a backup covers added to it.
func (d *device) toldOf(durable []*syncv1.Durable) *syncv1.SyncRequest {
	d.w.t.Helper()
	d.w.now = d.w.now.Add(time.Minute)
	req := d.next()
	resp := d.answer(req)
	resp.Durable = durable
	if _, err := d.Absorb(d.clock(), d.w.newID, req, resp); err != nil {
		d.w.t.Fatal(err)
	}
	return req
}

// begun is a copy of the server with a log that had begun.
func (w *world) begun() *memory.Store {
	z := w.device("z", other)
	z.write(create(vitals(355)))
	z.sync()
	return w.store.Snapshot()
}

// grown puts the older copy in the server's place, and lets somebody else write so much that the log has other entries under
// the numbers that were lost. Nobody proves the loss.
func (w *world) grown(older func()) *syncv1.Version {
	older()
	c := w.device("c", other)
	for n := range int32(6) {
		c.write(create(vitals(350 + n)))
	}
	c.sync()
	return c.stream().Cursor.GetVersion()
}

// TestABackupOfAnotherLogCoversNothing: the server went back to before what this tablet wrote, and grew again without anybody
// noticing. A backup of that log reaches the numbers that the tablet was told, and has something else there.
func TestABackupOfAnotherLogCoversNothing(t *testing.T) {
	if planted.Bug != planted.None {
		t.Skip("a mistake is built in")
	}
	for name, answer := range map[string]*syncv1.SyncResponse{
		"the manifest does not fit":      {ManifestNeeded: true},
		"no verdict":                     {},
		"the right to read is not there": {Verdicts: []*syncv1.StreamVerdict{{StreamId: care, Verdict: syncv1.Verdict_VERDICT_REVOKED}}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, hub.Limits{})
			copied := w.begun()
			a := w.device("a", nurse)
			a.write(create(vitals(361)))
			a.sync()
			reaches := w.grown(func() { w.restore(copied) })
			answer := proto.CloneOf(answer)
			answer.Durable = covers(reaches)
			a.told(answer)
			if n := len(a.queue()); n != 1 {
				t.Errorf("%d mutations are kept, and the server has none of them", n)
			}
		})
	}
}

// TestWhatIsKeptOfAnUnreadableStreamIsAskedAbout before it goes: by its id, since no place proves anything there.
func TestWhatIsKeptOfAnUnreadableStreamIsAskedAbout(t *testing.T) {
	if planted.Bug != planted.None {
		t.Skip("a mistake is built in")
	}
	for name, lost := range map[string]bool{"the log has it": false, "the log went back": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, hub.Limits{})
			copied := w.begun()
			a := w.device("a", nurse)
			id := a.write(create(vitals(361)))
			a.sync()
			reaches := w.grown(func() {
				if lost {
					w.restore(copied)
				}
			})
			w.until[nurse] = w.now
			a.toldOf(nil)
			a.toldOf(covers(reaches))
			if n := len(a.queue()); n != 1 {
				t.Fatalf("%d mutations are kept before the server was asked", n)
			}
			if req := a.toldOf(covers(reaches)); len(req.GetHeld()) != 1 {
				t.Fatalf("it asks about %d", len(req.GetHeld()))
			}
			if !lost {
				if n := len(a.queue()); n != 0 {
					t.Errorf("%d mutations are kept", n)
				}
				return
			}
			a.sync()
			if queue := a.queue(); len(queue) != 1 || queue[0].State != replica.Safe {
				t.Errorf("the queue: %+v", queue)
			}
			c := w.device("d", other)
			c.sync()
			if v := c.shown()[id]; v.Version == nil {
				t.Error("what the server lost was not offered again")
			}
		})
	}
}

// TestWhatWasLostWhileItCouldNotBeRead is offered again when the stream may be read once more, although the log is longer by
// then than it ever was, and comes in one page.
func TestWhatWasLostWhileItCouldNotBeRead(t *testing.T) {
	if planted.Bug != planted.None {
		t.Skip("a mistake is built in")
	}
	w := newWorld(t, hub.Limits{})
	copied := w.begun()
	a := w.device("a", nurse)
	id := a.write(create(vitals(361)))
	a.sync()
	w.until[nurse] = w.now
	a.sync()
	w.grown(func() { w.restore(copied) })
	delete(w.until, nurse)
	a.sync()
	if v := a.shown()[id]; v.Version == nil {
		t.Error("what the server lost was not offered again")
	}
	c := w.device("d", other)
	c.sync()
	same(t, a, c)
}

// TestErasureReachesWhatIsKeptOfAnUnreadableStream: no page tells of it, and the answer to the question does.
func TestErasureReachesWhatIsKeptOfAnUnreadableStream(t *testing.T) {
	if planted.Bug != planted.None {
		t.Skip("a mistake is built in")
	}
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	id := d.write(create(note(ordered)))
	d.sync()
	at := d.stream().Cursor.GetVersion()
	w.until[nurse] = w.now
	d.toldOf(nil)
	gone, err := d.Removals()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Removed(gone...); err != nil { // the photos of a stream that was purged
		t.Fatal(err)
	}
	w.erase(id)
	at.Seq-- // a backup from before covers nothing of it
	d.toldOf(covers(at))
	at.Seq++
	d.toldOf(covers(at))
	if d.keeps(ordered) == 0 {
		t.Fatal("nothing is kept any more, and the server was not asked")
	}
	d.toldOf(covers(at))
	d.destroyed(id)
}
