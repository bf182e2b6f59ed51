package hub

import (
	"context"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// countAnew is what to do about a count that differs from what is there.
const countAnew = "make a backup and restore it, which counts anew"

// inboxCount is what an inbox counts, and what a walk through it finds.
type inboxCount struct {
	box store.Organisation
	// counted is how many items it says wait no longer.
	counted uint64
	// decided have a decision. Empty have neither that nor a payload: they were erased, and counted, or came so, and were
	// not.
	decided, empty uint64
	broken         bool // an item cannot be read
}

// fits tells whether the count can be right.
func (i *inboxCount) fits() bool {
	return i.decided <= i.counted && i.counted <= i.decided+i.empty
}

// add looks at an item.
func (i *inboxCount) add(row store.Row) {
	item := &storev1.InboxItem{}
	switch {
	case proto.Unmarshal(row.Value, item) != nil:
		i.broken = true
	case slices.Equal(row.Key, countOfClosed[:]):
		i.counted = item.GetClosed()
	case item.GetDecision() != 0:
		i.decided++
	case len(item.GetPayload()) == 0:
		i.empty++
	}
}

// inboxCounts walks through every inbox of the store, in its order.
func inboxCounts(ctx context.Context, s store.Store) (list []inboxCount, err error) {
	err = s.Dump(ctx, func(row store.Row) error {
		if row.Table != store.RowInbox {
			return nil
		}
		box := store.Organisation{Tenant: row.Tenant, Name: row.Name}
		if len(list) == 0 || list[len(list)-1].box != box {
			list = append(list, inboxCount{box: box})
		}
		list[len(list)-1].add(row)
		return nil
	})
	return list, err
}

// verifyInboxes compares what each inbox counts with its items. Inboxes are named by number, in the store's order.
func (h *Hub) verifyInboxes(ctx context.Context, out *Verified) error {
	list, err := inboxCounts(ctx, h.store)
	for n := range list {
		i := &list[n]
		if i.broken {
			out.Whole = false
			out.report("inbox %d: an item cannot be read", n+1)
		} else if !i.fits() {
			out.report("inbox %d: it counts %d items that wait no longer, there are %d; what was written is safe, and it may take too few or too many more: "+countAnew,
				n+1, i.counted, i.decided+i.empty)
		}
	}
	return err
}

// Recount puts right what heads and inboxes count, where it differs from what is there: the records with values to decide
// and those that the server derived, and the items that wait no longer. An earlier version did not count them. Nothing may be written meanwhile.
func (h *Hub) Recount(ctx context.Context) error {
	streams, err := h.streams(ctx)
	for _, s := range streams {
		if err == nil {
			err = h.recountStream(ctx, s)
		}
	}
	if err != nil {
		return outward(err)
	}
	list, err := inboxCounts(ctx, h.store)
	for i := range list {
		if err == nil && !list[i].broken && !list[i].fits() {
			err = h.store.Update(ctx, list[i].put)[0]
		}
	}
	return outward(err)
}

// streams are all streams of the store.
func (h *Hub) streams(ctx context.Context) (streams []store.Stream, err error) {
	err = h.store.View(ctx, func(r store.Reader) error {
		streams = nil
		return r.Streams(func(s store.Stream) error {
			streams = append(streams, s)
			return nil
		})
	})
	return streams, err
}

func (h *Hub) recountStream(ctx context.Context, s store.Stream) error {
	conflicts, derived := uint64(0), uint64(0)
	var counted *storev1.StreamHead
	err := h.store.View(ctx, func(r store.Reader) error {
		head, err := readHead(r, s)
		if err != nil {
			return err
		}
		conflicts, derived, counted = 0, 0, head
		return r.Records(s, store.ID{}, func(_ store.ID, raw []byte) error {
			state := &storev1.RecordState{}
			if proto.Unmarshal(raw, state) != nil {
				return store.ErrDamaged
			}
			if state.GetConflict() {
				conflicts++
			}
			if kind, ok := care.KindByNumber(state.GetKind()); ok && kind.Derived {
				derived++
			}
			return nil
		})
	})
	if err != nil || conflicts == counted.GetConflicts() && derived == counted.GetDerived() {
		return err
	}
	return h.store.Update(ctx, func(tx store.Tx) error {
		head, err := readHead(tx, s)
		if err != nil {
			return err
		}
		head.Conflicts, head.Derived = conflicts, derived
		raw, err := ledger.Marshal(head)
		if err != nil {
			return err
		}
		return tx.PutHead(s, raw)
	})[0]
}

// put writes what the walk found.
func (i *inboxCount) put(tx store.Tx) error {
	raw, err := ledger.Marshal(&storev1.InboxItem{Closed: i.decided + i.empty})
	if err != nil {
		return err
	}
	return tx.PutInbox(i.box, countOfClosed, raw)
}
