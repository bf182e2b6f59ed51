package hub

import (
	"context"
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// epochsAtOnce bounds the streams of one commit.
const epochsAtOnce = 100

// BeginEpochs opens a new epoch in every stream that has a log: what a restore does before anybody is answered, so that
// every device learns of it although none proves a loss. It returns how many streams there are.
func (h *Hub) BeginEpochs(ctx context.Context, c Call) (int, error) {
	streams, err := h.streams(ctx)
	for batch := range slices.Chunk(streams, epochsAtOnce) {
		if err != nil {
			break
		}
		closures := make([]func(store.Tx) error, 0, len(batch))
		for _, s := range batch {
			closures = append(closures, h.newEpoch(c, s))
		}
		for _, failed := range h.store.Update(ctx, closures...) {
			if err == nil {
				err = failed
			}
		}
	}
	return len(streams), outward(err)
}

func (h *Hub) newEpoch(c Call, s store.Stream) func(store.Tx) error {
	c.Session.Tenant = s.Tenant
	return func(tx store.Tx) error {
		w, err := h.writer(c, tx, s.Name)
		if err != nil {
			return err
		}
		if err := w.beginEpoch(); err != nil {
			return err
		}
		return w.flush()
	}
}
