package hub

import (
	"bytes"
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// maxBlobVersions bounds how many versions of a record are looked through for a reference to a blob.
const maxBlobVersions = 1000

// BlobQuestion asks whether the caller may have, or bring, a blob for a record.
type BlobQuestion struct {
	StreamID string
	// RecordID is the record that refers to it.
	RecordID store.ID
	// MutationID is the mutation that named it, where that is held; zero: the record alone.
	MutationID store.ID
	// SHA256 of the content.
	SHA256 []byte
	// Upload: the caller brings it.
	Upload bool
}

// BlobGrant is what a caller is told of a blob that they may have or bring.
type BlobGrant struct {
	// Size and MediaType are what the record says.
	Size      uint64
	MediaType string
	// Blind: they may bring it, and may not know what the stream has.
	Blind bool
}

// BlobAllowed returns what the record says of the blob: its size and its media type. Whoever may read the stream may
// have what any version of the record refers to, values that wait for a decision and held mutations of the stream
// included. To bring a blob it is enough that the caller's device brought the mutation that names it, wherever that is
// held, so that an assignment which ended costs no photo. The error is the same for what is not there and for what may
// not be known.
func (h *Hub) BlobAllowed(ctx context.Context, c Call, q BlobQuestion) (grant BlobGrant, err error) {
	if !q.Upload {
		if err := h.serving(); err != nil {
			return grant, err
		}
	}
	if q.StreamID == "" || len(q.StreamID) > maxStreamID || len(q.SHA256) != 32 {
		return grant, errNotFound
	}
	var ref *carev1.BlobRef
	err = h.store.View(ctx, func(r store.Reader) (err error) {
		ref, err = h.blobRef(r, c, q)
		return err
	})
	if err == nil && ref == nil {
		err = errNotFound
	}
	if err != nil {
		return grant, outward(err)
	}
	return BlobGrant{Size: ref.GetSize(), MediaType: ref.GetMediaType(), Blind: !h.readable(c, q.StreamID)}, nil
}

// blobRef finds the reference by which the caller may have or bring the blob; nil if there is none.
func (h *Hub) blobRef(r store.Reader, c Call, q BlobQuestion) (ref *carev1.BlobRef, err error) {
	stream := store.Stream{Tenant: c.Session.Tenant, Name: q.StreamID}
	if h.readable(c, q.StreamID) {
		if ref, err = refOfRecord(r, stream, q); ref != nil || err != nil {
			return ref, err
		}
		if ref, err = refOfMutation(r, stream, q, ""); ref != nil || err != nil {
			return ref, err
		}
	}
	if !q.Upload || c.Session.DeviceID == "" {
		return nil, nil
	}
	if ref, err = refOfMutation(r, stream, q, c.Session.DeviceID); ref != nil || err != nil {
		return ref, err
	}
	return h.refOfInbox(r, c, q)
}

func (h *Hub) readable(c Call, streamID string) bool {
	for _, ref := range h.dir.Readable(c.Session.Tenant, c.Session.PersonID, c.Now) {
		if ref.ID == streamID {
			return true
		}
	}
	return false
}

// refOfRecord looks through the versions of the record, newest first.
func refOfRecord(r store.Reader, stream store.Stream, q BlobQuestion) (*carev1.BlobRef, error) {
	state, err := readState(r, stream, q.RecordID)
	if err != nil || state == nil {
		return nil, err
	}
	seq := state.GetVersion().GetSeq()
	for range maxBlobVersions {
		if seq == 0 {
			return nil, nil
		}
		e, err := readEntry(r, stream, seq)
		if err != nil {
			return nil, err
		}
		raw, err := ledger.Record(e)
		if err != nil {
			return nil, store.ErrDamaged
		}
		rec := &carev1.Record{}
		if proto.Unmarshal(raw, rec) != nil {
			return nil, store.ErrDamaged
		}
		if rec.GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED {
			return nil, nil // older versions may still be on their way out
		}
		if ref := refIn(rec, q.SHA256); ref != nil {
			return ref, nil
		}
		seq = e.GetPreviousSeq()
	}
	return nil, nil
}

// refOfMutation looks at what a mutation of the stream brought: any that is held, or, if a device is given, any that
// this device brought.
func refOfMutation(r store.Reader, stream store.Stream, q BlobQuestion, device string) (*carev1.BlobRef, error) {
	if q.MutationID == (store.ID{}) {
		return nil, nil
	}
	found, err := lookup(r, stream, q.MutationID)
	if err != nil || found == nil || found.erased {
		return nil, err
	}
	held := found.entry.GetEffect() == syncv1.Outcome_OUTCOME_HELD
	if device == "" && !held || device != "" && found.written.GetDeviceId() != device {
		return nil, nil
	}
	return refInPayload(found.written.GetPayload(), q), nil
}

// refOfInbox looks at what the caller's device brought and no stream has: in the inbox of the author's organisation,
// of the device's, and in whichever it came to when they belonged to another one.
func (h *Hub) refOfInbox(r store.Reader, c Call, q BlobQuestion) (*carev1.BlobRef, error) {
	own := c.Session.Organisation
	if person, ok := h.dir.Person(c.Session.Tenant, c.Session.PersonID); ok {
		own = person.GetOrganisationId()
	}
	for _, box := range h.inboxesOf(c.Session, own) {
		raw, err := r.Inbox(box, q.MutationID)
		if err != nil {
			return nil, err
		}
		item := &storev1.InboxItem{}
		if raw == nil || proto.Unmarshal(raw, item) != nil || item.GetDeviceId() != c.Session.DeviceID {
			continue
		}
		if ref := refInPayload(item.GetPayload(), q); ref != nil {
			return ref, nil
		}
	}
	return nil, nil
}

// refInPayload finds the reference in a mutation that is about the stream and the record of the question.
func refInPayload(payload []byte, q BlobQuestion) *carev1.BlobRef {
	m := &syncv1.Mutation{}
	if proto.Unmarshal(payload, m) != nil || !concerns(m, q.StreamID, q.RecordID) {
		return nil
	}
	return refIn(m.GetRecord(), q.SHA256)
}

// refIn finds the reference in a record, or in a value that waits for a decision about it.
func refIn(rec *carev1.Record, sum []byte) *carev1.BlobRef {
	envelopes := []*carev1.Envelope{rec.GetEnvelope()}
	for _, candidate := range rec.GetCandidates() {
		envelopes = append(envelopes, candidate.GetEnvelope())
	}
	for _, e := range envelopes {
		for _, ref := range e.GetBlobs() {
			if bytes.Equal(ref.GetSha256(), sum) {
				return ref
			}
		}
	}
	return nil
}
