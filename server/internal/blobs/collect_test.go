package blobs_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/server/internal/blobs"
	"github.com/tsunagu-care/tsunagu/sync/blob"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// The ways in which something in a store may mention a blob.
const (
	inPayload = iota
	inRecord
	inCandidate
	inUnknownField
	inInbox
	erased
	nowhere
	otherStream
	ways
)

// mention writes something into the store that mentions the blob in one way, or does not.
func mention(t testing.TB, s store.Store, way int, seq uint64, sum [32]byte) {
	t.Helper()
	ref := []*carev1.BlobRef{{Sha256: sum[:], Size: 1, Title: "写真"}}
	record := &carev1.Record{Envelope: &carev1.Envelope{Blobs: ref}}
	e := &storev1.Entry{Hash: make([]byte, 32)}
	stream := "chart/care"
	switch way {
	case inPayload:
		e.Payload = marshal(t, &syncv1.Mutation{Record: record})
	case inRecord:
		e.Record = marshal(t, record)
	case inCandidate:
		e.Record = marshal(t, &carev1.Record{Candidates: []*carev1.Candidate{{Envelope: record.Envelope}}})
	case inUnknownField:
		newer := protowire.AppendTag(nil, 900, protowire.BytesType)
		e.Record = protowire.AppendBytes(newer, marshal(t, ref[0]))
	case inInbox:
		item := &storev1.InboxItem{Payload: marshal(t, &syncv1.Mutation{StreamId: stream, Record: record})}
		id := store.ID{}
		binary.BigEndian.PutUint64(id[:], seq)
		err := s.Update(t.Context(), func(tx store.Tx) error {
			return tx.PutInbox(store.Organisation{Tenant: "t", Name: "station"}, id, marshal(t, item))
		})
		if err[0] != nil {
			t.Fatal(err[0])
		}
		return
	case erased:
		e.Payload, e.Effect = marshal(t, &syncv1.Mutation{Record: record}), syncv1.Outcome_OUTCOME_APPLIED
		if err := ledger.Erase(e); err != nil {
			t.Fatal(err)
		}
	case otherStream:
		stream, e.Record = "other/care", marshal(t, record)
	}
	err := s.Update(t.Context(), func(tx store.Tx) error {
		return tx.Append(store.Stream{Tenant: "t", Name: stream}, seq, marshal(t, e))
	})
	if err[0] != nil {
		t.Fatal(err[0])
	}
}

func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	raw, err := ledger.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestCollectorTakesExactlyWhatNothingMentions is over every way of mentioning, and every age.
func TestCollectorTakesExactlyWhatNothingMentions(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		root, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		v, s := open(t, root, bucketOf(t, root)), memory.New()
		grace := time.Duration(rapid.SampledFrom([]int{0, 1, 24}).Draw(rt, "grace")) * time.Hour
		kept := map[int]bool{}
		n := rapid.IntRange(1, 8).Draw(rt, "blobs")
		for i := range n {
			data := content(40 + i)
			u := upload(data, "tablet")
			send(t, v, u, data)
			way := rapid.IntRange(0, ways-1).Draw(rt, "way")
			mention(t, s, way, uint64(i+1), u.SHA256)
			kept[i] = way < erased || grace > 2*time.Hour
		}
		now := time.Now().Add(2 * time.Hour)
		for _, dry := range []bool{true, false} {
			done, err := v.Collect(t.Context(), blobs.Collection{Rows: s.Dump, Grace: grace, DryRun: dry, Now: now})
			if err != nil || done.Kept+done.Collected != n {
				rt.Fatalf("%+v, %v", done, err)
			}
			for i := range n {
				there, err := v.Has(t.Context(), upload(content(40+i), "tablet").Name)
				if err != nil || there != (kept[i] || dry) {
					rt.Fatalf("dry %v: blob %d is there: %v, to be kept: %v, %v", dry, i, there, kept[i], err)
				}
			}
		}
	})
}

func TestBlobThatSomebodyReliedOnMeanwhileStays(t *testing.T) {
	root := t.TempDir()
	v, s := open(t, root, bucketOf(t, root)), memory.New()
	data := content(77)
	u := upload(data, "tablet")
	send(t, v, u, data)
	// Its record comes while the snapshot that does not have it is read; its tablet is told that nothing is to be sent.
	rows := func(ctx context.Context, fn func(store.Row) error) error {
		if _, err := v.Collect(ctx, blobs.Collection{Rows: s.Dump, Now: time.Now()}); !errors.Is(err, blobs.ErrCollecting) {
			t.Errorf("two at once: %v", err)
		}
		if p, err := v.Begin(ctx, u); err != nil || !p.Complete {
			t.Errorf("%+v, %v", p, err)
		}
		return s.Dump(ctx, fn)
	}
	done, err := v.Collect(t.Context(), blobs.Collection{Rows: rows, Now: time.Now().Add(time.Hour)})
	if err != nil || done.Kept != 1 || done.Collected != 0 {
		t.Fatalf("%+v, %v", done, err)
	}
	done, err = v.Collect(t.Context(), blobs.Collection{Rows: s.Dump, Now: time.Now().Add(time.Hour)})
	if err != nil || done.Collected != 1 {
		t.Errorf("the next time: %+v, %v", done, err)
	}
}

func TestUploadsAreGivenUpAfterThirtyDays(t *testing.T) {
	root := t.TempDir()
	v, s := open(t, root, bucketOf(t, root)), memory.New()
	data := content(blob.ChunkBytes + 1)
	u := upload(data, "tablet")
	if _, err := v.Put(t.Context(), u, 0, chunkOf(data, 0)); err != nil {
		t.Fatal(err)
	}
	mention(t, s, inRecord, 1, sha256.Sum256(data))
	for _, c := range []struct {
		after time.Duration
		given int
	}{{29 * 24 * time.Hour, 0}, {31 * 24 * time.Hour, 1}} {
		done, err := v.Collect(t.Context(), blobs.Collection{Rows: s.Dump, Now: time.Now().Add(c.after)})
		if err != nil || done.Uploads != c.given {
			t.Errorf("after %v: %+v, %v", c.after, done, err)
		}
	}
	if p, err := v.Begin(t.Context(), u); err != nil || p.Next != 0 {
		t.Errorf("it does not begin anew: %+v, %v", p, err)
	}
}

func TestErasedRecordTakesItsUploadAndThumbnailAlong(t *testing.T) {
	everyBucket(t, func(t *testing.T, root string, bucket blobs.Bucket) {
		v, s := open(t, root, bucket), memory.New()
		whole, half := photo(t, 600, 400), content(blob.ChunkBytes+1)
		send(t, v, upload(whole, "tablet"), whole)
		if small, err := v.Thumbnail(t.Context(), upload(whole, "tablet").Name); err != nil || len(small) == 0 {
			t.Fatal(len(small), err)
		}
		if _, err := v.Put(t.Context(), upload(half, "tablet"), 0, chunkOf(half, 0)); err != nil {
			t.Fatal(err)
		}
		mention(t, s, erased, 1, sha256.Sum256(whole))
		done, err := v.Collect(t.Context(), blobs.Collection{Rows: s.Dump, Now: time.Now().Add(time.Minute)})
		if err != nil || done.Collected != 1 || done.Uploads != 1 || done.Kept != 0 {
			t.Fatalf("%+v, %v", done, err)
		}
		left := 0
		err = filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				left++
			}
			return err
		})
		if err == nil {
			err = bucket.Each(t.Context(), func(blobs.Listed) error { left++; return nil })
		}
		if left != 0 || err != nil {
			t.Errorf("%d files are left, %v", left, err)
		}
	})
}
