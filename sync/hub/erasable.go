package hub

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Erasable tells whether there is anything that Erase would destroy: the record itself, or something that is only held
// about it, in its stream or in an inbox of the given organisations. It looks at everything that was ever held in the
// stream and stands in those inboxes; it is for an operator's command, not for a device's.
func (h *Hub) Erasable(ctx context.Context, tenant, streamID string, record store.ID, organisations ...string) (there bool, err error) {
	stream := store.Stream{Tenant: tenant, Name: streamID}
	err = h.store.View(ctx, func(r store.Reader) error {
		state, err := r.Record(stream, record)
		if there = state != nil; there || err != nil {
			return err
		}
		if there, err = heldAbout(r, stream, record); there || err != nil {
			return err
		}
		for _, name := range organisations {
			if there, err = inboxAbout(r, store.Organisation{Tenant: tenant, Name: name}, streamID, record); there || err != nil {
				return err
			}
		}
		return nil
	})
	return there, outward(err)
}

// heldAbout tells whether an entry that was ever held in a stream is about a record.
func heldAbout(r store.Reader, s store.Stream, record store.ID) (found bool, err error) {
	err = r.Held(s, func(seq uint64) error {
		e, err := readEntry(r, s, seq)
		if err != nil {
			return err
		}
		if found = sameID(e.GetRecordId(), record[:]); found {
			return store.ErrStop
		}
		return nil
	})
	return found, err
}

// inboxAbout tells whether an item of an inbox is about a record.
func inboxAbout(r store.Reader, box store.Organisation, stream string, record store.ID) (found bool, err error) {
	err = r.InboxItems(box, func(_ store.ID, raw []byte) error {
		item, m := &storev1.InboxItem{}, &syncv1.Mutation{}
		if proto.Unmarshal(raw, item) != nil {
			return store.ErrDamaged
		}
		if found = proto.Unmarshal(item.GetPayload(), m) == nil && concerns(m, stream, record); found {
			return store.ErrStop
		}
		return nil
	})
	return found, err
}
