package hub

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// inbox holds a mutation outside every log: it cannot be placed, or its author never had a right to the stream. The
// answer is the same whether or not the stream exists.
func (w *writer) inbox(p *prepared) (*syncv1.MutationResult, error) {
	reason := p.reason
	switch {
	case p.placeless:
	case w.hub.restored.Unconfirmed(): // who may write where is not known yet
		reason = syncv1.HeldReason_HELD_REASON_RESTORED
	default:
		reason = syncv1.HeldReason_HELD_REASON_NO_GRANT
	}
	box := w.hub.inboxOf(w.call.Session, p)
	for _, one := range w.hub.inboxesOf(w.call.Session, box.Name) {
		known, err := w.tx.Inbox(one, p.id)
		if err != nil {
			return nil, err
		}
		if known != nil {
			return w.knownInInbox(known, p)
		}
	}
	full, err := w.full(box)
	if err != nil {
		return nil, err
	}
	if full {
		return &syncv1.MutationResult{Outcome: syncv1.Outcome_OUTCOME_RETRY, Detail: "the organisation's inbox is full"}, nil
	}
	raw, err := ledger.Marshal(&storev1.InboxItem{
		Payload: p.queued.GetPayload(), AuthorSeal: p.queued.GetAuthorSeal(), ArrivedMs: p.arrived.UnixMilli(),
		HeldReason: reason, DeviceId: p.device, SessionPersonId: w.call.Session.PersonID, ClockOffsetMs: p.offsetMs,
	})
	if err != nil {
		return nil, err
	}
	if err := w.tx.PutInbox(box, p.id, raw); err != nil {
		return nil, err
	}
	return heldInInbox(reason, p.arrived.UnixMilli(), false), nil
}

// inboxOf returns the inbox of the author's organisation, or of the device's where the author is not proven.
func (h *Hub) inboxOf(s Session, p *prepared) store.Organisation {
	box := store.Organisation{Tenant: s.Tenant, Name: s.Organisation}
	if p.placeless {
		return box
	}
	if author, ok := h.dir.Person(s.Tenant, p.m.GetPersonId()); ok && author.GetOrganisationId() != "" {
		box.Name = author.GetOrganisationId()
	}
	return box
}

// inboxesOf returns the inboxes in which something may stand that came before: the one where it would go now, and those
// of every other organisation, since its device or its author may have belonged to another one when it came.
func (h *Hub) inboxesOf(s Session, now string) []store.Organisation {
	names := append([]string{now, s.Organisation}, h.organisations(s.Tenant)...)
	boxes := make([]store.Organisation, 0, len(names))
	for _, name := range names {
		if box := (store.Organisation{Tenant: s.Tenant, Name: name}); !slices.Contains(boxes, box) && len(boxes) < maxInboxes {
			boxes = append(boxes, box)
		}
	}
	return boxes
}

// maxInboxes bounds the inboxes that one mutation is looked for in.
const maxInboxes = 64

// full tells whether an inbox takes no more. Only what waits for a decision counts.
func (w *writer) full(box store.Organisation) (bool, error) {
	size, err := w.tx.InboxSize(box)
	if err != nil || size < w.hub.limits.InboxItems {
		return false, err
	}
	open, err := OpenInInbox(w.tx, box)
	return open >= w.hub.limits.InboxItems, err
}

// countOfClosed is the id under which an inbox counts its items that wait no longer. No UUID is all ones but the one that
// RFC 9562 sets apart.
var countOfClosed = store.ID(bytes.Repeat([]byte{0xff}, len(store.ID{})))

// OpenInInbox is how many items of an inbox wait for a decision.
func OpenInInbox(r store.Reader, o store.Organisation) (open uint64, err error) {
	size, err := r.InboxSize(o)
	if err != nil || size == 0 {
		return 0, err
	}
	raw, err := r.Inbox(o, countOfClosed)
	if err != nil || raw == nil {
		return size, err
	}
	counter := &storev1.InboxItem{}
	if proto.Unmarshal(raw, counter) != nil || counter.GetClosed() >= size {
		return 0, store.ErrDamaged
	}
	return size - counter.GetClosed() - 1, nil
}

