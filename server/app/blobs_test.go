package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/sync/blob"

	blobv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1/blobv1connect"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// attached is a note with a file.
type attached struct {
	name *blobv1.BlobName
	data []byte
}

// attach writes a note with a file, of which the server has nothing yet.
func attach(t *testing.T, c *client, chart string, data []byte) attached {
	t.Helper()
	return attachSized(t, c, chart, data, len(data))
}

// attachSized is attach with a size that the record says, whatever the file has.
func attachSized(t *testing.T, c *client, chart string, data []byte, size int) attached {
	t.Helper()
	sum := sha256.Sum256(data)
	write := handover(t, chart)
	write.Msg.Envelope.Blobs = []*carev1.BlobRef{{Sha256: sum[:], Size: uint64(size), MediaType: "image/svg+xml"}}
	answer, err := c.chart().Write(t.Context(), write)
	if err != nil {
		t.Fatal(err)
	}
	return attached{data: data, name: &blobv1.BlobName{
		StreamId: answer.Msg.GetReceipt().GetStreamId(), RecordId: write.Msg.GetMutationId(), Sha256: sum[:],
	}}
}

func (c *client) blob() blobv1connect.BlobServiceClient {
	return blobv1connect.NewBlobServiceClient(c, c.base)
}

func (a attached) chunk(n uint32) []byte {
	begin := int(n) * blob.ChunkBytes
	return a.data[begin:min(begin+blob.ChunkBytes, len(a.data))]
}

