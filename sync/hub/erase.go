package hub

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Bounds of one step of an erasure.
const (
	// eraseScan is how many entries one view looks through.
	eraseScan = 20_000
	// eraseAtOnce is how many entries, or inbox items, one commit overwrites.
	eraseAtOnce = 100
)

// Erase destroys what a record held, by order of a court or an authority: payload, salt, seals and record bytes of every
// entry about it, what is held about it, what inboxes of the given organisations hold about it, and what its versions were
// looked up by: their effective times and domain keys. The chain goes on over what is left, a stub takes the record's
// place, and a tablet that offers the record again is told that it is known. The alerts that rest on the record quote it, and
// are erased with it.
// A record that is not there is put down as erased. When Erase returns without an error it is done; called again, it goes
// on where it stopped. The caller has proven the order; its reference is not kept here.
func (h *Hub) Erase(ctx context.Context, c Call, streamID string, record store.ID, organisations ...string) error {
	stream := store.Stream{Tenant: c.Session.Tenant, Name: streamID}
	gone, err := h.quoting(ctx, stream, record)
	for _, one := range gone {
		if err == nil {
			err = h.store.Update(ctx, func(tx store.Tx) error { return h.putStub(c, tx, stream, one) })[0]
		}
	}
	if err == nil {
		err = h.eraseEntries(ctx, stream, gone)
	}
	for _, name := range organisations {
		if err == nil {
			err = h.eraseInbox(ctx, store.Organisation{Tenant: c.Session.Tenant, Name: name}, streamID, record)
		}
	}
	return outward(err)
}

// quoting returns a record and the alerts that rest on it.
func (h *Hub) quoting(ctx context.Context, stream store.Stream, record store.ID) (all []store.ID, err error) {
	err = h.store.View(ctx, func(r store.Reader) error {
		alerts, err := restingOn(r, stream, record[:])
		all = append([]store.ID{record}, alerts...)
		return err
	})
	return all, err
}

// putStub makes the stub the current version of the record.
func (h *Hub) putStub(c Call, tx store.Tx, stream store.Stream, record store.ID) error {
	w, err := h.writer(c, tx, stream.Name)
	if err != nil {
		return err
	}
	state, err := w.recordState(record)
	if err != nil {
		return err
	}
	var old []byte
	kind := &care.Kind{Section: carev1.SectionPolicy_SECTION_POLICY_MONTH} // of a record that never was here, nothing is known
	arrived := c.Now
	if state != nil {
		if old, err = w.recordBytes(state.GetVersion().GetSeq()); err != nil {
			return err
		}
		current := &carev1.Record{}
		if proto.Unmarshal(old, current) != nil {
			return store.ErrDamaged
		}
		if current.GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED {
			return nil
		}
		if known, ok := care.KindByNumber(state.GetKind()); ok {
			kind = known
		}
		arrived = time.UnixMilli(state.GetArrivedMs())
	}
	return w.installStub(record, state, old, kind, arrived)
}

// installStub appends the entry of the stub. It has no payload, and says so by the commitment that it is born with.
func (w *writer) installStub(record store.ID, state *storev1.RecordState, old []byte, kind *care.Kind, arrived time.Time) error {
	at, err := w.next()
	if err != nil {
		return err
	}
	stub := &carev1.Record{
		Id: record[:], Status: carev1.RecordStatus_RECORD_STATUS_ERASED,
		Envelope: &carev1.Envelope{Effective: timestamppb.New(arrived)},
		Arrival:  &carev1.Arrival{Received: timestamppb.New(arrived)},
	}
	v := &version{id: record, kind: kind, record: stub, state: state, oldBytes: old, arrivedMs: arrived.UnixMilli(), at: at}
	raw, err := ledger.Marshal(stub)
	if err != nil {
		return err
	}
	v.setBytes(raw)
	id := make([]byte, 16)
	if _, err := io.ReadFull(w.call.Entropy, id); err != nil {
		return err
	}
	e := &storev1.Entry{
		Version: at, Effect: syncv1.Outcome_OUTCOME_APPLIED, MutationId: id, RecordId: record[:],
		ArrivedMs: w.call.Now.UnixMilli(), PreviousSeq: state.GetVersion().GetSeq(), Section: v.section(),
		JudgedBy: w.call.Session.PersonID, Record: raw,
	}
	e.Commitment = ledger.Commitment(e)
	if err := w.append(e, v.hash[:]); err != nil {
		return err
	}
	if err := w.install(v); err != nil {
		return err
	}
	return w.flush()
}

