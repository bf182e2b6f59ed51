package app

import (
	"bytes"
	"encoding/hex"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"

	blobv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/sync/blob"
)

// objects counts the files of whole blobs and of uploads in a data folder.
func objects(t *testing.T, r *running) (n int) {
	t.Helper()
	for _, sub := range []string{"objects", "staging/partial"} {
		err := filepath.WalkDir(filepath.Join(r.config.BlobsFolder(), sub), func(_ string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				n++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func eraseRecord(t *testing.T, r *running, a attached) {
	t.Helper()
	err := r.Erase(t.Context(), journal.Erasure{Stream: a.name.GetStreamId(), Record: hex.EncodeToString(a.name.GetRecordId()), Order: "令和8年 第12号"})
	if err != nil {
		t.Fatal(err)
	}
}

// TestErasureTakesItsFilesAtOnce, whole ones and those under way, and no other: not what another record of the stream
// mentions too, and not what is under way for another record.
func TestErasureTakesItsFilesAtOnce(t *testing.T) {
	r := start(t, settings(t))
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	big := bytes.Repeat([]byte("ab"), blob.ChunkBytes)
	erased := attach(t, sato, "chart-0001", []byte("a photo that a court wants gone"))
	erased.bring(t, sato)
	shared := attach(t, sato, "chart-0001", []byte("a letter that two records show"))
	shared.bring(t, sato)
	alsoShared := attach(t, sato, "chart-0001", shared.data)
	underWay := attach(t, sato, "chart-0001", big)
	if _, err := underWay.put(t.Context(), sato, 0, underWay.chunk(0)); err != nil {
		t.Fatal(err)
	}
	wrongUpload := attach(t, sato, "chart-0002", big)
	if _, err := wrongUpload.put(t.Context(), sato, 0, wrongUpload.chunk(0)); err != nil {
		t.Fatal(err)
	}
	before := objects(t, r)
	eraseRecord(t, r, erased)
	eraseRecord(t, r, shared)
	eraseRecord(t, r, wrongUpload)
	if after := objects(t, r); after != before-2 {
		t.Errorf("%d files, %d before: the erased photo and the upload of an erased record are to go, and nothing else", after, before)
	}
	if got, err := alsoShared.fetch(t.Context(), sato, 0); err != nil || got.GetState() != blobv1.BlobState_BLOB_STATE_COMPLETE {
		t.Errorf("the letter of the other record: %v, %v", got.GetState(), err)
	}
	if p, err := underWay.put(t.Context(), sato, 1, underWay.chunk(1)); err != nil || p.GetState() != blobv1.BlobState_BLOB_STATE_COMPLETE {
		t.Errorf("the upload does not go on: %v, %v", p, err)
	}
	eraseRecord(t, r, alsoShared)
	if _, err := alsoShared.fetch(t.Context(), sato, 0); connect.CodeOf(err) != connect.CodeNotFound {
		t.Errorf("the letter, when both records are erased: %v", err)
	}
	if after := objects(t, r); after != 1 {
		t.Errorf("%d files, 1 is to stay", after)
	}
}

// TestCollectedEveryDay: beside people who write and upload, only what nothing mentions and is old goes; and the server
// stops while days go by.
func TestCollectedEveryDay(t *testing.T) {
	days := make(chan time.Time)
	r := start(t, settings(t), WithDays(days))
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	later := time.Now()
	var all []attached
	var writers sync.WaitGroup
	for n := range 12 {
		a := attach(t, sato, "chart-0001", bytes.Repeat([]byte{byte(n)}, blob.ChunkBytes+n+1))
		all = append(all, a)
		writers.Go(func() {
			for chunk := range blob.Chunks(uint64(len(a.data))) {
				if _, err := a.put(t.Context(), sato, chunk, a.chunk(chunk)); err != nil {
					t.Error(err)
				}
			}
		})
		later = later.Add(24 * time.Hour)
		days <- later // a collection begins while the upload is under way
	}
	writers.Wait()
	days <- later.Add(50 * 24 * time.Hour)
	days <- later.Add(51 * 24 * time.Hour) // taken when the one before has ended
	for n, a := range all {
		if got, err := a.fetch(t.Context(), sato, 1); err != nil || got.GetState() != blobv1.BlobState_BLOB_STATE_COMPLETE {
			t.Errorf("file %d: %v, %v", n, got.GetState(), err)
		}
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	select {
	case days <- later:
		t.Error("it goes on after its end")
	default:
	}
	if log := r.log.String(); !strings.Contains(log, `"collected":0`) || strings.Contains(log, "could not be collected") {
		t.Error("the log does not count what was collected")
	}
}

// TestNothingIsCollectedBeforeARestoreIsConfirmed: tablets may still bring back what mentions a photo. What is erased in
// the journal goes with the restore.
func TestNothingIsCollectedBeforeARestoreIsConfirmed(t *testing.T) {
	c := settings(t)
	r := start(t, c, onDisk)
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	kept := attach(t, sato, "chart-0001", []byte("a photo"))
	kept.bring(t, sato)
	erased := attach(t, sato, "chart-0001", []byte("a photo that is erased after the backup"))
	erased.bring(t, sato)
	content := backedUp(t, r)
	eraseRecord(t, r, erased)
	into := restoring(t, content)
	into.OldJournal = c.JournalFolder()
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), into); err != nil {
		t.Fatal(err)
	}
	days := make(chan time.Time)
	c.Storage = into.Storage
	r = start(t, c, onDisk, WithDays(days))
	if n := objects(t, r); n != 1 {
		t.Errorf("%d files after the restore, 1 is to be there", n)
	}
	days <- time.Now().Add(100 * 24 * time.Hour)
	days <- time.Now().Add(101 * 24 * time.Hour)
	if strings.Contains(r.log.String(), "were collected") {
		t.Error("it collects before the restore is confirmed")
	}
	if _, err := r.Collect(t.Context(), operator.Collecting{}); err == nil || !strings.Contains(err.Error(), "nobody has confirmed") {
		t.Error(err)
	}
	if _, err := r.Confirm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Collect(t.Context(), operator.Collecting{}); err != nil || objects(t, r) != 1 {
		t.Errorf("%d files, %v", objects(t, r), err)
	}
}
