package blobs_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/server/internal/blobs"
	"github.com/tsunagu-care/tsunagu/sync/blob"
)

// secret stands for the key of a store.
var secret = bytes.Repeat([]byte{7}, 32)

// bucketOf is a folder below root.
func bucketOf(t testing.TB, root string) blobs.Bucket {
	t.Helper()
	folder, err := blobs.NewFolder(filepath.Join(root, "objects"))
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func open(t testing.TB, root string, bucket blobs.Bucket, change ...func(*blobs.Options)) *blobs.Vault {
	t.Helper()
	o := blobs.Options{Staging: filepath.Join(root, "staging"), Bucket: bucket, Secret: secret, Random: rand.Reader}
	for _, c := range change {
		c(&o)
	}
	v, err := blobs.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// s3 is a bucket of a real S3 client on a real S3 server in this process.
func s3(t *testing.T) blobs.Bucket {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("photos"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	bucket, err := blobs.NewS3(t.Context(), blobs.S3Options{
		Endpoint: strings.TrimPrefix(server.URL, "http://"), Insecure: true, Region: "us-east-1", Bucket: "photos",
		Prefix: "tsunagu", AccessKey: "key", SecretKey: "secret",
	})
	if err != nil {
		t.Fatal(err)
	}
	return bucket
}

// content is a row of bytes that can be told from any other.
func content(size int) []byte {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i>>16) ^ byte(i*7)
	}
	copy(data, "the wound on the left heel, day 3")
	return data
}

func upload(data []byte, device string) blob.Upload {
	return blob.Upload{
		Name:   blob.Name{Tenant: "t", Stream: "chart/care", SHA256: sha256.Sum256(data)},
		Device: device, Size: uint64(len(data)), MediaType: blob.JPEG,
	}
}

func chunkOf(data []byte, n uint32) []byte {
	begin := int(n) * blob.ChunkBytes
	return data[begin:min(begin+blob.ChunkBytes, len(data))]
}

// send brings everything from where the upload stands.
func send(t testing.TB, v *blobs.Vault, u blob.Upload, data []byte) {
	t.Helper()
	p, err := v.Begin(t.Context(), u)
	for err == nil && !p.Complete {
		p, err = v.Put(t.Context(), u, p.Next, chunkOf(data, p.Next))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func receive(t testing.TB, v *blobs.Vault, u blob.Upload) []byte {
	t.Helper()
	var all []byte
	for chunk := range blob.Chunks(u.Size) {
		data, size, err := v.Chunk(t.Context(), u.Name, chunk)
		if err != nil || size != u.Size {
			t.Fatal(size, err)
		}
		all = append(all, data...)
	}
	return all
}

// everyBucket runs a test on a folder and on an S3 store.
func everyBucket(t *testing.T, test func(t *testing.T, root string, bucket blobs.Bucket)) {
	t.Run("folder", func(t *testing.T) { root := t.TempDir(); test(t, root, bucketOf(t, root)) })
	t.Run("s3", func(t *testing.T) { test(t, t.TempDir(), s3(t)) })
}

func TestWhatWasBroughtIsGivenBack(t *testing.T) {
	everyBucket(t, func(t *testing.T, root string, bucket blobs.Bucket) {
		v := open(t, root, bucket)
		for _, size := range []int{1, blob.ChunkBytes - 1, blob.ChunkBytes, blob.ChunkBytes + 1, 3*blob.ChunkBytes + 5} {
			data := content(size)
			u := upload(data, "tablet")
			if _, _, err := v.Chunk(t.Context(), u.Name, 0); !errors.Is(err, blob.ErrAbsent) {
				t.Fatalf("before: %v", err)
			}
			send(t, v, u, data)
			if !bytes.Equal(receive(t, v, u), data) {
				t.Errorf("%d bytes came back changed", size)
			}
			if _, _, err := v.Chunk(t.Context(), u.Name, blob.Chunks(u.Size)); !errors.Is(err, blob.ErrChunk) {
				t.Errorf("beyond the end: %v", err)
			}
			other := u.Name
			other.Stream = "other/care"
			if there, err := v.Has(t.Context(), other); there || err != nil {
				t.Error("a blob of one stream is in another", err)
			}
		}
	})
}

func TestCutAtEveryChunkGoesOn(t *testing.T) {
	root := t.TempDir()
	data := content(4*blob.ChunkBytes + 99)
	u := upload(data, "tablet")
	for chunk := range blob.Chunks(u.Size) {
		// The process that had the vault before was killed: nobody closed anything.
		v := open(t, root, bucketOf(t, root))
		p, err := v.Begin(t.Context(), u)
		if err != nil || p.Complete || p.Next != chunk {
			t.Fatalf("before chunk %d: %+v, %v", chunk, p, err)
		}
		if there, err := v.Has(t.Context(), u.Name); there || err != nil {
			t.Fatal("complete before its end", err)
		}
		if p, err = v.Put(t.Context(), u, chunk, chunkOf(data, chunk)); err != nil {
			t.Fatal(err)
		}
		if p.Complete != (chunk == blob.Chunks(u.Size)-1) {
			t.Fatalf("after chunk %d: %+v", chunk, p)
		}
	}
	v := open(t, root, bucketOf(t, root))
	if !bytes.Equal(receive(t, v, u), data) {
		t.Error("it came back changed")
	}
	if p, err := v.Put(t.Context(), u, 0, chunkOf(data, 0)); err != nil || !p.Complete {
		t.Errorf("a chunk of what is complete: %+v, %v", p, err)
	}
}

// TestPowerCutCostsOnlyWhatWasNotWritten cuts the file of an upload anywhere and turns bytes in it.
func TestPowerCutCostsOnlyWhatWasNotWritten(t *testing.T) {
	data := content(3*blob.ChunkBytes + 7)
	u := upload(data, "tablet")
	rapid.Check(t, func(rt *rapid.T) {
		root, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		v := open(t, root, bucketOf(t, root))
		sent := rapid.IntRange(1, 3).Draw(rt, "sent")
		for chunk := range uint32(sent) {
			if _, err := v.Put(t.Context(), u, chunk, chunkOf(data, chunk)); err != nil {
				rt.Fatal(err)
			}
		}
		path := onlyFile(t, filepath.Join(root, "staging", "partial"))
		raw, err := os.ReadFile(path)
		if err != nil {
			rt.Fatal(err)
		}
		raw = raw[:rapid.IntRange(0, len(raw)).Draw(rt, "cut")]
		if len(raw) > 0 && rapid.Bool().Draw(rt, "turn") {
			raw[rapid.IntRange(0, len(raw)-1).Draw(rt, "at")] ^= 0x10
		}
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			rt.Fatal(err)
		}
		v = open(t, root, bucketOf(t, root))
		p, err := v.Begin(t.Context(), u)
		for range 20 {
			if err != nil || p.Complete {
				break
			}
			p, err = v.Put(t.Context(), u, p.Next, chunkOf(data, p.Next))
		}
		if err != nil || !p.Complete || !bytes.Equal(receive(t, v, u), data) {
			rt.Fatalf("%+v, %v", p, err)
		}
	})
}

func onlyFile(t testing.TB, below string) string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(below, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) != 1 {
		t.Fatalf("files below %s: %v, %v", below, files, err)
	}
	return files[0]
}

func TestTwoTabletsBringTheSamePhoto(t *testing.T) {
	everyBucket(t, func(t *testing.T, root string, bucket blobs.Bucket) {
		v := open(t, root, bucket)
		data := content(5 * blob.ChunkBytes)
		ended := make(chan error, 2)
		for _, device := range []string{"a", "b"} {
			go func() {
				u := upload(data, device)
				p, err := v.Begin(context.Background(), u)
				for err == nil && !p.Complete {
					p, err = v.Put(context.Background(), u, p.Next, chunkOf(data, p.Next))
				}
				ended <- err
			}()
		}
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		if !bytes.Equal(receive(t, v, upload(data, "a")), data) {
			t.Error("it came back changed")
		}
	})
}

func TestWrongContentIsRefusedAndBeginsAnew(t *testing.T) {
	root := t.TempDir()
	v := open(t, root, bucketOf(t, root))
	data := content(blob.ChunkBytes + 10)
	u := upload(data, "tablet")
	for _, wrong := range []struct {
		chunk uint32
		data  []byte
	}{{0, data[:10]}, {1, data[:11]}, {1, nil}, {2, data[:10]}, {0, data}} {
		if _, err := v.Put(t.Context(), u, wrong.chunk, wrong.data); !errors.Is(err, blob.ErrChunk) {
			t.Errorf("chunk %d of %d bytes: %v", wrong.chunk, len(wrong.data), err)
		}
	}
	if n, err := v.Unfinished(); n != 0 || err != nil {
		t.Errorf("a refused chunk left something: %d, %v", n, err)
	}
	if _, err := v.Put(t.Context(), u, 0, make([]byte, blob.ChunkBytes)); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Put(t.Context(), u, 1, data[blob.ChunkBytes:]); !errors.Is(err, blob.ErrHash) {
		t.Fatalf("another content: %v", err)
	}
	if there, err := v.Has(t.Context(), u.Name); there || err != nil {
		t.Error("another content is here", err)
	}
	if p, err := v.Begin(t.Context(), u); err != nil || p.Next != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	send(t, v, u, data)
}

func TestLimitsOfADevice(t *testing.T) {
	root := t.TempDir()
	v := open(t, root, bucketOf(t, root), func(o *blobs.Options) { o.MaxBytes, o.Open, o.OpenBytes = 100, 3, 250 })
	begin := func(device string, n, size int) error {
		data := content(size)
		data[0] = byte(n)
		_, err := v.Begin(t.Context(), upload(data, device))
		return err
	}
	for _, size := range []uint64{0, 101} {
		u := upload(content(1), "a")
		u.Size = size
		if _, err := v.Begin(t.Context(), u); !errors.Is(err, blob.ErrTooLarge) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	for n := range 3 {
		if err := begin("a", n, 50); err != nil {
			t.Fatal(err)
		}
	}
	if err := begin("a", 2, 50); err != nil {
		t.Error("one that is open:", err)
	}
	if err := begin("a", 3, 50); !errors.Is(err, blob.ErrOpen) {
		t.Error("a fourth:", err)
	}
	for n := range 2 {
		if err := begin("b", n, 100); err != nil {
			t.Fatal(err)
		}
	}
	if err := begin("b", 2, 51); !errors.Is(err, blob.ErrOpen) {
		t.Error("too many bytes:", err)
	}
	full := open(t, root, bucketOf(t, root), func(o *blobs.Options) { o.MinFreeBytes = 1 << 62 })
	if _, err := full.Begin(t.Context(), upload(content(9), "c")); !errors.Is(err, blob.ErrFull) {
		t.Error("full:", err)
	}
}

func TestNothingBelowTheFolderCanBeRead(t *testing.T) {
	root := t.TempDir()
	v := open(t, root, bucketOf(t, root))
	whole, half := content(2*blob.ChunkBytes), content(2*blob.ChunkBytes+1)
	send(t, v, upload(whole, "tablet"), whole)
	if _, err := v.Put(t.Context(), upload(half, "tablet"), 0, chunkOf(half, 0)); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		raw, err := os.ReadFile(path)
		sum := sha256.Sum256(whole)
		for _, plain := range [][]byte{[]byte("wound"), whole[100:116], sum[:], []byte("chart/care"), []byte("image/jpeg")} {
			if bytes.Contains(raw, plain) || strings.Contains(path, string(plain)) {
				t.Errorf("%s holds %q", path, plain)
			}
		}
		return err
	})
	if err != nil || files != 2 {
		t.Error(files, err)
	}
}

