package hub_test

import (
	"context"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestConflictsAreCountedRight: whatever was written, resolved, retracted, judged, erased and restored, the head counts
// the records with values to decide as a walk through all of them does. The list of work passes over a stream that counts
// none, so one too few would hide a conflict for ever.
func TestConflictsAreCountedRight(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := &chapter{bench: newBench(t), t: rt, erased: map[string]bool{}, texts: map[string][]string{}}
		c.hub = hub.New(hub.Config{Store: c.store, Directory: people{}, Seals: c.seals, Epochs: c.bench, Restored: &c.restoring})
		c.twoAndOne()
		steps := []func(){
			c.write, c.write, c.change, c.change, c.change, c.change, c.resolve, c.resolve, c.retract, c.judgeOne, c.judgeOne, c.again,
			c.eraseOne, c.restart,
		}
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			steps[rapid.IntRange(0, len(steps)-1).Draw(rt, "step")]()
			c.recount()
		}
		c.confirm()
		if open := c.recount(); uint64(len(c.listed())) != open {
			rt.Errorf("%d conflicts are listed, %d are open", len(c.listed()), open)
		}
	})
}

// twoAndOne begins a history with two conflicts and decides about one of them, so that none passes which has nothing to count.
func (c *chapter) twoAndOne() {
	for want := uint64(1); want <= 2; want++ {
		m := c.create("sato", nil)
		m.Record.Body = c.text(m.GetId())
		c.records = append(c.records, m)
		c.send(m)
		seen, _ := c.seen(m.GetId())
		for _, author := range []string{"sato", "suzuki"} {
			change := c.patch(author, m.GetId(), seen, c.text(m.GetId()))
			change.Groups = []uint32{5, 6}
			c.send(change)
		}
		if open := c.recount(); open != want {
			c.t.Fatalf("%d conflicts, want %d", open, want)
		}
	}
	trunk, beside := c.seen(c.records[0].GetId())
	m := c.patch("takahashi", c.records[0].GetId(), trunk, nil)
	m.Operation = syncv1.Operation_OPERATION_RESOLVE
	c.decide(m, beside)
	if open := c.recount(); open != 1 {
		c.t.Fatalf("one of two conflicts was decided, and %d are open", open)
	}
}

// recount compares the head with the records, and returns how many of them have values to decide.
func (c *chapter) recount() (open uint64) {
	head := &storev1.StreamHead{}
	stream := store.Stream{Tenant: tenant, Name: "yamada/care"}
	err := c.store.View(context.Background(), func(r store.Reader) error {
		raw, err := r.Head(stream)
		if err != nil || raw == nil {
			return err
		}
		if err := proto.Unmarshal(raw, head); err != nil {
			return err
		}
		return r.Records(stream, store.ID{}, func(id store.ID, raw []byte) error {
			state := &storev1.RecordState{}
			if err := proto.Unmarshal(raw, state); err != nil {
				return err
			}
			if c.current(r, stream, state) != state.GetConflict() {
				c.t.Errorf("record %x does not say whether it has values to decide", id)
			}
			if state.GetConflict() {
				open++
			}
			return nil
		})
	})
	if err != nil {
		c.t.Fatal(err)
	}
	if head.GetConflicts() != open {
		c.t.Fatalf("the head counts %d, a walk %d", head.GetConflicts(), open)
	}
	return open
}

// current tells whether the newest version of a record has values to decide.
func (c *chapter) current(r store.Reader, s store.Stream, state *storev1.RecordState) bool {
	raw, err := r.Entry(s, state.GetVersion().GetSeq())
	e, rec := &storev1.Entry{}, &carev1.Record{}
	if err == nil {
		err = proto.Unmarshal(raw, e)
	}
	if err == nil {
		err = proto.Unmarshal(e.GetRecord(), rec)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return len(rec.GetCandidates()) > 0
}

// seen is the newest version of a record with the values beside it, as a device has it; nothing if it has none.
func (c *chapter) seen(record []byte) (*syncv1.RecordVersion, []*syncv1.CandidateRef) {
	page, rec := c.bench.records("sato")[string(record)], &carev1.Record{}
	if page == nil {
		return nil, nil
	}
	if err := proto.Unmarshal(page.GetRecord(), rec); err != nil {
		c.t.Fatal(err)
	}
	var beside []*syncv1.CandidateRef
	for _, one := range rec.GetCandidates() {
		beside = append(beside, &syncv1.CandidateRef{MutationId: one.GetMutationId(), Group: one.GetGroup()})
	}
	return &syncv1.RecordVersion{Version: page.GetVersion(), Sha256: sha(page.GetRecord())}, beside
}

// resolve decides about some or all of the values that stand beside a record.
func (c *chapter) resolve() {
	m, beside := c.about(syncv1.Operation_OPERATION_RESOLVE)
	if m != nil && len(beside) > 0 {
		c.decide(m, beside[:rapid.IntRange(1, len(beside)).Draw(c.t, "decided")])
	}
}

// decide puts a value of its own in the place of those that stood beside it.
func (c *chapter) decide(m *syncv1.Mutation, beside []*syncv1.CandidateRef) {
	m.Record.Body, m.Groups = c.text(m.GetRecordId()), []uint32{5, 6}
	m.Resolution = &syncv1.Resolution{Seen: m.GetTrunk(), Candidates: beside}
	c.send(m)
}

// retract takes a record back.
func (c *chapter) retract() {
	if m, _ := c.about(syncv1.Operation_OPERATION_RETRACT); m != nil {
		m.Record = nil
		c.send(m)
	}
}

// about is a mutation of a record, with the values that stand beside it.
func (c *chapter) about(operation syncv1.Operation) (*syncv1.Mutation, []*syncv1.CandidateRef) {
	if len(c.records) == 0 {
		return nil, nil
	}
	of := rapid.SampledFrom(c.records).Draw(c.t, "about").GetId()
	trunk, beside := c.seen(of)
	m := c.patch(c.author(), of, trunk, nil)
	m.Operation = operation
	return m, beside
}

// listed is what the list of work shows.
func (c *chapter) listed() []*chartv1.WorkItem {
	resp, err := c.hub.ListWork(context.Background(), c.call("sato"), &chartv1.ListWorkRequest{
		Kind: chartv1.WorkKind_WORK_KIND_CONFLICT, PageSize: 500,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.GetItems()
}
