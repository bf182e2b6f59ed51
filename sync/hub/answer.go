package hub

import (
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// known answers a mutation whose id the stream knows: with its outcome as it stands now, or, if the content differs,
// with ID_REUSED. Nil if the id is new.
func (w *writer) known(p *prepared) (*syncv1.MutationResult, error) {
	found, err := w.find(p)
	if err != nil || found == nil {
		return nil, err
	}
	if !found.has(p.hash[:]) {
		return &syncv1.MutationResult{Outcome: syncv1.Outcome_OUTCOME_ID_REUSED}, nil
	}
	if err := w.revive(p.id, found); err != nil {
		return nil, err
	}
	if found, err = w.lookup(p.id); err != nil {
		return nil, err
	}
	return found.erasedIn(w.result(found.entry, p.hash, true)), nil
}

// erasedIn says in an answer that what was written is gone by order, so that the device destroys its own.
func (l *landed) erasedIn(r *syncv1.MutationResult) *syncv1.MutationResult {
	if l.erased {
		r.HeldReason = syncv1.HeldReason_HELD_REASON_ERASED
	}
	return r
}

// find looks a mutation up that may be new. While no mutation of the stream stands under its own id, a CREATE can
// only be known by its record.
func (w *writer) find(p *prepared) (*landed, error) {
	if p.m.GetOperation() == syncv1.Operation_OPERATION_CREATE && w.head.GetIds() == 0 {
		state, err := w.recordState(p.id)
		if err != nil || state == nil {
			return nil, err
		}
	}
	return w.lookup(p.id)
}

// result answers with what an entry says of its mutation.
func (w *writer) result(e *storev1.Entry, payloadHash [32]byte, repeated bool) *syncv1.MutationResult {
	if e.GetVersion().GetSeq() > w.landing.GetVersion().GetSeq() {
		w.landing = &syncv1.Cursor{Version: e.GetVersion(), Hash: e.GetHash()}
	}
	return result(w.seals, w.stream, e, payloadHash, repeated)
}

func result(seals *seal.Sealer, s store.Stream, e *storev1.Entry, payloadHash [32]byte, repeated bool) *syncv1.MutationResult {
	r := &syncv1.MutationResult{
		Outcome: e.GetEffect(), Version: e.GetVersion(), ArrivedMs: e.GetArrivedMs(), Repeated: repeated,
		HeldReason: e.GetHeldReason(), Detail: e.GetDetail(),
	}
	if e.GetEffect() == syncv1.Outcome_OUTCOME_REJECTED {
		r.Detail = string(e.GetPayload())
	}
	r.ReceiptSeal = seals.Receipt(s.Tenant, Receipt(s.Name, e.GetMutationId(), payloadHash[:], r))
	return r
}

// Receipt builds the receipt that a result seals. A device keeps it; it is the same on both sides.
func Receipt(stream string, mutationID, payloadHash []byte, r *syncv1.MutationResult) *syncv1.Receipt {
	return &syncv1.Receipt{
		StreamId: stream, Version: r.GetVersion(), MutationId: mutationID, PayloadHash: payloadHash,
		ArrivedMs: r.GetArrivedMs(), Seal: r.GetReceiptSeal(),
	}
}

// heldNow answers the present outcome of a mutation that a device shows as held. Only the device that brought it
// learns what the log says. As long as it waits in an inbox that is its answer: the log may have another one under its id.
func (s *step) heldNow(r store.Reader, ref *syncv1.HeldRef) (*syncv1.MutationResult, error) {
	item, err := s.hub.inAnInbox(r, s.call, ref)
	if err != nil {
		return nil, err
	}
	if item != nil && waits(item) {
		return outcomeInInbox(item), nil
	}
	stream := s.stream(ref.GetStreamId())
	found, err := lookup(r, stream, store.ID(ref.GetMutationId()))
	switch {
	case err != nil:
		return nil, err
	case found != nil && found.written.GetDeviceId() == s.call.Session.DeviceID:
		s.land(stream.Name, &syncv1.Cursor{Version: found.entry.GetVersion(), Hash: found.entry.GetHash()})
		return found.erasedIn(result(s.hub.seals.Sealer(), stream, found.entry, seal.PayloadHash(found.written.GetPayload()), true)), nil
	case item != nil:
		return outcomeInInbox(item), nil
	}
	// A server that was restored may have lost it, and the device has it still.
	return &syncv1.MutationResult{Outcome: syncv1.Outcome_OUTCOME_RETRY}, nil
}

// inAnInbox returns the item of an inbox that this device brought under an id; nil if there is none.
func (h *Hub) inAnInbox(r store.Reader, c Call, ref *syncv1.HeldRef) (*storev1.InboxItem, error) {
	id, authors := store.ID(ref.GetMutationId()), c.Session.Organisation
	if person, ok := h.dir.Person(c.Session.Tenant, ref.GetPersonId()); ok {
		authors = person.GetOrganisationId()
	}
	for _, box := range h.inboxesOf(c.Session, authors) {
		raw, err := r.Inbox(box, id)
		if err != nil {
			return nil, err
		}
		if raw == nil {
			continue
		}
		item := &storev1.InboxItem{}
		if proto.Unmarshal(raw, item) != nil {
			return nil, store.ErrDamaged
		}
		if item.GetDeviceId() == c.Session.DeviceID {
			return item, nil
		}
	}
	return nil, nil
}

// revive judges a mutation again that waits although what it waited for has come: a commit holds only so many
// releases.
func (w *writer) revive(id store.ID, l *landed) error {
	e, err := w.retry(id)
	if err != nil || e == nil || !ledger.Changed(e.GetEffect()) || ledger.Changed(l.entry.GetEffect()) {
		return err
	}
	return w.releaseWaiting(id)
}
