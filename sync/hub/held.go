package hub

import (
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// hold appends a HELD entry, so that the mutation is durable and waits. A mutation that is held already and still
// has to wait for the same reason gets no new entry.
func (w *writer) hold(p *prepared, held *storev1.Entry, reason syncv1.HeldReason, detail string, waitsFor []byte) (*storev1.Entry, error) {
	judgedNow := p.releasedBy != ""
	if held != nil && held.GetHeldReason() == reason && sameID(held.GetWaitsFor(), waitsFor) && !judgedNow {
		return held, nil
	}
	e, err := w.entry(p, held, syncv1.Outcome_OUTCOME_HELD)
	if err != nil {
		return nil, err
	}
	e.HeldReason, e.Detail, e.WaitsFor, e.Author, e.JudgedBy = reason, detail, waitsFor, w.author(p, 0), ""
	if len(waitsFor) > 0 {
		e.JudgedBy = held.GetJudgedBy() // the decision stands; what is missing may still come
		if held == nil {
			e.JudgedBy = p.releasedBy
		}
	}
	e.ClockOffsetMs = p.offsetMs
	w.head.Held++
	if err := w.append(e, nil); err != nil {
		return nil, err
	}
	seq := e.GetVersion().GetSeq()
	if err := w.putMutation(p.id, seq); err != nil {
		return nil, err
	}
	if err := w.tx.PutHeld(w.stream, seq); err != nil {
		return nil, err
	}
	if len(waitsFor) != 16 {
		return e, nil
	}
	// A mutation that as many others wait for takes no more into its list: those are released when their devices ask.
	waiting, err := w.tx.Waiting(w.stream, store.ID(waitsFor))
	if err != nil || len(waiting) >= maxSharers {
		return e, err
	}
	return e, w.tx.PutWaiting(w.stream, store.ID(waitsFor), p.id)
}

// releaseWaiting judges again what waited for a mutation that has just come, and what waited for that, in the order
// of their links.
func (w *writer) releaseWaiting(id store.ID) error {
	if w.head.GetHeld() == 0 {
		return nil
	}
	if planted.Bug == planted.ReleasesInAnyOrder {
		return w.releaseBackwards(id)
	}
	released, size := 0, 0
	for queue := []store.ID{id}; len(queue) > 0 && released < maxReleases && size < maxReleaseBytes; queue = queue[1:] {
		waiting, err := w.tx.Waiting(w.stream, queue[0])
		if err != nil {
			return err
		}
		for _, one := range waiting {
			if released >= maxReleases || size >= maxReleaseBytes {
				return nil
			}
			e, err := w.retry(one)
			if err != nil {
				return err
			}
			if e != nil && ledger.Changed(e.GetEffect()) {
				queue = append(queue, one)
				released, size = released+1, size+proto.Size(e)
			}
		}
	}
	return nil
}

// retry judges a mutation again that waits for another one; nil if it does not wait.
func (w *writer) retry(id store.ID) (*storev1.Entry, error) {
	found, err := w.lookup(id)
	if err != nil || found == nil {
		return nil, err
	}
	if found.entry.GetEffect() != syncv1.Outcome_OUTCOME_HELD || found.erased ||
		len(found.entry.GetWaitsFor()) == 0 && !w.hub.understoodNow(w.stream.Tenant, found) {
		return nil, nil
	}
	return w.decide(w.hub.restore(w.stream.Tenant, found), found.entry)
}

// understoodNow tells whether a mutation was held because this server did not know its schema or kind, and a newer
// version of the server does.
func (h *Hub) understoodNow(tenant string, l *landed) bool {
	switch l.entry.GetHeldReason() {
	case syncv1.HeldReason_HELD_REASON_NEWER_SCHEMA, syncv1.HeldReason_HELD_REASON_UNKNOWN_KIND:
		return !l.erased && h.restore(tenant, l).reason != l.entry.GetHeldReason()
	}
	return false
}

// restore returns a held mutation as it was prepared when it came.
func (h *Hub) restore(tenant string, l *landed) *prepared {
	p := &prepared{
		queued:  &syncv1.QueuedMutation{Payload: l.written.GetPayload(), AuthorSeal: l.written.GetAuthorSeal()},
		hash:    seal.PayloadHash(l.written.GetPayload()),
		m:       &syncv1.Mutation{},
		id:      store.ID(l.written.GetMutationId()),
		record:  store.ID(l.written.GetRecordId()),
		arrived: time.UnixMilli(l.written.GetArrivedMs()),
		device:  l.written.GetDeviceId(),
		waited:  true,

		offsetMs: l.written.GetClockOffsetMs(),
	}
	if proto.Unmarshal(p.queued.GetPayload(), p.m) != nil || !p.readable(p.m) {
		p.reason = syncv1.HeldReason_HELD_REASON_UNREADABLE
		return p
	}
	if h.seals.TimeFits(tenant, p.m.GetDeviceId(), p.m.GetNotBefore()) {
		p.notBefore = time.UnixMilli(p.m.GetNotBefore().GetUnixMs())
	}
	p.reason, p.detail = p.check(h.schema)
	return p
}

// judge carries out a person's decision on a held mutation. A release sets aside only what a person may decide: the
// right to write. What is missing or invalid stays held, under its present reason.
func (w *writer) judge(l *landed, j Judgement) (*storev1.Entry, error) {
	p := w.hub.restore(w.stream.Tenant, l)
	if !j.Release {
		e, err := w.entry(p, l.entry, syncv1.Outcome_OUTCOME_REJECTED)
		if err != nil {
			return nil, err
		}
		e.HeldReason, e.JudgedBy = l.entry.GetHeldReason(), w.call.Session.PersonID
		e.Payload = []byte(j.Words) // by commitment in the chain: an erasure takes them too
		if err := w.append(e, nil); err != nil {
			return nil, err
		}
		return e, w.putMutation(p.id, e.GetVersion().GetSeq())
	}
	held := proto.CloneOf(l.entry)
	held.JudgedBy, p.releasedBy = w.call.Session.PersonID, w.call.Session.PersonID
	e, err := w.decide(p, held)
	if err != nil {
		return nil, err
	}
	return e, w.releaseWaiting(p.id)
}