// putItem overwrites an item, and counts it if it waits no longer: because it was decided, or erased.
func putItem(tx store.Tx, box store.Organisation, id store.ID, item *storev1.InboxItem) error {
	before, err := tx.Inbox(box, id)
	was := &storev1.InboxItem{}
	if err != nil || proto.Unmarshal(before, was) != nil {
		return errors.Join(store.ErrDamaged, err)
	}
	raw, err := ledger.Marshal(item)
	if err != nil {
		return err
	}
	if err := tx.PutInbox(box, id, raw); err != nil || !waits(was) || waits(item) {
		return err
	}
	counter := &storev1.InboxItem{}
	if raw, err = tx.Inbox(box, countOfClosed); err != nil || proto.Unmarshal(raw, counter) != nil {
		return errors.Join(store.ErrDamaged, err)
	}
	counter.Closed++
	if raw, err = ledger.Marshal(counter); err != nil {
		return err
	}
	return tx.PutInbox(box, countOfClosed, raw)
}

// waits tells whether an item waits for a decision: it has a payload, which an erasure takes away, and no decision.
func waits(item *storev1.InboxItem) bool {
	return len(item.GetPayload()) > 0 && item.GetDecision() == 0
}

// knownInInbox answers for a mutation that came before. What was released stands in its stream.
func (w *writer) knownInInbox(raw []byte, p *prepared) (*syncv1.MutationResult, error) {
	item := &storev1.InboxItem{}
	if proto.Unmarshal(raw, item) != nil {
		return nil, store.ErrDamaged
	}
	if len(item.GetPayload()) > 0 && string(item.GetPayload()) != string(p.queued.GetPayload()) {
		return &syncv1.MutationResult{Outcome: syncv1.Outcome_OUTCOME_ID_REUSED}, nil
	}
	if item.GetDecision() == syncv1.Outcome_OUTCOME_APPLIED {
		if answer, err := w.known(p); answer != nil || err != nil {
			return answer, err
		}
	}
	return outcomeInInbox(item), nil
}

// outcomeInInbox is what became of an item, as its device is told.
func outcomeInInbox(item *storev1.InboxItem) *syncv1.MutationResult {
	r := heldInInbox(item.GetHeldReason(), item.GetArrivedMs(), true)
	if item.GetDecision() == syncv1.Outcome_OUTCOME_REJECTED {
		r.Outcome, r.Detail = syncv1.Outcome_OUTCOME_REJECTED, item.GetWords()
	}
	if len(item.GetPayload()) == 0 {
		r.HeldReason = syncv1.HeldReason_HELD_REASON_ERASED
	}
	return r
}

func heldInInbox(reason syncv1.HeldReason, arrivedMs int64, repeated bool) *syncv1.MutationResult {
	return &syncv1.MutationResult{
		Outcome: syncv1.Outcome_OUTCOME_HELD, HeldReason: reason, ArrivedMs: arrivedMs, Repeated: repeated,
	}
}

// inboxRoles may decide about what stands in the inbox of their organisation.
var inboxRoles = []carev1.Role{
	carev1.Role_ROLE_PHYSICIAN, carev1.Role_ROLE_NURSE, carev1.Role_ROLE_CARE_MANAGER, carev1.Role_ROLE_PHARMACIST,
}

// mayOpenInbox tells whether the caller looks after the inbox of an organisation.
func (h *Hub) mayOpenInbox(c Call) (store.Organisation, bool) {
	person, ok := h.dir.Person(c.Session.Tenant, c.Session.PersonID)
	box := store.Organisation{Tenant: c.Session.Tenant, Name: person.GetOrganisationId()}
	return box, ok && box.Name != "" && slices.Contains(inboxRoles, person.GetRole())
}