func TestTurnedByteIsNeverServed(t *testing.T) {
	data := content(blob.ChunkBytes + 50)
	u := upload(data, "tablet")
	root := t.TempDir()
	v := open(t, root, bucketOf(t, root))
	send(t, v, u, data)
	path := onlyFile(t, filepath.Join(root, "objects"))
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		at := rapid.IntRange(0, len(raw)-1).Draw(rt, "at")
		turned := bytes.Clone(raw)
		turned[at] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
		if err := os.WriteFile(path, turned, 0o600); err != nil {
			rt.Fatal(err)
		}
		var failed error
		for chunk := range uint32(2) {
			got, _, err := v.Chunk(t.Context(), u.Name, chunk)
			if err == nil && !bytes.Equal(got, chunkOf(data, chunk)) {
				rt.Fatal("a changed byte was served")
			}
			failed = errors.Join(failed, err)
		}
		if !errors.Is(failed, blob.ErrDamaged) {
			rt.Fatalf("nobody noticed: %v", failed)
		}
	})
	if err := v.Each(t.Context(), func(_ string, _ int64, r io.Reader) error { _, err := io.Copy(io.Discard, r); return err }); !errors.Is(err, blob.ErrDamaged) {
		t.Errorf("a backup of it: %v", err)
	}
}

