package api

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	blobv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1/blobv1connect"
	"github.com/tsunagu-care/tsunagu/sync/blob"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Blobs keeps the content of photos and files. Its errors are those of package blob, or say that it failed. Who may have
// or bring a blob is not its concern: the core was asked before.
type Blobs interface {
	// Has tells whether a blob is here, checked and durable.
	Has(ctx context.Context, n blob.Name) (bool, error)
	// Begin opens an upload of a device, or finds where one goes on.
	Begin(ctx context.Context, u blob.Upload) (blob.Progress, error)
	// Put takes one chunk. Complete means durable.
	Put(ctx context.Context, u blob.Upload, chunk uint32, data []byte) (blob.Progress, error)
	// Copy makes a blob of one stream one of another; it answers whether it is there now.
	Copy(ctx context.Context, from, to blob.Name) (bool, error)
	// Chunk reads one chunk, and says how large the whole is. blob.ErrAbsent if it is not here.
	Chunk(ctx context.Context, n blob.Name, chunk uint32) (data []byte, size uint64, err error)
	// Thumbnail returns the small picture of a photo; empty if there is none of it.
	Thumbnail(ctx context.Context, n blob.Name) ([]byte, error)
}

// blobHandler answers BlobService.
type blobHandler struct {
	*API
	blobv1connect.UnimplementedBlobServiceHandler
}

// allowed asks the core whether the caller may have or bring the blob, and returns what the record says of it.
func (h *blobHandler) allowed(ctx context.Context, b *blobv1.BlobName, upload bool) (u blob.Upload, err error) {
	c := h.call(ctx)
	q := hub.BlobQuestion{
		StreamID: b.GetStreamId(), RecordID: store.ID(b.GetRecordId()), SHA256: b.GetSha256(), Upload: upload,
	}
	if len(b.GetMutationId()) == len(q.MutationID) {
		q.MutationID = store.ID(b.GetMutationId())
	}
	u = blob.Upload{
		Name:   blob.Name{Tenant: c.Session.Tenant, Stream: b.GetStreamId(), SHA256: [32]byte(b.GetSha256())},
		Device: c.Session.DeviceID,
	}
	grant, err := h.config.Core.BlobAllowed(ctx, c, q)
	u.Size, u.MediaType, u.Blind = grant.Size, grant.MediaType, grant.Blind
	return u, err
}

// Stat tells whether a blob is here.
func (h *blobHandler) Stat(ctx context.Context, r *connect.Request[blobv1.StatRequest]) (*connect.Response[blobv1.StatResponse], error) {
	u, err := h.allowed(ctx, r.Msg.GetBlob(), false)
	if err != nil {
		return nil, h.failure(ctx, r.Spec().Procedure, err)
	}
	there, err := h.config.Blobs.Has(ctx, u.Name)
	if err != nil {
		return nil, h.blobFailure(ctx, r.Spec().Procedure, err)
	}
	return connect.NewResponse(&blobv1.StatResponse{
		State: blobState(there), Size: u.Size, MediaType: blob.MediaType(u.MediaType),
	}), nil
}

// Begin opens an upload. What it is copied from, the caller must be able to read.
func (h *blobHandler) Begin(ctx context.Context, r *connect.Request[blobv1.BeginRequest]) (*connect.Response[blobv1.BeginResponse], error) {
	u, err := h.allowed(ctx, r.Msg.GetBlob(), true)
	if err != nil {
		return nil, h.failure(ctx, r.Spec().Procedure, err)
	}
	p := blob.Progress{}
	if p.Complete, err = h.copied(ctx, r.Msg.GetCopyFrom(), u); err == nil && !p.Complete {
		p, err = h.config.Blobs.Begin(ctx, u)
	}
	if err != nil {
		return nil, h.blobFailure(ctx, r.Spec().Procedure, err)
	}
	return connect.NewResponse(&blobv1.BeginResponse{State: blobState(p.Complete), NextChunk: p.Next}), nil
}

