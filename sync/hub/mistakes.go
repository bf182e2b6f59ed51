package hub

import (
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/store"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// What stands here are mistakes that are built in on purpose, see sync/planted. A normal build calls none of it.

// behindHeld: whatever comes for a record after something that is held waits for that.
func (w *writer) behindHeld(p *prepared) (d dependency, err error) {
	err = w.tx.Held(w.stream, func(seq uint64) error {
		e, err := readEntry(w.tx, w.stream, seq)
		if err != nil || !sameID(e.GetRecordId(), p.record[:]) || sameID(e.GetMutationId(), p.id[:]) {
			return err
		}
		now, err := w.lookup(store.ID(e.GetMutationId()))
		if err != nil || now.entry.GetEffect() != syncv1.Outcome_OUTCOME_HELD {
			return err
		}
		d.reason, d.waitsFor = syncv1.HeldReason_HELD_REASON_PREDECESSOR_HELD, e.GetMutationId()
		return store.ErrStop
	})
	return d, err
}

// releaseBackwards releases all that waits for a mutation, and for that, the last of a line first.
func (w *writer) releaseBackwards(id store.ID) error {
	queue := []store.ID{id}
	for at := 0; at < len(queue) && len(queue) < maxReleases; at++ {
		waiting, err := w.tx.Waiting(w.stream, queue[at])
		if err != nil {
			return err
		}
		queue = append(queue, waiting...)
	}
	for _, one := range slices.Backward(queue[1:]) {
		found, err := w.lookup(one)
		if err != nil || found == nil || found.erased {
			return err
		}
		if found.entry.GetEffect() != syncv1.Outcome_OUTCOME_HELD || len(found.entry.GetWaitsFor()) == 0 {
			continue
		}
		p := w.hub.restore(w.stream.Tenant, found)
		p.m.Predecessor = nil
		if _, err := w.decide(p, found.entry); err != nil {
			return err
		}
	}
	return nil
}

// sameDevice takes every mutation that this device brought for one of the chain.
func (w *writer) sameDevice(mutationID []byte) (bool, error) {
	if len(mutationID) != 16 {
		return false, nil
	}
	found, err := w.lookup(store.ID(mutationID))
	return found != nil && found.written.GetDeviceId() == w.call.Session.DeviceID, err
}
