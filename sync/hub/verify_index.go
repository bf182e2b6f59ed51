package hub

import (
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// erasure checks what an entry keeps of what was written. Commitments stand in for what is gone, and for nothing else:
// beside the thing itself they would hide that it was changed.
func (c *checker) erasure(seq uint64, e *storev1.Entry) {
	stub := ledger.Erased(e) && len(e.GetRecordSha256()) == 0 && len(e.GetRecord()) > 0
	switch gone := len(e.GetPayload()) == 0 && len(e.GetAuthorSeal()) == 0; {
	case !ledger.Erased(e) && len(e.GetRecordSha256()) > 0,
		ledger.Erased(e) && !gone,
		ledger.Erased(e) && !stub && (len(e.GetSalt()) > 0 || len(e.GetRecord()) > 0):
		c.damage("entry %d keeps a commitment beside what it stands for", seq)
	}
	if ledger.Erased(e) && !stub {
		c.erased[store.ID(e.GetRecordId())] = true
	}
	if !stub && !ledger.Derived(e) { // nobody sent those: no mutation is looked up by their id
		c.answers[store.ID(e.GetMutationId())] = seq
	}
	if e.GetEffect() == syncv1.Outcome_OUTCOME_HELD {
		c.held = append(c.held, seq)
	}
}

// indexes compares what the store looks mutations and held entries up by with the log.
func (c *checker) indexes(r store.Reader) error {
	var held []uint64
	err := r.Held(c.stream, func(seq uint64) error {
		held = append(held, seq)
		return nil
	})
	if err != nil {
		return err
	}
	if !slices.Equal(held, c.held) || c.head.GetHeld() != uint64(len(c.held)) {
		c.damage("the log holds %d entries, the list of held ones and the head say otherwise", len(c.held))
	}
	if err := c.waiting(r); err != nil {
		return err
	}
	wrong := 0
	for id, seq := range c.answers {
		found, err := lookupSeq(r, c.stream, id)
		if err != nil {
			return err
		}
		if found != seq {
			wrong++
		}
	}
	if wrong > 0 {
		c.damage("%d mutations are looked up at another entry than their newest", wrong)
	}
	return nil
}

// waiting goes through the entries that are held still: one that waits for another mutation is found by it, or it would
// wait for ever.
func (c *checker) waiting(r store.Reader) error {
	lost := 0
	for _, seq := range c.held {
		e, err := readEntry(r, c.stream, seq)
		if err != nil {
			return err
		}
		id := store.ID(e.GetMutationId())
		if c.answers[id] != seq || len(e.GetWaitsFor()) != len(id) {
			continue
		}
		list, err := r.Waiting(c.stream, store.ID(e.GetWaitsFor()))
		if err != nil {
			return err
		}
		if len(list) < maxSharers && !slices.Contains(list, id) {
			lost++
		}
	}
	if lost > 0 {
		c.damage("%d held mutations are not found by what they wait for", lost)
	}
	return nil
}

// lookupSeq is where a mutation is looked up: under its id, or as the CREATE of the record with that id.
func lookupSeq(r store.Reader, s store.Stream, id store.ID) (uint64, error) {
	seq, err := r.Mutation(s, id)
	if err != nil || seq != 0 {
		return seq, err
	}
	state, err := readState(r, s, id)
	return state.GetCreatedSeq(), err
}

// content looks into the newest version of a record: a record of which something was erased is a stub, one that has
// candidates is known to have them, and one that has a domain key is found by it.
func (c *checker) content(r store.Reader, id store.ID, state *storev1.RecordState, raw []byte, byServer bool) error {
	seq, rec := state.GetVersion().GetSeq(), &carev1.Record{}
	if proto.Unmarshal(raw, rec) != nil {
		c.damage("the record of entry %d cannot be read", seq)
		return nil
	}
	if c.erased[id] && rec.GetStatus() != carev1.RecordStatus_RECORD_STATUS_ERASED {
		c.damage("something of a record was erased, and entry %d does not say so", seq)
	}
	if state.GetConflict() != (len(rec.GetCandidates()) > 0) {
		c.damage("the state of a record does not say whether entry %d has values to decide", seq)
	}
	kind, ok := care.KindOf(rec.GetBody())
	if !ok {
		return nil
	}
	if err := c.ofAlarms(r, id, state, rec, byServer); err != nil {
		return err
	}
	key, ok := care.DomainKey(kind, rec.GetBody())
	if !ok {
		return nil
	}
	ids, err := r.Keyed(c.stream, key)
	full := len(ids)+len(c.erased) >= maxSharers // or it was, before an erasure made room
	if err == nil && !full && !slices.Contains(ids, id) {
		c.damage("the record of entry %d is not found by its domain key", seq)
	}
	return err
}