// copied copies the same content from another record, if the caller names one and may read it. If not, the upload begins
// as it would have without.
func (h *blobHandler) copied(ctx context.Context, from *blobv1.BlobName, to blob.Upload) (bool, error) {
	if from == nil || [32]byte(from.GetSha256()) != to.SHA256 {
		return false, nil
	}
	source, err := h.allowed(ctx, from, false)
	if err != nil || source.Size != to.Size {
		return false, nil //nolint:nilerr // the same for what is not there and what may not be known
	}
	if there, err := h.config.Blobs.Has(ctx, source.Name); err != nil || !there {
		return false, err // without it, that there is one in the other stream would tell about that one
	}
	return h.config.Blobs.Copy(ctx, source.Name, to.Name)
}

// PutChunk takes one chunk of an upload.
func (h *blobHandler) PutChunk(ctx context.Context, r *connect.Request[blobv1.PutChunkRequest]) (*connect.Response[blobv1.PutChunkResponse], error) {
	u, err := h.allowed(ctx, r.Msg.GetBlob(), true)
	if err != nil {
		return nil, h.failure(ctx, r.Spec().Procedure, err)
	}
	p, err := h.config.Blobs.Put(ctx, u, r.Msg.GetChunk(), r.Msg.GetData())
	if err != nil {
		return nil, h.blobFailure(ctx, r.Spec().Procedure, err)
	}
	return connect.NewResponse(&blobv1.PutChunkResponse{State: blobState(p.Complete), NextChunk: p.Next}), nil
}

// Fetch reads one chunk, or the thumbnail.
func (h *blobHandler) Fetch(ctx context.Context, r *connect.Request[blobv1.FetchRequest]) (*connect.Response[blobv1.FetchResponse], error) {
	u, err := h.allowed(ctx, r.Msg.GetBlob(), false)
	if err != nil {
		return nil, h.failure(ctx, r.Spec().Procedure, err)
	}
	answer := &blobv1.FetchResponse{State: blobState(true), Size: u.Size}
	if r.Msg.GetVariant() == blobv1.BlobVariant_BLOB_VARIANT_THUMBNAIL {
		answer.Data, err = h.config.Blobs.Thumbnail(ctx, u.Name)
	} else {
		answer.Data, answer.Size, err = h.config.Blobs.Chunk(ctx, u.Name, r.Msg.GetChunk())
	}
	if errors.Is(err, blob.ErrAbsent) {
		answer, err = &blobv1.FetchResponse{State: blobState(false), Size: u.Size}, nil
	}
	if err != nil {
		return nil, h.blobFailure(ctx, r.Spec().Procedure, err)
	}
	return connect.NewResponse(answer), nil
}

func blobState(complete bool) blobv1.BlobState {
	if complete {
		return blobv1.BlobState_BLOB_STATE_COMPLETE
	}
	return blobv1.BlobState_BLOB_STATE_ABSENT
}

// blobCodes are the core's codes for the errors of blobs; what is not among them is a failure of the server.
var blobCodes = map[error]hub.Code{
	blob.ErrHash: hub.InvalidArgument, blob.ErrChunk: hub.InvalidArgument, blob.ErrTooLarge: hub.InvalidArgument,
	blob.ErrOpen: hub.TooLarge, blob.ErrFull: hub.Unavailable,
}

// blobFailure turns an error of blobs into one for the wire.
func (h *blobHandler) blobFailure(ctx context.Context, procedure string, err error) error {
	for known, code := range blobCodes {
		if errors.Is(err, known) {
			return h.failure(ctx, procedure, &hub.Error{Code: code, Message: known.Error()})
		}
	}
	if errors.Is(err, blob.ErrDamaged) {
		h.failed(ctx, procedure, err)
		return wire(connect.CodeDataLoss, blob.ErrDamaged.Error())
	}
	return h.failure(ctx, procedure, err)
}

// failed tells the hook of an error.
func (h *blobHandler) failed(ctx context.Context, procedure string, err error) {
	if hook := h.config.Hooks.Failed; hook != nil {
		hook(ctx, procedure, err)
	}
}
