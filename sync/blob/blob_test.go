package blob_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"testing"

	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/blob"
)

func keys(t testing.TB, secret string) blob.Keys {
	t.Helper()
	k, err := blob.DeriveKeys([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestChunksCoverABlobOnce for every size.
func TestChunksCoverABlobOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.Uint64Range(0, blob.MaxBytes).Draw(rt, "size")
		chunks, sum := blob.Chunks(size), uint64(0)
		for n := range chunks {
			length := blob.ChunkLen(size, n)
			if length == 0 || n+1 < chunks && length != blob.ChunkBytes || !blob.Fits(size, n, length) || blob.Fits(size, n, length-1) {
				rt.Fatalf("chunk %d of %d: %d bytes", n, chunks, length)
			}
			sum += uint64(length)
		}
		if sum != size || blob.ChunkLen(size, chunks) != 0 || blob.Fits(size, chunks, 0) {
			rt.Fatalf("%d of %d bytes", sum, size)
		}
	})
}

// sealed is a blob as it lies on a disk.
func sealed(t testing.TB, k blob.Keys, data []byte) (blob.Meta, []byte) {
	t.Helper()
	m := blob.Meta{
		Name: blob.Name{Tenant: "t", Stream: "chart/care", SHA256: sha256.Sum256(data)}, Size: uint64(len(data)), MediaType: blob.JPEG,
	}
	s, file, err := k.New(m, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for n := range blob.Chunks(m.Size) {
		if next := s.Next(int64(len(file))); next != n {
			t.Fatalf("it goes on with %d, not %d", next, n)
		}
		if int64(len(file)) != s.Offset(n) {
			t.Fatal("a gap")
		}
		out, err := s.Seal(n, data[n*blob.ChunkBytes:][:blob.ChunkLen(m.Size, n)], rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		file = append(file, out...)
	}
	if int64(len(file)) != s.Len() || s.Next(s.Len()) != blob.Chunks(m.Size) {
		t.Fatalf("%d bytes, not %d", len(file), s.Len())
	}
	return m, file
}

func TestSealedIsOpenedWithItsKeyAlone(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		data := make([]byte, rapid.SampledFrom([]int{1, 2, blob.ChunkBytes, blob.ChunkBytes + 1, 2*blob.ChunkBytes + 9}).Draw(rt, "size"))
		data[0] = rapid.Byte().Draw(rt, "first")
		k := keys(t, "one")
		m, file := sealed(t, k, data)
		s, err := k.Open(bytes.NewReader(file))
		if err != nil || s.Meta != m {
			rt.Fatal(err)
		}
		got, err := io.ReadAll(s.Reader(bytes.NewReader(file)))
		if err != nil || !bytes.Equal(got, data) {
			rt.Fatal("it came back changed", err)
		}
		if n, err := s.Check(bytes.NewReader(file)); n != blob.Chunks(m.Size) || err != nil {
			rt.Fatal(n, err)
		}
		if _, err := keys(t, "two").Open(bytes.NewReader(file)); !errors.Is(err, blob.ErrDamaged) {
			rt.Fatal(err)
		}
		cut := rapid.IntRange(0, len(file)-1).Draw(rt, "cut")
		if s, err := k.Open(bytes.NewReader(file[:cut])); err == nil {
			if _, err := s.Check(bytes.NewReader(file[:cut])); !errors.Is(err, blob.ErrDamaged) {
				rt.Fatal(err)
			}
		}
	})
}

func TestChunksDoNotChangePlaces(t *testing.T) {
	k := keys(t, "one")
	data := make([]byte, 3*blob.ChunkBytes)
	_, file := sealed(t, k, data)
	s, err := k.Open(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	first, second, third := s.Offset(0), s.Offset(1), s.Offset(2)
	swapped := append(append(append(bytes.Clone(file[:first]), file[second:third]...), file[first:second]...), file[third:]...)
	if n, err := s.Check(bytes.NewReader(swapped)); n != 0 || !errors.Is(err, blob.ErrDamaged) {
		t.Error(n, err)
	}
}

func TestOtherContentHasNoPlaceUnderTheName(t *testing.T) {
	k := keys(t, "one")
	m := blob.Meta{Name: blob.Name{SHA256: sha256.Sum256([]byte("right"))}, Size: 5}
	s, file, err := k.New(m, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.Seal(0, []byte("wrong"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.Check(bytes.NewReader(append(file, out...))); n != 1 || !errors.Is(err, blob.ErrHash) {
		t.Error(n, err)
	}
	if _, err := s.Seal(0, []byte("longer than that"), rand.Reader); !errors.Is(err, blob.ErrChunk) {
		t.Error(err)
	}
	for _, size := range []uint64{0, blob.MaxBytes + 1} {
		m.Size = size
		if _, _, err := k.New(m, rand.Reader); !errors.Is(err, blob.ErrTooLarge) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestNamesTellNothingAndNeverMeet(t *testing.T) {
	k := keys(t, "one")
	seen := map[string]bool{}
	for _, n := range []blob.Name{{}, {Tenant: "a", Stream: "b"}, {Tenant: "ab"}, {Stream: "ab"}, {SHA256: [32]byte{1}}} {
		for _, object := range []string{k.Object(n), keys(t, "two").Object(n)} {
			if seen[object] || len(object) != 64 {
				t.Errorf("%+v has the name of another", n)
			}
			seen[object] = true
		}
	}
	if k.Device("a", "b") == k.Device("ab", "") {
		t.Error("two devices have one name")
	}
}

// TestEveryHashInAMessageIsFound wherever it stands.
func TestEveryHashInAMessageIsFound(t *testing.T) {
	k := keys(t, "one")
	rapid.Check(t, func(rt *rapid.T) {
		before := rapid.SliceOfN(rapid.Byte(), 0, 80).Draw(rt, "before")
		after := rapid.SliceOfN(rapid.Byte(), 0, 80).Draw(rt, "after")
		sum := [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(rt, "sum"))
		message := append(append(append(before, 0x0a, 32), sum[:]...), after...)
		want, found := k.Object(blob.Name{Tenant: "t", Stream: "s", SHA256: sum}), false
		k.Mentioned("t", "s", message, func(object string) { found = found || object == want })
		if !found {
			rt.Fatal("it was overlooked")
		}
	})
}

func TestOnlyKnownMediaTypesAreShown(t *testing.T) {
	for said, want := range map[string]string{
		"image/jpeg": "image/jpeg", "IMAGE/PNG": "image/png", "text/plain; charset=utf-8": "text/plain", "application/pdf": "application/pdf",
		"text/html": blob.Binary, "image/svg+xml": blob.Binary, "": blob.Binary, "image/heic": "image/heic",
	} {
		if got := blob.MediaType(said); got != want {
			t.Errorf("%q: %s, not %s", said, got, want)
		}
	}
	if !blob.Pictured(blob.JPEG) || blob.Pictured("image/heic") {
		t.Error("pictures")
	}
}