func TestAnotherBlobUnderItsNameIsNoticed(t *testing.T) {
	root := t.TempDir()
	v := open(t, root, bucketOf(t, root))
	first, second := content(10), content(20)
	send(t, v, upload(first, "a"), first)
	path := onlyFile(t, filepath.Join(root, "objects"))
	saved, err := os.ReadFile(path)
	if err != nil || os.Remove(path) != nil {
		t.Fatal(err)
	}
	send(t, v, upload(second, "a"), second)
	if err := os.WriteFile(onlyFile(t, filepath.Join(root, "objects")), saved, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := v.Chunk(t.Context(), upload(second, "a").Name, 0); !errors.Is(err, blob.ErrDamaged) {
		t.Error(err)
	}
}

func TestBackupBringsEveryBlobBack(t *testing.T) {
	everyBucket(t, func(t *testing.T, root string, bucket blobs.Bucket) {
		v := open(t, root, bucket)
		data := content(blob.ChunkBytes * 2)
		u := upload(data, "tablet")
		send(t, v, u, data)
		fresh := t.TempDir()
		restored := open(t, fresh, bucketOf(t, fresh), func(o *blobs.Options) { o.Secret = []byte("another key of another store....") })
		err := v.Each(t.Context(), func(name string, size int64, r io.Reader) error {
			if err := restored.Restore(t.Context(), name, size, bytes.NewReader(content(int(size)-1))); err == nil {
				t.Error("a shorter one was taken")
			}
			if err := restored.Restore(t.Context(), name, size, bytes.NewReader(make([]byte, size))); !errors.Is(err, blob.ErrHash) {
				t.Errorf("another one was taken: %v", err)
			}
			return restored.Restore(t.Context(), name, size, r)
		})
		if err != nil || !bytes.Equal(receive(t, restored, u), data) {
			t.Error("it did not come back", err)
		}
		if err := restored.Restore(t.Context(), "nonsense", 1, nil); err == nil {
			t.Error("nonsense was taken")
		}
	})
}

func TestCopyGoesToTheOtherChart(t *testing.T) {
	root := t.TempDir()
	v := open(t, root, bucketOf(t, root))
	data := content(300)
	from := upload(data, "tablet")
	to := from
	to.Stream = "right/care"
	if there, err := v.Copy(t.Context(), from.Name, to.Name); there || err != nil {
		t.Fatal("copied nothing", err)
	}
	send(t, v, from, data)
	if there, err := v.Copy(t.Context(), from.Name, to.Name); !there || err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(receive(t, v, to), data) {
		t.Error("it came changed")
	}
}

func TestS3ThatRefusesIsNamedWithoutItsSecrets(t *testing.T) {
	backend := s3mem.New()
	server := httptest.NewServer(gofakes3.New(backend).Server())
	defer server.Close()
	o := blobs.S3Options{
		Endpoint: strings.TrimPrefix(server.URL, "http://"), Insecure: true, Region: "us-east-1", Bucket: "photos",
		AccessKey: "akia-visible", SecretKey: "very-secret",
	}
	_, err := blobs.NewS3(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "--blobs-s3-bucket") || strings.Contains(err.Error(), "very-secret") {
		t.Error(err)
	}
}
