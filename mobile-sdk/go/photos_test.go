package sdk_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"connectrpc.com/connect"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"

	blobv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1/blobv1connect"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1/chartv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1/syncv1connect"
)

// shelf keeps photos of one piece by their hash, for anybody who asks.
type shelf struct {
	blobv1connect.UnimplementedBlobServiceHandler
	mu   sync.Mutex
	has  map[string][]byte
	full bool // it takes no more, and gives what it has
	// small: what is new is too large for it. spoils is how many pieces more arrive otherwise than they were sent; put
	// counts all of them.
	small       bool
	spoils, put int
}

func (s *shelf) Begin(_ context.Context, r *connect.Request[blobv1.BeginRequest]) (*connect.Response[blobv1.BeginResponse], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := blobv1.BlobState_BLOB_STATE_ABSENT
	switch {
	case s.has[string(r.Msg.GetBlob().GetSha256())] != nil:
		state = blobv1.BlobState_BLOB_STATE_COMPLETE
	case s.small:
		return nil, connect.NewError(connect.CodeInvalidArgument, errors.New("the file is too large"))
	case s.full:
		return nil, connect.NewError(connect.CodeUnavailable, errors.New("the disk is nearly full"))
	}
	return connect.NewResponse(&blobv1.BeginResponse{State: state}), nil
}

func (s *shelf) PutChunk(_ context.Context, r *connect.Request[blobv1.PutChunkRequest]) (*connect.Response[blobv1.PutChunkResponse], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.put++; s.put <= s.spoils {
		return nil, connect.NewError(connect.CodeInvalidArgument, errors.New("it is not the one that the record names"))
	}
	s.has[string(r.Msg.GetBlob().GetSha256())] = r.Msg.GetData()
	return connect.NewResponse(&blobv1.PutChunkResponse{State: blobv1.BlobState_BLOB_STATE_COMPLETE}), nil
}

func (s *shelf) Fetch(_ context.Context, r *connect.Request[blobv1.FetchRequest]) (*connect.Response[blobv1.FetchResponse], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data := s.has[string(r.Msg.GetBlob().GetSha256())]
	if data == nil {
		return connect.NewResponse(&blobv1.FetchResponse{State: blobv1.BlobState_BLOB_STATE_ABSENT}), nil
	}
	return connect.NewResponse(&blobv1.FetchResponse{
		State: blobv1.BlobState_BLOB_STATE_COMPLETE, Data: data, Size: uint64(len(data)),
	}), nil
}

// photos lets the server take photos too.
func (s *server) photos(t *testing.T) *shelf {
	t.Helper()
	p := &shelf{has: map[string][]byte{}}
	mux := http.NewServeMux()
	mux.Handle(syncv1connect.NewSyncServiceHandler(s, sdk.Zstd()))
	mux.Handle(identityv1connect.NewIdentityServiceHandler(s, sdk.Zstd()))
	mux.Handle(chartv1connect.NewChartServiceHandler(s, sdk.Zstd()))
	mux.Handle(blobv1connect.NewBlobServiceHandler(p, sdk.Zstd()))
	listener := httptest.NewUnstartedServer(mux)
	listener.Config.Protocols = new(http.Protocols)
	listener.Config.Protocols.SetUnencryptedHTTP2(true)
	listener.Start()
	t.Cleanup(listener.Close)
	s.url = listener.URL
	return p
}

// added puts a photo on a tablet.
func added(t *testing.T, a *sdk.Tablet, content string) *carev1.BlobRef {
	t.Helper()
	ref, err := a.AddBlob(bytes.NewReader([]byte(content)), "", "image/jpeg")
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// photographed saves a record with photos.
func photographed(t *testing.T, a *sdk.Tablet, chart string, refs ...*carev1.BlobRef) sdk.Saved {
	t.Helper()
	saved, err := a.Create(chart, vitals(368), sdk.Entry{Blobs: refs})
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// stateOf is where the first photo of a record is.
func stateOf(t *testing.T, a *sdk.Tablet, saved sdk.Saved) sdk.BlobState {
	t.Helper()
	item, err := a.Record(saved.StreamID, saved.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	all, err := a.Blobs(item)
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	return all[0].State
}

// files counts what lies in the folder of photos of a tablet.
func files(t *testing.T, dir string) int {
	t.Helper()
	all, err := os.ReadDir(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// seen opens a photo and its small picture, so that both are kept on the tablet.
func seen(t *testing.T, a *sdk.Tablet, saved sdk.Saved, ref *carev1.BlobRef) {
	t.Helper()
	file, err := a.OpenBlob(t.Context(), saved.StreamID, saved.RecordID, [32]byte(ref.GetSha256()))
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
	if _, err := a.Thumbnail(t.Context(), saved.StreamID, saved.RecordID, [32]byte(ref.GetSha256())); err != nil {
		t.Fatal(err)
	}
}

// refs is for an entry with one photo.
func refs(ref *carev1.BlobRef) []*carev1.BlobRef { return []*carev1.BlobRef{ref} }

// removeFiles takes the photos away from a tablet, as a damaged disk does.
func removeFiles(t *testing.T, dir string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "blobs", "*"))
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	for _, file := range all {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}
