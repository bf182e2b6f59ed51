package hub_test

import (
	"context"
	"slices"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// counted is a store that counts the entries that commits read.
type counted struct {
	store.Store
	entries *int
}

func (c counted) Update(ctx context.Context, closures ...func(store.Tx) error) []error {
	counting := make([]func(store.Tx) error, len(closures))
	for i, closure := range closures {
		counting[i] = func(tx store.Tx) error { return closure(countedTx{tx, c.entries}) }
	}
	return c.Store.Update(ctx, counting...)
}

type countedTx struct {
	store.Tx
	entries *int
}

func (c countedTx) Entry(s store.Stream, seq uint64) ([]byte, error) {
	*c.entries++
	return c.Tx.Entry(s, seq)
}

func subjective(text string) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{Format: 1, Subjective: text, Objective: text}}}
}

// edit patches one field of a draft that nobody was shown, behind a predecessor of the same author.
func (b *bench) edit(person string, record []byte, group uint32, behind *syncv1.Predecessor) *syncv1.Mutation {
	m := b.patch(person, record, nil, subjective("x"))
	m.Groups, m.Predecessor, m.ContinuesChain, m.Reason = []uint32{group}, behind, behind != nil, ""
	return m
}

// TestLongLinesAreReadOnce: commits run one at a time, so a request whose mutations all stand behind one long line must
// not keep everybody waiting while the line is read again for each of them.
func TestLongLinesAreReadOnce(t *testing.T) {
	const length, branches = 600, 100
	b, reads := newBench(t), 0
	b.hub = hub.New(hub.Config{Store: counted{b.store, &reads}, Directory: people{}, Seals: b.seals, Epochs: b})
	draft := b.create("sato", subjective("begun"))
	b.expect(b.push("sato", draft), "APPLIED")
	b.push("suzuki", b.edit("suzuki", draft.GetId(), 3, nil))
	var end *syncv1.Predecessor
	var queue []*syncv1.QueuedMutation
	for range length {
		m := b.edit("sato", draft.GetId(), 2, end)
		q := b.queued(m)
		sum := seal.PayloadHash(q.GetPayload())
		end, queue = &syncv1.Predecessor{Id: m.GetId(), PayloadHash: sum[:], Shown: true}, append(queue, q)
	}
	for part := range slices.Chunk(queue, 300) {
		b.sync("sato", b.request(part...))
	}
	queue = nil
	for range branches {
		queue = append(queue, b.queued(b.edit("sato", draft.GetId(), 3, end)))
	}
	reads = 0
	results := b.sync("sato", b.request(queue...)).GetResults()
	if results[0].GetOutcome() != syncv1.Outcome_OUTCOME_CONFLICT {
		t.Errorf("what another person wrote meanwhile is foreign however long the line: %v", results[0])
	}
	if most := 3*length + 20*branches; reads > most {
		t.Errorf("%d entries were read for %d mutations behind a line of %d, at most %d are needed", reads, branches, length, most)
	}
}

// TestReleaseFromBeforeTheRejection: who released a mutation when its predecessor was still open has not decided about it
// without the predecessor.
func TestReleaseFromBeforeTheRejection(t *testing.T) {
	b := newBench(t)
	target := b.create("sato", medicine("錠"))
	b.expect(b.push("sato", target), "APPLIED")
	first := b.patch("takahashi", target.GetId(), nil, medicine("包"))
	queued := b.queued(first)
	sum := seal.PayloadHash(queued.GetPayload())
	second := b.patch("takahashi", target.GetId(), nil, medicine("mL"))
	second.Predecessor = &syncv1.Predecessor{Id: first.GetId(), PayloadHash: sum[:], Shown: true}
	b.expect(b.sync("takahashi", b.request(queued, b.queued(second))).GetResults(), "HELD ROLE", "HELD ROLE")
	b.decided(b.decide("suzuki", "yamada/care", second.GetId(), true, ""), "HELD")
	b.decided(b.decide("suzuki", "yamada/care", first.GetId(), false, "not as a care worker"), "REJECTED")
	b.expect(b.push("takahashi", second), "HELD PREDECESSOR_HELD")
	b.decided(b.decide("suzuki", "yamada/care", second.GetId(), true, ""), "CONFLICT")
}

// TestAskingAppendsNothing: a tablet asks again and again what became of a held mutation, the one of who released it too.
func TestAskingAppendsNothing(t *testing.T) {
	b := newBench(t)
	target, other := b.create("sato", temperature(365)), b.create("sato", temperature(366))
	b.expect(b.push("sato", target, other), "APPLIED", "APPLIED")
	m := b.patch("takahashi", target.GetId(), nil, temperature(370))
	m.Predecessor = &syncv1.Predecessor{Id: other.GetId(), PayloadHash: make([]byte, 32)} // of another record
	b.expect(b.push("takahashi", m), "HELD MISSING_PREDECESSOR")
	if _, _, err := b.hub.Judge(context.Background(), b.call("sato"), &chartv1.JudgeRequest{StreamId: "yamada/care", MutationId: m.GetId(), Release: true}); err != nil {
		t.Fatal(err)
	}
	before := b.verify().Entries
	req := b.request()
	req.Held = []*syncv1.HeldRef{{StreamId: "yamada/care", MutationId: m.GetId(), PersonId: "takahashi"}}
	for range 3 {
		b.sync("sato", req)
	}
	if after := b.verify().Entries; after != before {
		t.Errorf("%d entries became %d", before, after)
	}
}