// judgeInbox decides about an item of the inbox of the caller's organisation.
func (h *Hub) judgeInbox(ctx context.Context, c Call, j Judgement) (*chartv1.JudgeResponse, []Moved, error) {
	box, ok := h.mayOpenInbox(c)
	if !ok {
		return nil, nil, errNotFound
	}
	var result *syncv1.MutationResult
	var moved []Moved
	err := h.store.Update(ctx, func(tx store.Tx) error {
		moved = nil
		raw, err := tx.Inbox(box, j.MutationID)
		if err != nil {
			return err
		}
		item := &storev1.InboxItem{}
		if raw == nil || proto.Unmarshal(raw, item) != nil || len(item.GetPayload()) == 0 {
			return errNotFound
		}
		if item.GetDecision() == 0 {
			if j.Release {
				moved, err = h.place(c, tx, item, j.MutationID)
			} else {
				item.Decision, item.Words = syncv1.Outcome_OUTCOME_REJECTED, j.Words
			}
			if err != nil {
				return err
			}
			item.JudgedBy, item.JudgedMs = c.Session.PersonID, c.Now.UnixMilli()
			if err := putItem(tx, box, j.MutationID, item); err != nil {
				return err
			}
		}
		if result = item.GetResult(); result == nil {
			result = outcomeInInbox(item)
		}
		return nil
	})[0]
	if err != nil {
		return nil, nil, outward(err)
	}
	return &chartv1.JudgeResponse{Result: result}, moved, nil
}

// errUnproven: a mutation that nobody is proven to have written, or that cannot be read, cannot be put into a chart.
var errUnproven = refuse(InvalidArgument, "who wrote this is not proven, or it cannot be read; it stays in the inbox and safe: write it down anew under your own name, and reject it here")

// errTaken: another record has the id meanwhile, and two must not share one.
var errTaken = refuse(InvalidArgument, "another record has this one's id by now, so it cannot go into the chart as it is; it stays in the inbox and safe: write it down anew, and reject it here")

// place puts an item of an inbox into the stream that it names, as it arrived, on the word of somebody who may write
// there.
func (h *Hub) place(c Call, tx store.Tx, item *storev1.InboxItem, id store.ID) ([]Moved, error) {
	p := h.arrivedAs(c, item)
	if p.placeless {
		return nil, errUnproven
	}
	p.releasedBy = c.Session.PersonID
	if _, there := h.dir.Stream(c.Session.Tenant, p.m.GetStreamId()); !there {
		return nil, errNotFound
	}
	w, err := h.writer(c, tx, p.m.GetStreamId())
	if err != nil {
		return nil, err
	}
	kind := p.kind
	if state, err := w.recordState(p.record); err != nil {
		return nil, err
	} else if kind == nil {
		kind, _ = care.KindByNumber(state.GetKind())
	}
	if err := h.mayDecide(c, w.stream.Name, p, kind, true); err != nil {
		return nil, err
	}
	answer, err := w.known(p)
	if err != nil {
		return nil, err
	}
	if answer == nil {
		e, err := w.decide(p, nil)
		if err != nil {
			return nil, err
		}
		if err := w.releaseWaiting(id); err != nil {
			return nil, err
		}
		if answer, err = w.present(p, e); err != nil {
			return nil, err
		}
	}
	if answer.GetOutcome() == syncv1.Outcome_OUTCOME_ID_REUSED {
		return nil, errTaken
	}
	item.Decision, item.Result = syncv1.Outcome_OUTCOME_APPLIED, answer
	moved := []Moved{{Tenant: c.Session.Tenant, StreamID: w.stream.Name, Seq: w.head.GetVersion().GetSeq()}}
	return moved, w.flush()
}

// heldOutsideOf returns what stands undecided in an inbox after an id, as far as there is room, in order of id; and where it
// stopped, whether or not there is more.
func (h *Hub) heldOutsideOf(c Call, r store.Reader, o store.Organisation, after store.ID, left room) (items []heldItem, more bool, err error) {
	err = r.InboxItems(o, func(id store.ID, raw []byte) error {
		if slices.Compare(id[:], after[:]) <= 0 {
			return nil
		}
		item := &storev1.InboxItem{}
		if proto.Unmarshal(raw, item) != nil {
			return store.ErrDamaged
		}
		if item.GetDecision() != 0 || len(item.GetPayload()) == 0 {
			return nil
		}
		if more = left.full(); more {
			return store.ErrStop
		}
		items = append(items, heldItem{id: id, p: h.arrivedAs(c, item), reason: item.GetHeldReason(), detail: item.GetDetail()})
		left.take(len(item.GetPayload()))
		return nil
	})
	return items, more, err
}
