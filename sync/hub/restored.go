package hub

import (
	"context"
	"errors"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// errRestoring: who may read what is not known until an operator has confirmed it.
var errRestoring = refuse(Unavailable, "this server was restored and waits for its operator to confirm who may read what; what is written is kept, and charts are shown again after that")

// errNotYet: the caller is there to write it again; a device's mutation is kept instead.
var errNotYet = refuse(Unavailable, "this server was restored and waits for its operator to confirm who may write what; nothing was stored by this call, write again after that")

// serving tells whether charts may be shown: not between a restore and its confirmation.
func (h *Hub) serving() error {
	if h.restored.Unconfirmed() {
		return errRestoring
	}
	return nil
}

// confirmAtOnce bounds the mutations that one commit judges.
const confirmAtOnce = 100

// ConfirmRestore judges what was stored unjudged while a restore waited for its operator, in the order in which it came.
// It returns how many that were. Called again, it judges what is left.
func (h *Hub) ConfirmRestore(ctx context.Context, c Call) (judged int, err error) {
	if err := h.serving(); err != nil {
		return 0, err
	}
	var streams []store.Stream
	err = h.store.View(ctx, func(r store.Reader) error {
		streams = nil
		return r.Streams(func(s store.Stream) error { streams = append(streams, s); return nil })
	})
	for _, s := range streams {
		if err != nil {
			break
		}
		var n int
		n, err = h.confirmStream(ctx, c, s)
		judged += n
	}
	for _, name := range h.organisations(c.Session.Tenant) {
		if err != nil {
			break
		}
		var n int
		n, err = h.confirmInbox(ctx, c, store.Organisation{Tenant: c.Session.Tenant, Name: name})
		judged += n
	}
	return judged, outward(err)
}

// confirmInbox goes through what came into an inbox while the restore waited. The directory that came back with the
// backup may not have known the author's right, or the stream: what the one that is confirmed allows goes into its
// stream as if it had arrived there, and the rest waits for a person like anything else without a right.
func (h *Hub) confirmInbox(ctx context.Context, c Call, box store.Organisation) (judged int, err error) {
	var waiting []store.ID
	err = h.store.View(ctx, func(r store.Reader) error {
		waiting = nil
		return r.InboxItems(box, func(id store.ID, raw []byte) error {
			item := &storev1.InboxItem{}
			if proto.Unmarshal(raw, item) != nil {
				return store.ErrDamaged
			}
			if waitsForConfirmation(item) {
				waiting = append(waiting, id)
			}
			return nil
		})
	})
	for _, id := range waiting {
		if err != nil {
			break
		}
		placed := false
		err = h.store.Update(ctx, func(tx store.Tx) (err error) {
			placed, err = h.confirmItem(c, tx, box, id)
			return err
		})[0]
		if placed && err == nil {
			judged++
		}
	}
	return judged, err
}

func waitsForConfirmation(item *storev1.InboxItem) bool {
	return item.GetHeldReason() == syncv1.HeldReason_HELD_REASON_RESTORED && item.GetDecision() == 0 && len(item.GetPayload()) > 0
}

// confirmItem takes one item into its stream, if its author has ever had a right there; else it puts down why it stays.
func (h *Hub) confirmItem(c Call, tx store.Tx, box store.Organisation, id store.ID) (placed bool, err error) {
	raw, err := tx.Inbox(box, id)
	item := &storev1.InboxItem{}
	if err != nil || proto.Unmarshal(raw, item) != nil {
		return false, errors.Join(store.ErrDamaged, err)
	}
	if !waitsForConfirmation(item) {
		return false, nil
	}
	p := h.arrivedAs(c, item)
	placed = !p.placeless && len(h.dir.Grants(box.Tenant, p.m.GetPersonId(), p.m.GetStreamId())) > 0
	if placed {
		if item.Result, err = h.arrive(c, tx, p); err != nil {
			return false, err
		}
		if item.Result.GetOutcome() == syncv1.Outcome_OUTCOME_ID_REUSED { // two must not share an id; a person sees to it
			item.Result, item.HeldReason = nil, syncv1.HeldReason_HELD_REASON_NO_GRANT
			return false, putItem(tx, box, id, item)
		}
		item.Decision, item.JudgedMs = syncv1.Outcome_OUTCOME_APPLIED, c.Now.UnixMilli()
	} else if item.HeldReason = p.reason; !p.placeless {
		item.HeldReason = syncv1.HeldReason_HELD_REASON_NO_GRANT
	}
	return placed, putItem(tx, box, id, item)
}

// arrivedAs prepares an item of an inbox as it was prepared when it came.
func (h *Hub) arrivedAs(c Call, item *storev1.InboxItem) *prepared {
	c.Session.DeviceID = item.GetDeviceId()
	p := h.prepare(c, &syncv1.QueuedMutation{Payload: item.GetPayload(), AuthorSeal: item.GetAuthorSeal()}, h.sealers())
	p.arrived, p.offsetMs, p.waited = time.UnixMilli(item.GetArrivedMs()), item.GetClockOffsetMs(), true
	return p
}

// arrive takes a mutation into its stream.
func (h *Hub) arrive(c Call, tx store.Tx, p *prepared) (*syncv1.MutationResult, error) {
	w, err := h.writer(c, tx, p.m.GetStreamId())
	if err != nil {
		return nil, err
	}
	result, err := w.take(p)
	if err != nil {
		return nil, err
	}
	return result, w.flush()
}

// confirmStream judges what one stream holds because of the restore.
func (h *Hub) confirmStream(ctx context.Context, c Call, s store.Stream) (judged int, err error) {
	c.Session.Tenant = s.Tenant
	var waiting []store.ID
	err = h.store.View(ctx, func(r store.Reader) error {
		waiting = nil
		return r.Held(s, func(seq uint64) error {
			e, err := readEntry(r, s, seq)
			if err == nil && e.GetHeldReason() == syncv1.HeldReason_HELD_REASON_RESTORED {
				waiting = append(waiting, store.ID(e.GetMutationId()))
			}
			return err
		})
	})
	for batch := range slices.Chunk(waiting, confirmAtOnce) {
		if err != nil {
			break
		}
		var n int
		n, err = h.confirmInHalves(ctx, c, s, batch)
		judged += n
	}
	return judged, err
}

// confirmInHalves judges mutations in one commit, or, where small mutations of large records grow beyond one, in halves,
// in order.
func (h *Hub) confirmInHalves(ctx context.Context, c Call, s store.Stream, ids []store.ID) (judged int, err error) {
	err = h.store.Update(ctx, func(tx store.Tx) (err error) {
		judged, err = h.confirmBatch(c, tx, s, ids)
		return err
	})[0]
	if err == nil {
		return judged, nil
	}
	if !errors.Is(err, store.ErrTooLarge) || len(ids) < 2 {
		return 0, err
	}
	half := len(ids) / 2
	if judged, err = h.confirmInHalves(ctx, c, s, ids[:half]); err != nil {
		return judged, err
	}
	rest, err := h.confirmInHalves(ctx, c, s, ids[half:])
	return judged + rest, err
}

func (h *Hub) confirmBatch(c Call, tx store.Tx, s store.Stream, ids []store.ID) (judged int, err error) {
	w, err := h.writer(c, tx, s.Name)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		found, err := w.lookup(id)
		if err != nil {
			return 0, err
		}
		if found == nil || found.entry.GetHeldReason() != syncv1.HeldReason_HELD_REASON_RESTORED ||
			found.entry.GetEffect() != syncv1.Outcome_OUTCOME_HELD || found.erased {
			continue
		}
		if _, err := w.decide(h.restore(s.Tenant, found), found.entry); err != nil {
			return 0, err
		}
		judged++
		if err := w.releaseWaiting(id); err != nil {
			return 0, err
		}
	}
	return judged, w.flush()
}
