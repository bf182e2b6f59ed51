package main

import (
	"context"
	"crypto/sha256"
	"fmt"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1/blobv1connect"
	"github.com/tsunagu-care/tsunagu/sync/blob"
	"github.com/tsunagu-care/tsunagu/sync/synthetic"

	blobv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1"
)

// bring sends the photos and files of the writes that the server has, each as whoever wrote the record, in chunks on
// their own channel. The order is that of the writes.
func (l *loader) bring(ctx context.Context) error {
	client := blobv1connect.NewBlobServiceClient(l.wire, l.url)
	for _, write := range l.withFiles {
		for _, f := range write.Files {
			if err := l.bringOne(ctx, client, write, f); err != nil {
				return fmt.Errorf("a file of the weeks before cannot be brought to the server: %w", err)
			}
			l.files++
		}
	}
	l.withFiles = nil
	return nil
}

func (l *loader) bringOne(ctx context.Context, client blobv1connect.BlobServiceClient, write synthetic.Write, f synthetic.File) error {
	sum := sha256.Sum256(f.Content)
	name := &blobv1.BlobName{StreamId: write.Stream, RecordId: write.RecordID[:], Sha256: sum[:]}
	begin := connect.NewRequest(&blobv1.BeginRequest{Blob: name})
	begin.Header().Set("Authorization", "Bearer "+l.tokens[write.Person])
	answer, err := client.Begin(ctx, begin)
	if err != nil || answer.Msg.GetState() == blobv1.BlobState_BLOB_STATE_COMPLETE {
		return err
	}
	size := uint64(len(f.Content))
	for n := answer.Msg.GetNextChunk(); n < blob.Chunks(size); n++ {
		from := int(n) * blob.ChunkBytes
		put := connect.NewRequest(&blobv1.PutChunkRequest{Blob: name, Chunk: n, Data: f.Content[from : from+blob.ChunkLen(size, n)]})
		put.Header().Set("Authorization", "Bearer "+l.tokens[write.Person])
		if _, err := client.PutChunk(ctx, put); err != nil {
			return err
		}
	}
	return nil
}
