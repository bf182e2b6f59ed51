package app

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// TestRecordIDsAsPeopleFindThem: on a tablet, in JSON, in a URL, as a UUID; and nothing that is cut or has another byte more.
func TestRecordIDsAsPeopleFindThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := store.ID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		for _, text := range []string{
			hex.EncodeToString(id[:]), strings.ToUpper(hex.EncodeToString(id[:])), uuid.UUID(id).String(),
			base64.StdEncoding.EncodeToString(id[:]), base64.RawStdEncoding.EncodeToString(id[:]),
			base64.URLEncoding.EncodeToString(id[:]), base64.RawURLEncoding.EncodeToString(id[:]) + "\n",
		} {
			if got, err := recordID(text); err != nil || got != id {
				t.Fatalf("%q: %x, %v, want %x", text, got, err, id)
			}
			for _, bad := range []string{text[:len(text)/2], text + "00", ""} {
				if got, err := recordID(bad); err == nil {
					t.Fatalf("%q was taken for %x", bad, got)
				}
			}
		}
	})
}

// TestARestoreWithoutRoom says so in one sentence, wherever the disk fills up, and leaves nothing.
func TestARestoreWithoutRoom(t *testing.T) {
	content := withBlob(t, backedUp(t, start(t, settings(t), onDisk)))
	for _, full := range []error{store.ErrFull, fmt.Errorf("write: %w", syscall.ENOSPC)} {
		into := restoring(t, content)
		into.Blob = func(string, int64, io.Reader) error { return full }
		if _, err := Restore(t.Context(), into); err == nil || !strings.Contains(err.Error(), "too little room") || !strings.Contains(err.Error(), "--data") {
			t.Errorf("%v: %v", full, err)
		}
	}
	if err := cannotMake(errors.Join(fmt.Errorf("write store.json.new: %w", syscall.ENOSPC)), "/t", "--temp"); !strings.Contains(err.Error(), "with --temp") || strings.Contains(err.Error(), "store.json") {
		t.Errorf("a disk that does not take the first file: %v", err)
	}
}
