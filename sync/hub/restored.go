package hub

import (
	"context"
	"errors"
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/store"

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
	return judged, outward(err)
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
