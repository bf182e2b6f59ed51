package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1/syncv1connect"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/seal"
)

// batchSize is how many mutations the SDK puts into one request: the most that the contract allows.
const batchSize = 1000

// parcel is a request as it goes onto the wire.
type parcel struct {
	body  []byte
	count int
}

// pack writes n readings into requests for one stream, and their bytes into the book.
func (t *tablet) pack(r *readings, n int, stream string, b *book) ([]parcel, error) {
	var parcels []parcel
	for n > 0 {
		m := request()
		m.Positions = []*syncv1.StreamPosition{{StreamId: stream}}
		for range min(n, batchSize) {
			q, err := t.create(r, stream, b)
			if err != nil {
				return nil, err
			}
			m.Mutations = append(m.Mutations, q)
		}
		n -= len(m.Mutations)
		p, err := wrap(m)
		if err != nil {
			return nil, err
		}
		parcels = append(parcels, p)
	}
	return parcels, nil
}

// wrap encodes and compresses a request as the SDK does.
func wrap(m *syncv1.SyncRequest) (parcel, error) {
	raw, err := proto.Marshal(m)
	if err != nil {
		return parcel{}, err
	}
	packer := packers.Get().(*zstd.Encoder)
	defer packers.Put(packer)
	return parcel{packer.EncodeAll(raw, nil), len(m.GetMutations())}, nil
}

// packers are encoders for parcels, which are many: each takes some megabytes.
var packers = sync.Pool{New: func() any { return newZstdEncoder() }}

// upward is the encoding in which the SDK sends.
const upward = "zstd"

// create makes one CREATE, as sync/replica does.
func (t *tablet) create(r *readings, stream string, b *book) (*syncv1.QueuedMutation, error) {
	return t.createOf(r, r.next(), stream, b)
}

// createOf makes the CREATE of a record.
func (t *tablet) createOf(r *readings, record *carev1.Record, stream string, b *book) (*syncv1.QueuedMutation, error) {
	id := r.id()
	record.Id, record.Status = id[:], carev1.RecordStatus_RECORD_STATUS_ACTIVE
	written := r.at.Add(time.Duration(r.random.IntN(180_000)) * time.Millisecond)
	// Whole seconds on the wall clock, as the replica writes them.
	e := record.GetEnvelope()
	e.Recorded, e.MonotonicMs, e.BootId = timestamppb.New(written.Truncate(time.Second)), uint64(written.UnixMilli()), boot
	payload, err := ledger.Marshal(&syncv1.Mutation{
		Id: id[:], StreamId: stream, Operation: syncv1.Operation_OPERATION_CREATE, SchemaVersion: care.SchemaVersion,
		PersonId: t.name, DeviceId: t.name, NotBefore: t.session.GetServerTime(), Record: record,
	})
	if err != nil {
		return nil, err
	}
	brought, err := ledger.PayloadRecord(payload)
	if err != nil {
		return nil, err
	}
	b.put(id, brought)
	return &syncv1.QueuedMutation{
		Payload: payload, AuthorSeal: seal.Author([seal.KeySize]byte(t.session.GetAuthorKey()), payload),
	}, nil
}

// post sends a parcel and checks that all of it was taken.
func (t *tablet) post(ctx context.Context, p parcel) error {
	answer, err := t.send(ctx, p)
	if err != nil {
		return err
	}
	return accepted(answer, p.count)
}

// send sends a parcel and reads its answer.
func (t *tablet) send(ctx context.Context, p parcel) (*syncv1.SyncResponse, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.base+syncv1connect.SyncServiceSyncProcedure, bytes.NewReader(p.body))
	if err != nil {
		return nil, err
	}
	r.Header = http.Header{
		"Content-Type": {"application/proto"}, "Content-Encoding": {upward}, "Accept-Encoding": {"zstd, gzip"},
		"Connect-Protocol-Version": {"1"}, "Authorization": {"Bearer " + t.session.GetToken()},
	}
	answer, err := t.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("a push was answered with %s: %s", answer.Status, body)
	}
	if body, err = t.expand(answer.Header.Get("Content-Encoding"), body); err != nil {
		return nil, err
	}
	m := &syncv1.SyncResponse{}
	return m, proto.Unmarshal(body, m)
}

// expand decompresses an answer. Connect answers a compressed request in the request's encoding.
func (t *tablet) expand(encoding string, body []byte) ([]byte, error) {
	if encoding == upward {
		return t.answer.DecodeAll(body, nil)
	}
	return body, nil
}

// accepted tells whether every mutation was taken as it was written.
func accepted(m *syncv1.SyncResponse, count int) error {
	if len(m.GetResults()) != count {
		return fmt.Errorf("%d mutations got %d answers", count, len(m.GetResults()))
	}
	for _, result := range m.GetResults() {
		if result.GetOutcome() != syncv1.Outcome_OUTCOME_APPLIED {
			return fmt.Errorf("a reading was answered with %s (%s, %s)", result.GetOutcome(), result.GetHeldReason(), result.GetDetail())
		}
	}
	return nil
}

// book remembers what was pushed to a stream: the hash of each record's bytes and how many there are. The server adds
// to them how the record arrived, and changes nothing.
type book map[[16]byte]written

type written struct {
	size int
	hash [sha256.Size]byte
}

func (b *book) put(id [16]byte, record []byte) {
	if *b == nil {
		*b = book{}
	}
	(*b)[id] = written{len(record), sha256.Sum256(record)}
}

// fits tells whether a record begins with what was pushed.
func (b book) fits(id [16]byte, record []byte) bool {
	w, ok := b[id]
	return ok && len(record) >= w.size && sha256.Sum256(record[:w.size]) == w.hash
}
