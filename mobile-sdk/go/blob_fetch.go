package sdk

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/tsunagu-care/tsunagu/mobile-sdk/go/internal/blobs"
	"github.com/tsunagu-care/tsunagu/sync/blob"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	blobv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// OpenBlob opens a photo or file of a record that the current person may see: from the tablet, or fetched. A download
// that was cut off goes on where it was. ErrBlobNotHere: the server does not have it yet. The caller closes it.
func (t *Tablet) OpenBlob(ctx context.Context, stream string, record replica.ID, sha256 [32]byte) (io.ReadCloser, error) {
	ref, err := t.refOf(stream, record, sha256)
	if err != nil {
		return nil, err
	}
	file, err := t.blobs.kept.Get(stream, sha256)
	switch {
	case err == nil:
		return file, nil
	case errors.Is(err, blob.ErrDamaged) && t.blobs.kept.HasOwn(sha256):
		return nil, problem(ErrBlobDamaged, err)
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, blob.ErrDamaged):
		return nil, err
	}
	if err := t.fetchBlob(ctx, nameOf(stream, record, sha256), ref); err != nil {
		return nil, err
	}
	if file, err = t.blobs.kept.Get(stream, sha256); err != nil {
		return nil, problem(ErrBlobDamaged, err)
	}
	return file, nil
}

// Thumbnail returns the small picture of a photo, as JPEG. Empty: there is none of it. ErrBlobNotHere: the server does
// not have the photo yet; one that is on this tablet can be opened meanwhile.
func (t *Tablet) Thumbnail(ctx context.Context, stream string, record replica.ID, sha256 [32]byte) ([]byte, error) {
	if _, err := t.refOf(stream, record, sha256); err != nil {
		return nil, err
	}
	if small, err := t.blobs.kept.Thumbnail(stream, sha256); err == nil {
		return small, nil
	}
	by, err := t.caller()
	if err != nil {
		return nil, err
	}
	ask := &blobv1.FetchRequest{Blob: nameOf(stream, record, sha256), Variant: blobv1.BlobVariant_BLOB_VARIANT_THUMBNAIL}
	answer, err := called(ctx, by.token, ask, t.blobs.client.Fetch)
	if err != nil {
		return nil, remote(err)
	}
	if answer.GetState() != blobv1.BlobState_BLOB_STATE_COMPLETE {
		return nil, ErrBlobNotHere
	}
	small := answer.GetData()
	if len(small) == 0 || len(small) > blob.MaxThumbnailBytes {
		return nil, nil
	}
	t.filing.Lock()
	defer t.filing.Unlock()
	if _, err := t.refOf(stream, record, sha256); err != nil { // erased or revoked meanwhile
		return nil, err
	}
	return small, t.blobs.kept.KeepThumbnail(blob.Name{Stream: stream, SHA256: sha256}, string(record[:]), small)
}

func nameOf(stream string, record replica.ID, sum [32]byte) *blobv1.BlobName {
	return &blobv1.BlobName{StreamId: stream, RecordId: record[:], Sha256: sum[:]}
}

// fetchBlob downloads what is missing, and makes room for it first.
func (t *Tablet) fetchBlob(ctx context.Context, name *blobv1.BlobName, ref *carev1.BlobRef) error {
	t.fetching.Lock() // one download at a time: two of the same would write one file
	defer t.fetching.Unlock()
	// Meanwhile the record may have been erased, or its chart revoked.
	if _, err := t.refOf(name.GetStreamId(), replica.ID(name.GetRecordId()), [32]byte(name.GetSha256())); err != nil {
		return err
	}
	by, err := t.caller()
	if err != nil {
		return err
	}
	if ref.GetSize() == 0 || ref.GetSize() > blob.MaxBytes {
		return ErrBlobSize
	}
	if err := t.tidyBlobs(int64(ref.GetSize())); err != nil {
		return err
	}
	part, err := t.blobs.kept.Begin(blob.Meta{
		Name: blob.Name{Stream: name.GetStreamId(), SHA256: [32]byte(name.GetSha256())},
		Size: ref.GetSize(), Record: string(name.GetRecordId()), MediaType: blob.MediaType(ref.GetMediaType()),
	})
	if err != nil {
		return err
	}
	defer part.Close()
	if err := t.fetchChunks(ctx, by.token, name, ref.GetSize(), part); err != nil {
		return err
	}
	if err := part.Finish(); err != nil {
		return problem(ErrServer, err)
	}
	return nil
}

func (t *Tablet) fetchChunks(ctx context.Context, token string, name *blobv1.BlobName, size uint64, part *blobs.Part) error {
	next, err := part.Next()
	if err != nil {
		return err
	}
	for ; next < blob.Chunks(size); next++ {
		answer, err := called(ctx, token, &blobv1.FetchRequest{Blob: name, Chunk: next}, t.blobs.client.Fetch)
		switch {
		case err != nil:
			return remote(err)
		case answer.GetState() != blobv1.BlobState_BLOB_STATE_COMPLETE:
			return ErrBlobNotHere
		case answer.GetSize() != size:
			return problem(ErrServer, blob.ErrChunk)
		}
		if err := part.Put(next, answer.GetData()); err != nil {
			return problem(ErrServer, err)
		}
	}
	return nil
}