// eraseEntries overwrites every entry about the records but those of the stubs.
func (h *Hub) eraseEntries(ctx context.Context, stream store.Stream, records []store.ID) error {
	wanted := map[store.ID]bool{}
	for _, id := range records {
		wanted[id] = true
	}
	for after := uint64(0); ; {
		var about []uint64
		next := uint64(0)
		err := h.store.View(ctx, func(r store.Reader) error {
			about, next = nil, 0
			looked := 0
			return r.Entries(stream, after, func(seq uint64, raw []byte) error {
				if looked++; looked > eraseScan {
					return store.ErrStop
				}
				next = seq
				g, _, err := ledger.Skim(raw)
				if err != nil {
					return store.ErrDamaged
				}
				if len(g.RecordID) == 16 && wanted[store.ID(g.RecordID)] {
					about = append(about, seq)
				}
				return nil
			})
		})
		for batch := range slices.Chunk(about, eraseAtOnce) {
			if err == nil {
				err = h.store.Update(ctx, func(tx store.Tx) error { return eraseBatch(tx, stream, batch) })[0]
			}
		}
		if err != nil || next == 0 {
			return err
		}
		after = next
	}
}

func eraseBatch(tx store.Tx, stream store.Stream, seqs []uint64) error {
	for _, seq := range seqs {
		e, err := readEntry(tx, stream, seq)
		if err != nil {
			return err
		}
		if ledger.Erased(e) || planted.Bug == planted.ErasureKeepsHeld && e.GetEffect() == syncv1.Outcome_OUTCOME_HELD {
			continue
		}
		if err := forget(tx, stream, e); err != nil {
			return err
		}
		if err := ledger.Erase(e); err != nil {
			return errors.Join(store.ErrDamaged, err)
		}
		raw, err := ledger.Marshal(e)
		if err != nil {
			return err
		}
		if err := tx.ReplaceEntry(stream, seq, raw); err != nil {
			return err
		}
	}
	return nil
}

// concerns tells whether a mutation is about a record of a stream.
func concerns(m *syncv1.Mutation, stream string, record store.ID) bool {
	return m.GetStreamId() == stream && sameID(ledger.About(m), record[:])
}

// eraseInbox takes the payload out of every item about the record. What is left answers for it.
func (h *Hub) eraseInbox(ctx context.Context, box store.Organisation, stream string, record store.ID) error {
	var about []store.ID
	err := h.store.View(ctx, func(r store.Reader) error {
		about = nil
		return r.InboxItems(box, func(id store.ID, raw []byte) error {
			item, m := &storev1.InboxItem{}, &syncv1.Mutation{}
			if proto.Unmarshal(raw, item) != nil {
				return store.ErrDamaged
			}
			if proto.Unmarshal(item.GetPayload(), m) == nil && concerns(m, stream, record) {
				about = append(about, id)
			}
			return nil
		})
	})
	for batch := range slices.Chunk(about, eraseAtOnce) {
		if err != nil {
			break
		}
		err = h.store.Update(ctx, func(tx store.Tx) error {
			for _, id := range batch {
				raw, err := tx.Inbox(box, id)
				item := &storev1.InboxItem{}
				if err != nil || proto.Unmarshal(raw, item) != nil {
					return errors.Join(store.ErrDamaged, err)
				}
				item.Payload, item.AuthorSeal, item.Words, item.Detail = nil, nil, "", ""
				if item.Result != nil {
					item.Result.Detail = ""
				}
				if err := putItem(tx, box, id, item); err != nil {
					return err
				}
			}
			return nil
		})[0]
	}
	return err
}
