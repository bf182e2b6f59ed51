package blobs_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/mobile-sdk/go/internal/blobs"
	"github.com/tsunagu-care/tsunagu/sync/blob"
)

var key = bytes.Repeat([]byte{3}, 32)

func open(t testing.TB, root string) *blobs.Store {
	t.Helper()
	s, err := blobs.Open(root, key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func content(size int) []byte {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i*31 + i>>9)
	}
	copy(data, "heel, day 3")
	return data
}

func read(t testing.TB, s *blobs.Store, stream string, sum [32]byte) []byte {
	t.Helper()
	f, err := s.Get(stream, sum)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestWhatWasAddedIsThereAfterTheProgramWasKilled(t *testing.T) {
	root := t.TempDir()
	for _, size := range []int{1, blob.ChunkBytes, 2*blob.ChunkBytes + 3} {
		data := content(size)
		sum, n, err := open(t, root).Add(bytes.NewReader(data), blob.MaxBytes)
		if err != nil || n != uint64(size) || sum != sha256.Sum256(data) {
			t.Fatal(n, err)
		}
		s := open(t, root)
		if !s.HasOwn(sum) || !s.Has("any", sum) || !bytes.Equal(read(t, s, "any", sum), data) {
			t.Errorf("%d bytes came back changed", size)
		}
	}
	for _, size := range []int{0, 101} {
		if _, _, err := open(t, root).Add(bytes.NewReader(content(size)), 100); !errors.Is(err, blob.ErrTooLarge) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if bytes.Contains(raw, []byte("heel")) {
			t.Errorf("%s can be read", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// moody is a file that is another one when it is read again.
type moody struct{ *bytes.Reader }

func (m *moody) Seek(int64, int) (int64, error) {
	data := content(500)
	data[70]++
	m.Reader = bytes.NewReader(data)
	return 0, nil
}

func TestFileThatChangesIsNotAttached(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	if _, _, err := s.Add(&moody{bytes.NewReader(content(500))}, 1000); !errors.Is(err, blob.ErrHash) {
		t.Error(err)
	}
	if left, err := os.ReadDir(root); len(left) != 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestTurnedByteIsNoticedAndAnotherKeyOpensNothing(t *testing.T) {
	root := t.TempDir()
	data := content(blob.ChunkBytes + 9)
	sum, _, err := open(t, root).Add(bytes.NewReader(data), blob.MaxBytes)
	if err != nil {
		t.Fatal(err)
	}
	names, _ := filepath.Glob(filepath.Join(root, "*"))
	raw, err := os.ReadFile(names[0])
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		turned := bytes.Clone(raw)
		turned[rapid.IntRange(0, len(raw)-1).Draw(rt, "at")] ^= 4
		if err := os.WriteFile(names[0], turned, 0o600); err != nil {
			rt.Fatal(err)
		}
		if _, err := open(t, root).Get("s", sum); !errors.Is(err, blob.ErrDamaged) {
			rt.Fatal(err)
		}
	})
	other, err := blobs.Open(root, bytes.Repeat([]byte{4}, 32))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Get("s", sum); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestDownloadGoesOnWhereItWasCut(t *testing.T) {
	root := t.TempDir()
	data := content(3*blob.ChunkBytes + 1)
	m := blob.Meta{Name: blob.Name{Stream: "s", SHA256: sha256.Sum256(data)}, Size: uint64(len(data)), Record: "0123456789abcdef"}
	for chunk := range blob.Chunks(m.Size) {
		p, err := open(t, root).Begin(m) // and nobody closed the one before
		if err != nil {
			t.Fatal(err)
		}
		if next, err := p.Next(); next != chunk || err != nil {
			t.Fatalf("it goes on with %d, not %d: %v", next, chunk, err)
		}
		begin := int(chunk) * blob.ChunkBytes
		if err := p.Put(chunk, data[begin:min(begin+blob.ChunkBytes, len(data))]); err != nil {
			t.Fatal(err)
		}
	}
	p, err := open(t, root).Begin(m)
	if err != nil || p.Finish() != nil || p.Close() != nil {
		t.Fatal(err)
	}
	s := open(t, root)
	if !bytes.Equal(read(t, s, "s", m.SHA256), data) {
		t.Error("it came changed")
	}
	if s.Has("another stream", m.SHA256) {
		t.Error("what was fetched for one stream is there for another")
	}
	kept, err := s.List()
	if err != nil || len(kept) != 1 || kept[0].Own || kept[0].Record != m.Record || s.Remove(kept[0]) != nil || s.Has("s", m.SHA256) {
		t.Errorf("%+v, %v", kept, err)
	}
}

func TestDownloadOfSomethingElseIsForgotten(t *testing.T) {
	root := t.TempDir()
	m := blob.Meta{Name: blob.Name{Stream: "s", SHA256: sha256.Sum256([]byte("right"))}, Size: 5}
	p, err := open(t, root).Begin(m)
	if err != nil || p.Put(0, []byte("wrong")) != nil {
		t.Fatal(err)
	}
	if err := p.Finish(); !errors.Is(err, blob.ErrHash) {
		t.Error(err)
	}
	if left, err := os.ReadDir(root); len(left) != 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
