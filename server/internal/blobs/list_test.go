package blobs_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/blobs"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"
)

// listing is a bucket in which something happens after it was listed.
type listing struct {
	blobs.Bucket
	after func()
}

func (l *listing) Each(ctx context.Context, fn func(blobs.Listed) error) error {
	var all []blobs.Listed
	err := l.Bucket.Each(ctx, func(one blobs.Listed) error { all = append(all, one); return nil })
	if after := l.after; after != nil {
		l.after = nil
		after()
	}
	for _, one := range all {
		if err == nil {
			err = fn(one)
		}
	}
	return err
}

// TestBackupGoesOnThroughACollection: what was collected since it was listed is passed over, everything else is in it.
func TestBackupGoesOnThroughACollection(t *testing.T) {
	everyBucket(t, func(t *testing.T, root string, bucket blobs.Bucket) {
		between := &listing{Bucket: bucket}
		v, s := open(t, root, between), memory.New()
		kept, unmentioned := content(50), content(60)
		for _, data := range [][]byte{kept, unmentioned} {
			send(t, v, upload(data, "tablet"), data)
		}
		mention(t, s, inRecord, 1, upload(kept, "tablet").SHA256)
		between.after = func() {
			done, err := v.Collect(t.Context(), blobs.Collection{Rows: s.Dump, Now: time.Now().Add(time.Hour)})
			if err != nil || done.Collected != 1 || done.Kept != 1 {
				t.Errorf("%+v, %v", done, err)
			}
		}
		var taken [][]byte
		err := v.Each(t.Context(), func(_ string, _ int64, r io.Reader) error {
			all, err := io.ReadAll(r)
			taken = append(taken, all)
			return err
		})
		if err != nil || len(taken) != 1 || !bytes.Equal(taken[0], kept) {
			t.Errorf("%d photos are in the backup, %v", len(taken), err)
		}
	})
}
