package api

import (
	"bytes"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	blobv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// wrapped puts content into a field.
func wrapped(number protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), content)
}

// TestCrowdedRequestsAreRefused: a request below 1 MiB that would take a hundred times its size once it is decoded is not,
// however deep its many parts stand.
func TestCrowdedRequestsAreRefused(t *testing.T) {
	empty := func(number protowire.Number, n int) []byte { return bytes.Repeat(wrapped(number, nil), n) }
	for name, data := range map[string][]byte{
		"a list":              empty(4, maxOccurrences+1),
		"a list in a part":    wrapped(4, empty(6, maxParts)),
		"lists in many parts": bytes.Repeat(wrapped(4, empty(6, 100)), maxParts/100),
		"parts of parts":      bytes.Repeat(wrapped(4, empty(2, 20)), maxParts/20),
	} {
		if len(data) > 1<<20 {
			t.Errorf("%s: %d bytes, which no request may have anyway", name, len(data))
		}
		req := &syncv1.SyncRequest{}
		if err := (binaryCodec{}).Unmarshal(data, req); err == nil || len(req.GetPositions()) > 0 {
			t.Errorf("%s: it was decoded, %v", name, err)
		}
	}
}

// TestCrowdedLooksOnlyAtParts: what stands in bytes, in texts and in fields that are not known is no part of the message.
func TestCrowdedLooksOnlyAtParts(t *testing.T) {
	looksLikeParts := bytes.Repeat(wrapped(6, nil), maxParts+1)
	for name, m := range map[string]proto.Message{
		"a payload": &syncv1.SyncRequest{Mutations: []*syncv1.QueuedMutation{{Payload: looksLikeParts}}},
		"a chunk":   &blobv1.PutChunkRequest{Data: looksLikeParts},
		"a text":    &chartv1.SearchNotesRequest{Query: strings.Repeat("2\x00", maxParts+1)},
	} {
		raw, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := (binaryCodec{}).Unmarshal(raw, m.ProtoReflect().New().Interface()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (binaryCodec{}).Unmarshal(wrapped(1000, looksLikeParts), &syncv1.SyncRequest{}); err != nil {
		t.Errorf("an unknown field: %v", err)
	}
}

// TestFullestRequestIsTaken: a manifest as large as the contract and 1 MiB allow is not crowded.
func TestFullestRequestIsTaken(t *testing.T) {
	raw, err := proto.Marshal(fullest())
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) < 850<<10 || len(raw) > 1<<20 {
		t.Fatalf("%d bytes: not what this test is about", len(raw))
	}
	if err := (binaryCodec{}).Unmarshal(raw, &syncv1.SyncRequest{}); err != nil {
		t.Error(err)
	}
}

// fullest is a request with every stream that it may name, each with its three places and as many digests as fit.
func fullest() *syncv1.SyncRequest {
	hash, req := make([]byte, 32), &syncv1.SyncRequest{}
	for range maxOccurrences {
		place := &syncv1.Cursor{Version: &syncv1.Version{Epoch: 1, Seq: 1}, Hash: hash}
		p := &syncv1.StreamPosition{StreamId: "a chart's own/care", Cursor: place, Staged: place, NewestResult: place}
		for range 2 {
			p.Sections = append(p.Sections, &syncv1.SectionDigest{Digest: hash})
		}
		req.Positions = append(req.Positions, p)
	}
	return req
}

// TestCrowdedJSON: the same in JSON.
func TestCrowdedJSON(t *testing.T) {
	data := `{"positions":[{"sections":[` + strings.Repeat("{},", maxParts) + `{}]}]}`
	if err := (jsonCodec{name: "json"}).Unmarshal([]byte(data), &syncv1.SyncRequest{}); err == nil {
		t.Error("it was decoded")
	}
}

// TestNoRequestContainsItself: the count of parts goes as deep as the types do, so these have to end.
func TestNoRequestContainsItself(t *testing.T) {
	var walk func(of protoreflect.MessageDescriptor, above []protoreflect.FullName)
	walk = func(of protoreflect.MessageDescriptor, above []protoreflect.FullName) {
		for _, name := range above {
			if name == of.FullName() {
				t.Fatalf("%s contains itself", name)
			}
		}
		above = append(above[:len(above):len(above)], of.FullName())
		for i := range of.Fields().Len() {
			if inner := of.Fields().Get(i).Message(); inner != nil {
				walk(inner, above)
			}
		}
	}
	for _, file := range []protoreflect.FileDescriptor{
		syncv1.File_tsunagu_sync_v1_sync_proto, chartv1.File_tsunagu_chart_v1_chart_proto,
		blobv1.File_tsunagu_blob_v1_blob_proto, identityv1.File_tsunagu_identity_v1_identity_proto,
	} {
		for i := range file.Services().Len() {
			for j := range file.Services().Get(i).Methods().Len() {
				walk(file.Services().Get(i).Methods().Get(j).Input(), nil)
			}
		}
	}
}

// BenchmarkDecodeSync is what it costs to take in a request with the most mutations that there may be.
func BenchmarkDecodeSync(b *testing.B) {
	req := &syncv1.SyncRequest{}
	for range 1000 {
		req.Mutations = append(req.Mutations, &syncv1.QueuedMutation{Payload: make([]byte, 400), AuthorSeal: make([]byte, 32)})
	}
	raw, err := proto.Marshal(req)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if err := (binaryCodec{}).Unmarshal(raw, &syncv1.SyncRequest{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecodeManifest is the same for the request with the most parts.
func BenchmarkDecodeManifest(b *testing.B) {
	raw, err := proto.Marshal(fullest())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := (binaryCodec{}).Unmarshal(raw, &syncv1.SyncRequest{}); err != nil {
			b.Fatal(err)
		}
	}
}
