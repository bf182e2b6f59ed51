package backup

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// blobs are photos of a test, in order.
type blobs []string

func (b blobs) Each(_ context.Context, fn func(string, int64, io.Reader) error) error {
	for i, content := range b {
		if err := fn(string(rune('a'+i)), int64(len(content)), strings.NewReader(content)); err != nil {
			return err
		}
	}
	return nil
}

func source(rows []store.Row, directory string, b blobs) Source {
	return Source{
		Header: Header{ID: "b1", Made: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC), Program: "test"},
		Seal:   bytes.Repeat([]byte{7}, 32), Directory: []byte(directory), Blobs: b,
		Rows: func(_ context.Context, fn func(store.Row) error) error {
			for _, row := range rows {
				if err := fn(row); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// few are rows of every kind that is counted.
var few = []store.Row{
	{Table: store.RowHead, Tenant: "demo", Name: "s", Value: []byte("head")},
	{Table: store.RowEntry, Tenant: "demo", Name: "s", Key: []byte("00000001"), Value: []byte("entry")},
	{Table: store.RowRecord, Tenant: "demo", Name: "s", Key: []byte("0123456789abcdef"), Value: []byte("state")},
	{Table: store.RowInbox, Tenant: "demo", Name: "o", Key: []byte("0123456789abcdef"), Value: []byte("item")},
	{Table: store.RowDevice, Tenant: "other", Name: "tablet-a", Value: []byte{}},
}

// must is for what cannot fail in memory.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func key(t *testing.T) *age.X25519Identity {
	t.Helper()
	k, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// sealed is a whole backup, encrypted.
func sealed(t *testing.T, k *age.X25519Identity, s Source) []byte {
	t.Helper()
	var out bytes.Buffer
	err := Into(&out, k.Recipient(), func(w io.Writer) error { _, err := Write(t.Context(), w, s); return err })
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func opened(content []byte, k age.Identity, sink Sink) (Result, error) {
	plain, err := Open(bytes.NewReader(content), []age.Identity{k})
	if err != nil {
		return Result{}, err
	}
	return Read(plain, sink)
}

// TestWhatGoesInComesOut: every row, the directory file, the key and every blob.
func TestWhatGoesInComesOut(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		row := rapid.Custom(func(rt *rapid.T) store.Row {
			return store.Row{
				Table: store.Table(rapid.IntRange(1, 14).Draw(rt, "table")), Tenant: rapid.StringN(0, 4, 8).Draw(rt, "tenant"),
				Name: rapid.String().Draw(rt, "name"), Key: rapid.SliceOf(rapid.Byte()).Draw(rt, "key"),
				Value: bytes.Repeat([]byte{1, 2}, rapid.SampledFrom([]int{0, 1, 50, 200 << 10}).Draw(rt, "size")),
			}
		})
		rows := rapid.SliceOfN(row, 0, 40).Draw(rt, "rows")
		directory := strings.Repeat("x", rapid.SampledFrom([]int{0, 1, pieceBytes, pieceBytes + 1}).Draw(rt, "directory"))
		photos := blobs{"", "one", strings.Repeat("y", pieceBytes+1)}[:rapid.IntRange(0, 3).Draw(rt, "blobs")]
		var out bytes.Buffer
		counts := must(Write(context.Background(), &out, source(rows, directory, photos)))

		var gotRows []store.Row
		var gotDirectory, gotSeal []byte
		var gotBlobs blobs
		result, err := Read(&out, Sink{
			Keys:      func(seal []byte) error { gotSeal = seal; return nil },
			Directory: func(piece []byte) error { gotDirectory = append(gotDirectory, piece...); return nil },
			Rows: func(list []store.Row) error {
				for _, r := range list {
					r.Key, r.Value = bytes.Clone(r.Key), bytes.Clone(r.Value)
					gotRows = append(gotRows, r)
				}
				return nil
			},
			Blob: func(_ string, _ int64, content io.Reader) error {
				all, err := io.ReadAll(content)
				gotBlobs = append(gotBlobs, string(all))
				return err
			},
		})
		if err != nil || result.Counts != counts || result.Header.ID != "b1" || !bytes.Equal(gotSeal, bytes.Repeat([]byte{7}, 32)) {
			rt.Fatalf("%+v, %+v, %v", result, counts, err)
		}
		if string(gotDirectory) != directory || strings.Join(gotBlobs, "|") != strings.Join(photos, "|") || len(gotRows) != len(rows) {
			rt.Fatal("something is missing")
		}
		for i, r := range rows {
			g := gotRows[i]
			if g.Table != r.Table || g.Tenant != r.Tenant || g.Name != r.Name || !bytes.Equal(g.Key, r.Key) || !bytes.Equal(g.Value, r.Value) {
				rt.Fatalf("row %d differs", i)
			}
		}
	})
}

// TestEveryByteCounts: whichever byte differs, and wherever it is cut, the backup is refused.
func TestEveryByteCounts(t *testing.T) {
	k := key(t)
	content := sealed(t, k, source(few, "tenant: demo\n", blobs{"photo"}))
	if _, err := opened(content, k, Sink{}); err != nil {
		t.Fatal(err)
	}
	for at := range content {
		bad := bytes.Clone(content)
		bad[at] ^= 0x10
		if _, err := opened(bad, k, Sink{}); err == nil {
			t.Fatalf("byte %d of %d may differ", at, len(content))
		}
		if _, err := opened(content[:at], k, Sink{}); err == nil {
			t.Fatalf("it may be cut to %d of %d bytes", at, len(content))
		}
	}
	if _, err := opened(append(bytes.Clone(content), 0), k, Sink{}); err == nil {
		t.Error("something may follow the end")
	}
}

// split returns the frames of a backup, as they lie in it.
func split(t *testing.T, s Source) [][]byte {
	t.Helper()
	var packed bytes.Buffer
	must(Write(t.Context(), &packed, s))
	unpacked := must(zstd.NewReader(&packed))
	defer unpacked.Close()
	all := must(io.ReadAll(unpacked))
	var frames [][]byte
	for len(all) > 0 {
		n := 5 + int(all[1])<<24 + int(all[2])<<16 + int(all[3])<<8 + int(all[4])
		frames, all = append(frames, all[:n]), all[n:]
	}
	return frames
}

func packed(frames ...[]byte) *bytes.Buffer {
	var out bytes.Buffer
	w := must(zstd.NewWriter(&out))
	must(w.Write(bytes.Join(frames, nil)))
	must(0, w.Close())
	return &out
}

// TestFramesCannotBeCutOrMoved even by somebody who can encrypt: the trailer counts and digests what came before.
func TestFramesCannotBeCutOrMoved(t *testing.T) {
	frames := split(t, source(few, "tenant: demo\n", blobs{"photo", ""}))
	if _, err := Read(packed(frames...), Sink{}); err != nil || len(frames) < 7 {
		t.Fatal(len(frames), err)
	}
	for n := range frames {
		if _, err := Read(packed(frames[:n]...), Sink{}); !errors.Is(err, ErrBroken) {
			t.Errorf("cut before frame %d: %v", n, err)
		}
		without := append(append([][]byte{}, frames[:n]...), frames[n+1:]...)
		if _, err := Read(packed(without...), Sink{}); !errors.Is(err, ErrBroken) {
			t.Errorf("without frame %d: %v", n, err)
		}
		twice := append(append([][]byte{}, frames[:n+1]...), frames[n:]...)
		if _, err := Read(packed(twice...), Sink{}); !errors.Is(err, ErrBroken) {
			t.Errorf("frame %d twice: %v", n, err)
		}
	}
}

// framed is a frame of any kind, with a payload that every kind may have.
func framed(k kind) []byte {
	payload := `{"name":"a","size":0}`
	return append(binary.BigEndian.AppendUint32([]byte{byte(k)}, uint32(len(payload))), payload...)
}

// TestABackupBeginsWithItsHeader: no other kind of frame comes first, and nothing of one reaches a sink, which may not be
// made for it yet.
func TestABackupBeginsWithItsHeader(t *testing.T) {
	frames := split(t, source(few, "tenant: demo\n", blobs{"photo"}))
	early := func(of string) error { t.Errorf("%s came before the header and the keys", of); return nil }
	sink := Sink{
		Keys:      func([]byte) error { return early("a key") },
		Directory: func([]byte) error { return early("a piece of the directory") },
		Rows:      func([]store.Row) error { return early("a row") },
		Blob:      func(string, int64, io.Reader) error { return early("a photo") },
	}
	for _, k := range []kind{frameKeys, frameDirectory, frameRows, frameBlob, frameContent, frameTrailer, 'x', 0} {
		if _, err := Read(packed(append([][]byte{framed(k)}, frames...)...), sink); !errors.Is(err, ErrBroken) {
			t.Errorf("%q comes first: %v", k, err)
		}
	}
}

// TestAFrameWithoutAPlaceIsRefused wherever it stands: a kind that nobody knows, and a piece of no blob.
func TestAFrameWithoutAPlaceIsRefused(t *testing.T) {
	frames := split(t, source(few, "tenant: demo\n", blobs{"photo"}))
	for _, k := range []kind{frameContent, 'x', 0} {
		for n := range frames {
			among := append(append(append([][]byte{}, frames[:n]...), framed(k)), frames[n:]...)
			if _, err := Read(packed(among...), Sink{}); !errors.Is(err, ErrBroken) {
				t.Errorf("%q before frame %d: %v", k, n, err)
			}
		}
	}
}

// TestNewerFormatsAreRefused by their number, in one sentence.
func TestNewerFormatsAreRefused(t *testing.T) {
	var out bytes.Buffer
	w := must(zstd.NewWriter(&out))
	text := []byte(`{"format":2,"id":"x"}`)
	if err := newFrameWriter(w).write(frameHeader, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(&out, Sink{}); err == nil || !strings.Contains(err.Error(), "format 2") {
		t.Error(err)
	}
}

// TestFiles: a file appears under its name only when it is whole.
func TestFiles(t *testing.T) {
	k, path := key(t), filepath.Join(t.TempDir(), "b")
	failed := errors.New("the store failed")
	if err := ToFile(path, k.Recipient(), func(w io.Writer) error {
		if _, err := os.Stat(path + ".part"); err != nil {
			t.Error(err)
		}
		_, _ = w.Write([]byte("half"))
		return failed
	}); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(path + "*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	fill := func(w io.Writer) error { _, err := Write(t.Context(), w, source(few, "", nil)); return err }
	if err := ToFile(path, k.Recipient(), fill); err != nil {
		t.Fatal(err)
	}
	text := must(os.ReadFile(path))
	if _, err := opened(text, k, Sink{}); err != nil {
		t.Error(err)
	}
	if bytes.Contains(text, []byte("tablet-a")) {
		t.Error("it can be read without the key")
	}
	if err := ToFile(path, k.Recipient(), fill); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("a backup is overwritten: %v", err)
	}
}

// TestKeys: pairs, passphrases, and what is neither.
func TestKeys(t *testing.T) {
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	identity, recipient, err := Keygen(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	pair, other, short := file("key", identity), file("other", key(t).String()), file("short", "too short\n")
	to, err := To(recipient, "")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Into(&out, to, func(w io.Writer) error { _, err := Write(t.Context(), w, source(few, "", nil)); return err }); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ path, want string }{
		"the key": {pair, ""}, "another": {other, "does not open"}, "none": {short, "AGE-SECRET-KEY"}, "no file": {folder + "/x", "cannot be read"},
	} {
		with, err := From(test.path, "")
		if err == nil {
			_, err = Open(bytes.NewReader(out.Bytes()), with)
		}
		if (err == nil) != (test.want == "") || (err != nil && !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := To("age1x", ""); err == nil {
		t.Error("no key is a key")
	}
	if _, err := To("", short); err == nil || !strings.Contains(err.Error(), "shorter") {
		t.Error(err)
	}
	if _, err := To("", ""); err == nil {
		t.Error("a backup for nobody")
	}
	if _, err := From(pair, short); err == nil {
		t.Error("two ways at once")
	}
}

// TestPassphrase opens with what it was made with, and with nothing else.
func TestPassphrase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "words")
	if err := os.WriteFile(path, []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	to, err := To("", path)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Into(&out, to, func(w io.Writer) error { _, err := Write(t.Context(), w, source(few, "", nil)); return err }); err != nil {
		t.Fatal(err)
	}
	with, err := From("", path)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := Open(&out, with)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Read(plain, Sink{}); err != nil {
		t.Error(err)
	}
}
