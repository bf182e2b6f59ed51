package hub

import (
	"bytes"
	"crypto/sha256"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// landed is a mutation that the log knows.
type landed struct {
	// entry says what became of it: the newest one about it.
	entry *storev1.Entry
	// written holds its payload: the first entry about it.
	written *storev1.Entry
	// erased: the payload is gone; what is left answers for it.
	erased bool
	// derived: nobody sent it, the server has its record under this id.
	derived bool
}

// has tells whether the landed mutation has this payload hash.
func (l *landed) has(payloadHash []byte) bool {
	if l.erased || l.derived { // no payload that somebody sends is what the server derived
		return l.erased
	}
	sum := seal.PayloadHash(l.written.GetPayload())
	return bytes.Equal(sum[:], payloadHash)
}

// lookup finds a mutation in a stream: under its id, or as the CREATE of the record with that id. Nil if the stream
// does not know it.
func lookup(r store.Reader, s store.Stream, id store.ID) (*landed, error) {
	seq, err := r.Mutation(s, id)
	if err != nil {
		return nil, err
	}
	if seq == 0 {
		state, err := readState(r, s, id)
		if err != nil || state == nil {
			return nil, err
		}
		seq = state.GetCreatedSeq()
	}
	e, err := readEntry(r, s, seq)
	if err != nil {
		return nil, err
	}
	found := &landed{entry: e, written: e}
	if e.GetHeldSeq() != 0 {
		if found.written, err = readEntry(r, s, e.GetHeldSeq()); err != nil {
			return nil, err
		}
	}
	found.derived = ledger.Derived(found.written)
	found.erased = len(found.written.GetPayload()) == 0 && !found.derived
	return found, nil
}

func (w *writer) lookup(id store.ID) (*landed, error) { return lookup(w.tx, w.stream, id) }

// readEntry decodes an entry that must be there.
func readEntry(r store.Reader, s store.Stream, seq uint64) (*storev1.Entry, error) {
	raw, err := r.Entry(s, seq)
	if err != nil {
		return nil, err
	}
	e := &storev1.Entry{}
	if raw == nil || proto.Unmarshal(raw, e) != nil {
		return nil, store.ErrDamaged
	}
	return e, nil
}

// readState returns the state of a record; nil if there is no such record.
func readState(r store.Reader, s store.Stream, id store.ID) (*storev1.RecordState, error) {
	raw, err := r.Record(s, id)
	if err != nil || raw == nil {
		return nil, err
	}
	state := &storev1.RecordState{}
	if proto.Unmarshal(raw, state) != nil {
		return nil, store.ErrDamaged
	}
	return state, nil
}

func (w *writer) recordState(id store.ID) (*storev1.RecordState, error) {
	return readState(w.tx, w.stream, id)
}

// recordBytes returns the bytes of the record after an entry that must have changed one.
func (w *writer) recordBytes(seq uint64) ([]byte, error) {
	raw, err := w.tx.Entry(w.stream, seq)
	if err != nil {
		return nil, err
	}
	g, err := ledger.Look(raw)
	if err != nil || g.Record == nil {
		return nil, store.ErrDamaged
	}
	return g.Record, nil
}

// proven returns the sequence number of a version that somebody says to have seen, if this log has that version of
// that record with those bytes; else 0. A version of a log that was lost is thereby never taken for the one that has
// its number now.
func (w *writer) proven(v *syncv1.RecordVersion, record store.ID) (uint64, error) {
	seq := v.GetVersion().GetSeq()
	if planted.Bug == planted.TrunkWithoutProof {
		return seq, nil
	}
	if seq == 0 || seq > w.head.GetVersion().GetSeq() {
		return 0, nil
	}
	raw, err := w.tx.Entry(w.stream, seq)
	if err != nil {
		return 0, err
	}
	g, err := ledger.Look(raw)
	if err != nil {
		return 0, store.ErrDamaged
	}
	if g.Record == nil {
		return 0, nil // held or rejected: nobody was shown a record there
	}
	sum := sha256.Sum256(g.Record)
	if g.Epoch != v.GetVersion().GetEpoch() || !sameID(g.RecordID, record[:]) || !bytes.Equal(sum[:], v.GetSha256()) && planted.Bug != planted.TrunkWithoutHash {
		return 0, nil
	}
	return seq, nil
}
