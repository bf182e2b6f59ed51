package replica_test

import (
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestMoreStreamsThanOneRequestLists: they have their turns, a revocation is learned, and then the tablet comes to rest
// and says that it cannot know of everything.
func TestMoreStreamsThanOneRequestLists(t *testing.T) {
	const streams, most = 4200, 4096
	d := newWorld(t, hub.Limits{}).device("a", nurse)
	first := &syncv1.SyncResponse{}
	for n := range streams {
		first.Verdicts = append(first.Verdicts, &syncv1.StreamVerdict{
			StreamId: fmt.Sprintf("chart-%04d/care", n), Verdict: syncv1.Verdict_VERDICT_UP_TO_DATE,
			Head: &syncv1.Cursor{Version: &syncv1.Version{Epoch: 1}},
		})
	}
	d.told(first)
	asked, rounds := map[string]bool{}, 0
	for more := true; more; rounds++ {
		if rounds > 5 {
			t.Fatal("the tablet does not come to rest")
		}
		req, err := d.NextRequest(d.clock())
		if err != nil || len(req.GetPositions()) > most || req.GetManifestComplete() {
			t.Fatalf("%d positions, %v", len(req.GetPositions()), err)
		}
		if again, err := d.NextRequest(d.clock()); err != nil || len(again.GetPositions()) != len(req.GetPositions()) {
			t.Fatalf("a request that is made again is another one: %d, %v", len(again.GetPositions()), err)
		}
		resp := &syncv1.SyncResponse{ManifestNeeded: true}
		for _, p := range req.GetPositions() {
			asked[p.GetStreamId()] = true
			if p.GetStreamId() == "chart-4150/care" {
				resp.Verdicts = append(resp.Verdicts, &syncv1.StreamVerdict{StreamId: p.GetStreamId(), Verdict: syncv1.Verdict_VERDICT_REVOKED})
			}
		}
		p, err := d.Absorb(d.clock(), d.w.newID, req, resp)
		if err != nil {
			t.Fatal(err)
		}
		if more = p.More; !more && !p.Unproven {
			t.Error("nobody is told that something may be unknown")
		}
	}
	held, err := d.Streams()
	if err != nil || len(held) != streams-1 || len(asked) != streams || rounds != 3 {
		t.Errorf("%d streams after %d rounds, %d asked about, %v", len(held), rounds, len(asked), err)
	}
}

// TestStreamThatAlwaysFailsLetsOthersThrough: a thousand mutations of it stand before those of the others.
func TestStreamThatAlwaysFailsLetsOthersThrough(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	for range 1000 {
		bad := create(vitals(368))
		bad.StreamID = "bad/care"
		d.write(bad)
	}
	good := d.write(create(vitals(371)))
	rounds := 0
	for more := true; more; rounds++ {
		if rounds > 3 {
			t.Fatal("the tablet does not come to rest")
		}
		req, err := d.NextRequest(d.clock())
		if err != nil {
			t.Fatal(err)
		}
		resp := &syncv1.SyncResponse{}
		for _, q := range req.GetMutations() {
			r := result(syncv1.Outcome_OUTCOME_RETRY, 0)
			if streamOf(t, q) == care {
				r = result(syncv1.Outcome_OUTCOME_APPLIED, 1)
			}
			resp.Results = append(resp.Results, r)
		}
		p, err := d.Absorb(d.clock(), w.newID, req, resp)
		if err != nil {
			t.Fatal(err)
		}
		more = p.More
	}
	for _, own := range d.queue() {
		if own.MutationID == good && own.Receipt == nil {
			t.Error("it waits behind what fails for ever")
		}
	}
}

func streamOf(t *testing.T, q *syncv1.QueuedMutation) string {
	t.Helper()
	m := &syncv1.Mutation{}
	if err := proto.Unmarshal(q.GetPayload(), m); err != nil {
		t.Fatal(err)
	}
	return m.GetStreamId()
}
