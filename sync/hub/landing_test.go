package hub_test

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestWhatCameIsNotSentBack: of a record that the request itself brought, its page has only what the server added; put
// together it has the bytes that everybody else is sent. Of anything else the page has everything.
func TestWhatCameIsNotSentBack(t *testing.T) {
	b := newBench(t)
	b.push("suzuki", b.create("suzuki", temperature(361)))
	kept, changed := b.create("sato", temperature(365)), b.create("sato", temperature(366))
	amended := b.patch("sato", changed.GetId(), nil, temperature(367))
	amended.Predecessor = &syncv1.Predecessor{Id: changed.GetId(), PayloadHash: sha(b.queued(changed).GetPayload()), Shown: true}
	req := b.request(b.queued(changed), b.queued(kept), b.queued(amended))
	resp := b.sync("sato", req)
	b.expect(resp.GetResults(), "APPLIED", "APPLIED", "APPLIED")
	whole := b.records("suzuki")
	got := map[uint32]int{}
	for _, rec := range resp.GetPages()[0].GetRecords() {
		got[rec.GetMutation()]++
		if rec.GetMutation() == 2 && !bytes.Equal(rec.GetRecord(), whole[string(kept.GetId())].GetRecord()) {
			t.Error("put together it has other bytes than those of a page to somebody else")
		}
	}
	if got[0] != 2 || got[2] != 1 || len(got) != 2 {
		t.Errorf("of the mutations %v stand for a record, want only the second one", got)
	}
	for _, rec := range whole {
		if rec.GetMutation() != 0 {
			t.Errorf("a page to somebody else leaves out what mutation %d brought", rec.GetMutation())
		}
	}
	again := b.sync("sato", b.request(b.queued(kept)))
	if n := len(again.GetPages()[0].GetRecords()); n != 3 {
		t.Errorf("sent again: %d records", n)
	}
}

// TestShortenedPagesAreBoundedByWhatIsSent: what is left out costs nothing of the room.
func TestShortenedPagesAreBoundedByWhatIsSent(t *testing.T) {
	b := newBench(t)
	req := b.request()
	for range 20 {
		req.Mutations = append(req.Mutations, b.queued(b.create("sato", temperature(365))))
	}
	req.MaxResponseBytes = 20 * 90 // each brings more than that, and the server adds less
	if page := b.sync("sato", req).GetPages()[0]; !page.GetLast() || len(page.GetRecords()) != 20 {
		t.Errorf("%d of 20 records, the last page: %v", len(page.GetRecords()), page.GetLast())
	}
}

// TestLandingProvesALoss: a device that was never sent a place shows what its answer named, and so a log that went back
// is found out. The place of another stream is no such proof.
func TestLandingProvesALoss(t *testing.T) {
	b := newBench(t)
	b.push("suzuki", b.create("suzuki", temperature(361)))
	before := b.store.Snapshot()
	resp := b.sync("sato", b.request(b.queued(b.create("sato", temperature(365))), b.queued(b.create("sato", temperature(366)))))
	if len(resp.GetLandings()) != 1 || !proto.Equal(resp.GetLandings()[0].GetPlace().GetVersion(), resp.GetResults()[1].GetVersion()) {
		t.Fatalf("%v for the results %v", resp.GetLandings(), resp.GetResults())
	}
	landing := resp.GetLandings()[0].GetPlace()
	if got := b.shows("sato", landing); got != "VERDICT_BEHIND" {
		t.Errorf("the log has it: %s", got)
	}
	b.setBack(before)
	elsewhere := proto.CloneOf(landing)
	elsewhere.Seal = b.seals.Sealer().Landing(tenant, "other/care", landing)
	if got := b.shows("sato", elsewhere); got != "VERDICT_BEHIND" {
		t.Errorf("of another stream: %s", got)
	}
	epoch := b.epoch
	if got := b.shows("sato", landing); got != "VERDICT_HISTORY_LOST" || b.epoch != epoch+1 {
		t.Errorf("the log went back: %s, %d epochs began", got, b.epoch-epoch)
	}
}

// shows is the verdict on a device that shows the newest place that it was told of, and has nothing of the stream.
func (b *bench) shows(person string, place *syncv1.Cursor) string {
	b.t.Helper()
	req := b.request()
	req.Positions = []*syncv1.StreamPosition{{StreamId: "yamada/care", NewestResult: place}}
	return b.sync(person, req).GetVerdicts()[0].GetVerdict().String()
}

// setBack puts an older copy in the store's place.
func (b *bench) setBack(to *memory.Store) {
	b.store = to
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b})
}

// TestTheHeadProvesALoss: whoever reads, and brought nothing, shows the head of when the pages of an unfinished fill were read.
// For somebody who may not read the stream it proves nothing, and one that nobody sealed proves it to nobody.
func TestTheHeadProvesALoss(t *testing.T) {
	b := newBench(t)
	b.push("suzuki", b.create("suzuki", temperature(361)))
	before := b.store.Snapshot()
	b.push("suzuki", b.create("suzuki", temperature(365)))
	head := b.sync("sato", b.request()).GetVerdicts()[0].GetHead()
	if got := b.shows("sato", head); got != "VERDICT_BEHIND" {
		t.Errorf("the log has it: %s", got)
	}
	b.setBack(before)
	epoch, unsealed := b.epoch, proto.CloneOf(head)
	unsealed.Seal = nil
	if got := b.shows("sato", unsealed); got != "VERDICT_BEHIND" {
		t.Errorf("without a seal: %s", got)
	}
	if got := b.shows("mori", head); got != "VERDICT_REVOKED" || b.epoch != epoch {
		t.Errorf("without the right to read: %s, %d epochs began", got, b.epoch-epoch)
	}
	if got := b.shows("sato", head); got != "VERDICT_HISTORY_LOST" || b.epoch != epoch+1 {
		t.Errorf("the log went back: %s, %d epochs began", got, b.epoch-epoch)
	}
}

// TestLandingOfWhatWasHeld: the answer to a question about a held mutation names its entry too.
func TestLandingOfWhatWasHeld(t *testing.T) {
	b := newBench(t)
	m := b.patch("sato", b.id(), nil, temperature(365))
	held := b.push("sato", m)
	b.expect(held, "HELD MISSING_RECORD")
	req := b.request()
	req.Held = []*syncv1.HeldRef{{StreamId: "yamada/care", MutationId: m.GetId(), PersonId: "sato"}}
	resp := b.sync("sato", req)
	if len(resp.GetLandings()) != 1 || !proto.Equal(resp.GetLandings()[0].GetPlace().GetVersion(), held[0].GetVersion()) {
		t.Errorf("%v, held at %v", resp.GetLandings(), held[0].GetVersion())
	}
	if resp := b.sync("sato", b.request()); len(resp.GetLandings()) != 0 {
		t.Errorf("a request that brings nothing and asks about nothing: %v", resp.GetLandings())
	}
}