func (a attached) put(ctx context.Context, c *client, n uint32, data []byte) (*blobv1.PutChunkResponse, error) {
	answer, err := c.blob().PutChunk(ctx, connect.NewRequest(&blobv1.PutChunkRequest{Blob: a.name, Chunk: n, Data: data}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// bring uploads everything.
func (a attached) bring(t *testing.T, c *client) {
	t.Helper()
	for n := range blob.Chunks(uint64(len(a.data))) {
		if _, err := a.put(t.Context(), c, n, a.chunk(n)); err != nil {
			t.Fatal(err)
		}
	}
}

func (a attached) fetch(ctx context.Context, c *client, n uint32) (*blobv1.FetchResponse, error) {
	answer, err := c.blob().Fetch(ctx, connect.NewRequest(&blobv1.FetchRequest{Blob: a.name, Chunk: n}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// said checks the code of an error, and that it is one sentence which names nothing of the record.
func said(t *testing.T, err error, code connect.Code, want string) {
	t.Helper()
	if connect.CodeOf(err) != code || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v, want %v with %q", err, code, want)
	}
}

func TestFilesThatDoNotFitAreRefused(t *testing.T) {
	c := settings(t)
	c.BlobMax = 1 << 20
	r := start(t, c)
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	a := attach(t, sato, "chart-0001", bytes.Repeat([]byte("ab"), blob.ChunkBytes/2+5))
	state, err := sato.blob().Stat(t.Context(), connect.NewRequest(&blobv1.StatRequest{Blob: a.name}))
	if err != nil || state.Msg.GetState() != blobv1.BlobState_BLOB_STATE_ABSENT || state.Msg.GetMediaType() != blob.Binary ||
		state.Msg.GetSize() != uint64(len(a.data)) {
		t.Fatalf("%v, %v", state, err)
	}
	_, err = a.put(t.Context(), sato, 2, []byte("x"))
	said(t, err, connect.CodeInvalidArgument, "nothing was changed")
	_, err = a.put(t.Context(), sato, 1, []byte("too short"))
	said(t, err, connect.CodeInvalidArgument, "nothing was changed")
	if _, err = a.put(t.Context(), sato, 0, a.chunk(0)); err != nil {
		t.Fatal(err)
	}
	_, err = a.put(t.Context(), sato, 1, []byte("ten bytes!"))
	said(t, err, connect.CodeInvalidArgument, "send it again from the start")
	begun, err := sato.blob().Begin(t.Context(), connect.NewRequest(&blobv1.BeginRequest{Blob: a.name}))
	if err != nil || begun.Msg.GetNextChunk() != 0 {
		t.Errorf("%v, %v", begun, err)
	}
	a.bring(t, sato)
	if got, err := a.fetch(t.Context(), sato, 1); err != nil || !bytes.Equal(got.GetData(), a.chunk(1)) {
		t.Errorf("%v, %v", got.GetState(), err)
	}
	_, err = a.fetch(t.Context(), sato, 2)
	said(t, err, connect.CodeInvalidArgument, "does not belong")

	large := attach(t, sato, "chart-0001", make([]byte, 1<<20+1))
	_, err = large.put(t.Context(), sato, 0, large.chunk(0))
	said(t, err, connect.CodeInvalidArgument, "larger than this server takes")
}

func TestDamagedFileIsNotServed(t *testing.T) {
	c := settings(t)
	r := start(t, c)
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	a := attach(t, sato, "chart-0001", []byte("a letter of referral, as its sender wrote it"))
	a.bring(t, sato)
	files, err := filepath.Glob(filepath.Join(c.BlobsFolder(), "objects", "*", "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)-1] ^= 1
	if err := os.WriteFile(files[0], raw, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = a.fetch(t.Context(), sato, 0)
	said(t, err, connect.CodeDataLoss, "damaged")
	if !strings.Contains(r.log.String(), "a stored file is damaged") {
		t.Error("nobody who runs the server hears of it")
	}
}

// TestFilesComeBackWithTheBackup, and none is served before the restore is confirmed; what tablets bring is taken.
func TestFilesComeBackWithTheBackup(t *testing.T) {
	r := start(t, settings(t), onDisk)
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	there := attach(t, sato, "chart-0001", bytes.Repeat([]byte("letter "), 50_000))
	there.bring(t, sato)
	missing := attach(t, sato, "chart-0001", []byte("a photo that was not here yet"))
	into := restoring(t, backedUp(t, r))
	if _, err := Restore(t.Context(), into); err != nil {
		t.Fatal(err)
	}
	c := settings(t)
	c.Storage = into.Storage
	r = start(t, c, onDisk)
	sato = h2c(t, r).signedIn(t, "sato", "tablet-a")
	_, err := there.fetch(t.Context(), sato, 0)
	said(t, err, connect.CodeUnavailable, "restored")
	missing.bring(t, sato)
	if _, err := r.Confirm(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, a := range []attached{there, missing} {
		for n := range blob.Chunks(uint64(len(a.data))) {
			if got, err := a.fetch(t.Context(), sato, n); err != nil || !bytes.Equal(got.GetData(), a.chunk(n)) {
				t.Errorf("chunk %d: %v, %v", n, got.GetState(), err)
			}
		}
	}
}

// TestRecordThatMovesKeepsItsFiles, if who moves it may read where it was.
func TestRecordThatMovesKeepsItsFiles(t *testing.T) {
	r := start(t, settings(t))
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	data := []byte("a photo on the wrong chart")
	wrong := attach(t, sato, "chart-0001", data)
	wrong.bring(t, sato)
	right := attach(t, sato, "chart-0002", data)
	if got, err := right.fetch(t.Context(), sato, 0); err != nil || got.GetState() != blobv1.BlobState_BLOB_STATE_ABSENT {
		t.Fatalf("it is there by itself: %v, %v", got, err)
	}
	takahashi := h2c(t, r).signedIn(t, "takahashi", "tablet-c") // who reads the right chart alone
	for _, c := range []struct {
		who  *client
		want blobv1.BlobState
	}{{takahashi, blobv1.BlobState_BLOB_STATE_ABSENT}, {sato, blobv1.BlobState_BLOB_STATE_COMPLETE}} {
		begun, err := c.who.blob().Begin(t.Context(), connect.NewRequest(&blobv1.BeginRequest{Blob: right.name, CopyFrom: wrong.name}))
		if err != nil || begun.Msg.GetState() != c.want {
			t.Errorf("%v, %v, want %v", begun, err, c.want)
		}
	}
	if got, err := right.fetch(t.Context(), takahashi, 0); err != nil || !bytes.Equal(got.GetData(), data) {
		t.Errorf("%v, %v", got, err)
	}
}
