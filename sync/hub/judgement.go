package hub

import (
	"context"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Judgement is a person's decision on a held mutation.
type Judgement struct {
	StreamID   string
	MutationID store.ID
	// Release it: it is applied as if its author had had the right. Otherwise it is rejected.
	Release bool
	// Words say why, to the author.
	Words string
}

// errOwnRelease: nobody lifts the hold on what they wrote themselves.
var errOwnRelease = refuse(PermissionDenied, "you wrote this yourself; it stays held and safe: ask a colleague who may write here to release it")

// Judge carries out the decision of a person who may take it: somebody with a present right to the stream, in a role that
// may write such a record, and, to release it, not its author. What was decided before keeps its outcome, so a
// call may be made again. For everybody else there is nothing here.
func (h *Hub) Judge(ctx context.Context, c Call, req *chartv1.JudgeRequest) (*chartv1.JudgeResponse, []Moved, error) {
	if err := h.serving(); err != nil {
		return nil, nil, err
	}
	if len(req.GetMutationId()) != 16 {
		return nil, nil, errNotFound
	}
	if !req.GetRelease() && req.GetWords() == "" {
		return nil, nil, refuse(InvalidArgument, "words: a rejection needs a reason that its author can read; nothing was changed")
	}
	j := Judgement{
		StreamID: req.GetStreamId(), MutationID: store.ID(req.GetMutationId()), Release: req.GetRelease(), Words: req.GetWords(),
	}
	if j.StreamID == "" {
		return h.judgeInbox(ctx, c, j)
	}
	result, moved, err := h.judgeHeld(ctx, c, j, h.mayJudge)
	return &chartv1.JudgeResponse{Result: result}, moved, err
}

// JudgeHeld releases or rejects a mutation that is held in a stream now. Who may do so is for the caller to decide before.
func (h *Hub) JudgeHeld(ctx context.Context, c Call, j Judgement) (*syncv1.MutationResult, []Moved, error) {
	return h.judgeHeld(ctx, c, j, func(_ *writer, l *landed, _ Judgement) error {
		if l.entry.GetEffect() != syncv1.Outcome_OUTCOME_HELD {
			return errNotFound
		}
		return nil
	})
}

func (h *Hub) judgeHeld(ctx context.Context, c Call, j Judgement, may func(*writer, *landed, Judgement) error) (*syncv1.MutationResult, []Moved, error) {
	var result *syncv1.MutationResult
	var seq uint64
	update := func(tx store.Tx) error {
		seq = 0
		w, err := h.writer(c, tx, j.StreamID)
		if err != nil {
			return err
		}
		found, err := w.lookup(j.MutationID)
		if err != nil {
			return err
		}
		if found == nil {
			return errNotFound
		}
		if err := may(w, found, j); err != nil {
			return err
		}
		hash := seal.PayloadHash(found.written.GetPayload())
		if found.entry.GetEffect() != syncv1.Outcome_OUTCOME_HELD {
			result = w.result(found.entry, hash, true)
			return nil
		}
		e, err := w.judge(found, j)
		if err != nil {
			return err
		}
		result, seq = w.result(e, hash, false), e.GetVersion().GetSeq()
		return w.flush()
	}
	if err := h.store.Update(ctx, update)[0]; err != nil {
		return nil, nil, outward(err)
	}
	if seq == 0 {
		return result, nil, nil
	}
	return result, []Moved{{Tenant: c.Session.Tenant, StreamID: j.StreamID, Seq: seq}}, nil
}

// mayJudge refuses who may not decide about a mutation. A mutation that was never held, or was erased, is not
// there for anybody.
func (h *Hub) mayJudge(w *writer, l *landed, j Judgement) error {
	if l.written.GetEffect() != syncv1.Outcome_OUTCOME_HELD || l.erased {
		return errNotFound
	}
	p := h.restore(w.stream.Tenant, l)
	kind := p.kind
	if kind == nil {
		state, err := w.recordState(p.record)
		if err != nil {
			return err
		}
		kind, _ = care.KindByNumber(state.GetKind())
	}
	return h.mayDecide(w.call, w.stream.Name, p, kind, j.Release)
}

// mayDecide tells whether the caller may decide about a mutation of the stream. Of a kind that nobody here knows, anybody
// who has a right to the stream may.
func (h *Hub) mayDecide(c Call, stream string, p *prepared, kind *care.Kind, release bool) error {
	for _, g := range h.dir.Grants(c.Session.Tenant, c.Session.PersonID, stream) {
		if !g.Covers(c.Now, c.Now) || kind != nil && !kind.MayWrite(g.Role) {
			continue
		}
		if release && p.m.GetPersonId() == c.Session.PersonID {
			return errOwnRelease
		}
		return nil
	}
	return errNotFound
}

// heldItem is a mutation that waits for a decision.
type heldItem struct {
	seq      uint64   // of the entry, in a stream
	id       store.ID // of the mutation
	p        *prepared
	reason   syncv1.HeldReason
	detail   string
	waitsFor []byte
}

// heldIn returns what is held in a stream after a sequence number and not decided, as far as there is room, in the order
// in which it was held; and where it stopped, 0 for the end.
func (h *Hub) heldIn(r store.Reader, s store.Stream, after uint64, left room) (items []heldItem, next uint64, err error) {
	looked := 0
	err = r.Held(s, func(seq uint64) error {
		if seq <= after {
			return nil
		}
		if looked++; left.full() || looked > maxHeldScan {
			return store.ErrStop
		}
		next = seq
		e, err := readEntry(r, s, seq)
		if err != nil {
			return err
		}
		found, err := lookup(r, s, store.ID(e.GetMutationId()))
		if err != nil || found == nil || found.erased || found.entry.GetVersion().GetSeq() != seq {
			return err // another entry about it is newer, or it was erased
		}
		items = append(items, heldItem{
			seq: seq, id: store.ID(e.GetMutationId()), p: h.restore(s.Tenant, found),
			reason: e.GetHeldReason(), detail: e.GetDetail(), waitsFor: e.GetWaitsFor(),
		})
		left.take(len(found.written.GetPayload()))
		return nil
	})
	if !left.full() && looked <= maxHeldScan {
		next = 0
	}
	return items, next, err
}

// maxHeldScan bounds the held entries that one look goes through.
const maxHeldScan = 20_000
