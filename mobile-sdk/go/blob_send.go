package sdk

import (
	"context"
	"errors"
	"io/fs"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/mobile-sdk/go/internal/blobs"
	"github.com/tsunagu-care/tsunagu/sync/blob"

	blobv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1"
)

// bringBlobs sends what is to be sent, and removes from the tablet what is not to stay, also where sending failed.
func (t *Tablet) bringBlobs(ctx context.Context, token string, report *SyncReport) error {
	if err := t.queueBlobs(); err != nil {
		return err
	}
	if none, err := t.noBlobs(); none || err != nil {
		return err
	}
	err := t.sendBlobs(ctx, token, report)
	t.fetching.Lock()
	defer t.fetching.Unlock()
	if tidied := t.tidyBlobs(0); err == nil {
		err = tidied
	}
	return err
}

// noBlobs tells whether there is nothing to send and nothing to remove. Most tablets have no photos most of the time, and
// what follows goes through everything that was written here.
func (t *Tablet) noBlobs() (bool, error) {
	rows, err := t.blobRows()
	if err != nil || len(rows) > 0 {
		return false, err
	}
	kept, err := t.blobs.kept.List()
	return len(kept) == 0, err
}

// sendBlobs brings photos and files to the server: only those whose record it has answered. Cut off anywhere, the next
// synchronisation goes on with the chunk that is missing. The report counts those that are on the server now and were not.
func (t *Tablet) sendBlobs(ctx context.Context, token string, report *SyncReport) error {
	waiting, known, err := t.unanswered()
	if err != nil {
		return err
	}
	rows, err := t.blobRows()
	if err != nil {
		return err
	}
	var damaged error
	for _, row := range rows {
		if !row.waits() || waiting[string(row.Mutation)] {
			continue
		}
		if report.Blobs == maxBlobsOfSync {
			break
		}
		err := t.sendBlob(ctx, token, row)
		if errors.Is(err, errElsewhere) {
			continue
		}
		if errors.Is(err, fs.ErrNotExist) {
			row.Lost, report.BlobsLost = true, report.BlobsLost+1
			if err := t.putRows(row); err != nil {
				return err
			}
			continue
		}
		if errors.Is(err, ErrBlobDamaged) {
			damaged = err // the others must not wait for it
			continue
		}
		if goOn, err := t.afterSending(row, known[string(row.Mutation)], err); err != nil || !goOn {
			return err
		}
		if err == nil {
			report.Blobs++
		}
	}
	return damaged
}

// afterSending decides what an answer means for the row, and for those after it. known: the mutation is still kept here.
func (t *Tablet) afterSending(row blobRow, known bool, err error) (goOn bool, _ error) {
	var said *connect.Error
	switch {
	case err == nil:
		return true, nil
	case !errors.As(err, &said):
		return false, err
	}
	switch said.Code() {
	case connect.CodeNotFound:
		// The record was erased, or the mutation has another id now and stands in another row.
		if known {
			return true, nil
		}
		return true, t.dropRows(row)
	case connect.CodeInvalidArgument:
		spoilt := errors.Is(err, errSpoilt)
		if spoilt {
			row.Spoilt++
		}
		row.Refused = !spoilt || row.Spoilt >= maxSpoilt
		return true, t.putRows(row)
	case connect.CodeUnimplemented:
		return false, nil // a server of before there were photos; they wait
	}
	return false, remote(err)
}

// sendBlob brings one, and puts down that it is there.
func (t *Tablet) sendBlob(ctx context.Context, token string, row blobRow) error {
	name := &blobv1.BlobName{StreamId: row.Stream, RecordId: row.Record, MutationId: row.Mutation, Sha256: row.SHA256}
	begin := &blobv1.BeginRequest{Blob: name}
	if row.FromStream != "" {
		begin.CopyFrom = &blobv1.BlobName{StreamId: row.FromStream, RecordId: row.FromRecord, Sha256: row.SHA256}
	}
	answer, err := called(ctx, token, begin, t.blobs.client.Begin)
	if err != nil {
		return err
	}
	if answer.GetState() != blobv1.BlobState_BLOB_STATE_COMPLETE {
		err = t.sendChunks(ctx, token, name, row, answer.GetNextChunk())
	}
	if err == nil {
		row.Sent = true
		err = t.putRows(row)
	}
	return err
}

// errElsewhere: a photo of a record that was moved here from another chart, and that no tablet has brought there yet.
var errElsewhere = errors.New("it is on another tablet")

// errSpoilt: what arrived is not what was sent. The server kept nothing of it, and the next synchronisation begins anew.
var errSpoilt = errors.New("it arrived otherwise than it was sent")

// maxSpoilt is how often a photo that does not arrive as it was sent is sent at all, so that no connection is filled with
// it for ever. It stays on the tablet.
const maxSpoilt = 5

// errUnending: a server that never has enough.
var errUnending = errors.New("the server asks for the same pieces again and again")

func (t *Tablet) sendChunks(ctx context.Context, token string, name *blobv1.BlobName, row blobRow, next uint32) error {
	file, err := t.localBlob(row)
	switch {
	case errors.Is(err, fs.ErrNotExist) && row.FromStream != "":
		return errElsewhere // the server copies it once the tablet that has it has brought it
	case errors.Is(err, fs.ErrNotExist):
		return err // neither here nor there, and it must not count as sent
	}
	if err != nil {
		return problem(ErrBlobDamaged, err)
	}
	defer file.Close()
	for range blob.Chunks(file.Size) + extraChunks {
		data, err := file.Piece(next)
		if err != nil {
			return problem(ErrBlobDamaged, err)
		}
		put := &blobv1.PutChunkRequest{Blob: name, Chunk: next, Data: data}
		answer, err := called(ctx, token, put, t.blobs.client.PutChunk)
		if connect.CodeOf(err) == connect.CodeInvalidArgument {
			err = errors.Join(errSpoilt, err)
		}
		if err != nil {
			return err
		}
		if answer.GetState() == blobv1.BlobState_BLOB_STATE_COMPLETE {
			return nil
		}
		next = answer.GetNextChunk()
	}
	return problem(ErrServer, errUnending)
}

// localBlob opens what was added here, or fetched from where the record stood before.
func (t *Tablet) localBlob(row blobRow) (*blobs.File, error) {
	sum := [32]byte(row.SHA256)
	file, err := t.blobs.kept.Get(row.Stream, sum)
	if errors.Is(err, fs.ErrNotExist) && row.FromStream != "" {
		file, err = t.blobs.kept.Get(row.FromStream, sum)
	}
	return file, err
}

// called makes one call with a time limit of its own.
func called[Q, A any](ctx context.Context, token string, m *Q, procedure func(context.Context, *connect.Request[Q]) (*connect.Response[A], error)) (*A, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := procedure(ctx, authorised(token, m))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}
