package sdk

import (
	"encoding/binary"
	"time"

	"github.com/tsunagu-care/tsunagu/mobile-sdk/go/internal/blobs"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// keyUnnamed + hash → the server's time, in milliseconds, since when a photo or file is here that no record names.
const keyUnnamed = 'T'

// unnamedFor is how long something is kept that was added and that no record names: a form that was never finished.
//
// The rule: it goes only if it was not added since the tablet was opened, since a form may be open for as long as the app
// is; and only if so much time has passed by sealed times of the server, since the tablet's own clock may be set wrong. A
// tablet that never synchronises removes nothing.
const unnamedFor = 30 * 24 * time.Hour

func unnamedKey(sum [32]byte) []byte { return append([]byte{keyUnnamed}, sum[:]...) }

// noteUnnamed puts down since when something is here. The caller holds filing.
func (t *Tablet) noteUnnamed(sum [32]byte) error {
	status, err := t.Status()
	if err != nil {
		return err
	}
	return t.store.Update(func(tx replica.Tx) error {
		return tx.Set(unnamedKey(sum), binary.BigEndian.AppendUint64(nil, uint64(status.SyncedMs)))
	})
}

// unnamedGoes removes something that was added and that no record names, if its time has come. room is what that gave.
func (t *Tablet) unnamedGoes(k blobs.Kept) (room int64, err error) {
	if k.Size == 0 {
		return 0, nil // it says nothing of itself, and may be the only copy
	}
	t.filing.Lock()
	defer t.filing.Unlock()
	if t.added[k.SHA256] || t.held[k.SHA256] > 0 {
		return 0, nil
	}
	status, err := t.Status()
	if err != nil {
		return 0, err
	}
	since := int64(0)
	err = t.store.View(func(r replica.Reader) error {
		value, err := r.Get(unnamedKey(k.SHA256))
		if len(value) == 8 {
			since = int64(binary.BigEndian.Uint64(value))
		}
		return err
	})
	switch {
	case err != nil:
		return 0, err
	case since == 0 || status.SyncedMs < since:
		return 0, t.noteUnnamed(k.SHA256)
	case status.SyncedMs-since <= unnamedFor.Milliseconds():
		return 0, nil
	}
	if err := t.blobs.kept.Remove(k); err != nil {
		return 0, err
	}
	return k.Disk, t.store.Update(func(tx replica.Tx) error { return tx.Delete(unnamedKey(k.SHA256)) })
}

// holdBlobs makes sure that what an entry refers to is on this tablet, and stays until it is let go, after the entry was
// saved.
func (t *Tablet) holdBlobs(stream string, refs []*carev1.BlobRef) (letGo func(), err error) {
	t.filing.Lock()
	defer t.filing.Unlock()
	for _, ref := range refs {
		if len(ref.GetSha256()) != 32 || !t.blobs.kept.Has(stream, [32]byte(ref.GetSha256())) {
			return nil, ErrBlobGone
		}
	}
	t.hold(refs, 1)
	return func() {
		t.filing.Lock()
		defer t.filing.Unlock()
		t.hold(refs, -1)
	}, nil
}

// hold counts the entries that are being saved with something. The caller holds filing.
func (t *Tablet) hold(refs []*carev1.BlobRef, by int) {
	for _, ref := range refs {
		sum := [32]byte(ref.GetSha256())
		if t.held[sum] += by; t.held[sum] == 0 {
			delete(t.held, sum)
		}
	}
}
