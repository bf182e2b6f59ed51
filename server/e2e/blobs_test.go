package e2e_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"

	blobv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1/blobv1connect"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// photo is a JPEG of several chunks, with words in it that can be looked for.
func photo(t *testing.T, seed uint64) []byte {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	picture := image.NewRGBA(image.Rect(0, 0, 700, 500))
	for i := range picture.Pix {
		picture.Pix[i] = byte(random.Uint32())
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	out.WriteString("behind its end: the heel of an invented person")
	return out.Bytes()
}

// photographed writes a note with a photo, without a network.
func photographed(t *testing.T, tablet *sdk.Tablet, chart string, data []byte) (sdk.Saved, [32]byte) {
	t.Helper()
	ref, err := tablet.AddBlob(bytes.NewReader(data), "左かかと", "image/jpeg")
	if err != nil {
		t.Fatal(err)
	}
	saved, err := tablet.Create(chart, &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{
		Format: carev1.NoteFormat_NOTE_FORMAT_FREE, Text: "発赤あり。写真を添付。",
	}}}, sdk.Entry{Blobs: []*carev1.BlobRef{ref}})
	if err != nil {
		t.Fatal(err)
	}
	return saved, [32]byte(ref.GetSha256())
}

// cuttable carries calls, and cuts the connection once so many chunks have been sent.
type cuttable struct {
	http   *http.Client
	chunks int // that still go through; negative: all
}

var errCut = errors.New("the connection broke")

func (c *cuttable) Do(r *http.Request) (*http.Response, error) {
	if r.URL.Path == blobv1connect.BlobServicePutChunkProcedure || r.URL.Path == blobv1connect.BlobServiceFetchProcedure {
		if c.chunks == 0 {
			return nil, errCut
		}
		c.chunks--
	}
	return c.http.Do(r)
}

// openCuttable opens a tablet that is killed and opened again by whoever calls it again on the same folder.
func openCuttable(t *testing.T, dir, url, person, device string, carrier *cuttable, change ...func(*sdk.Options)) *sdk.Tablet {
	t.Helper()
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: protocols}
	t.Cleanup(transport.CloseIdleConnections)
	carrier.http = &http.Client{Transport: transport}
	o := sdk.Options{Dir: dir, Device: device, Server: url, HTTP: carrier}
	for _, c := range change {
		c(&o)
	}
	tablet, err := sdk.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tablet.Close() })
	if err := tablet.SignIn(t.Context(), "demo-"+device, person, "demo-"+person); err != nil {
		t.Fatal(err)
	}
	return tablet
}

func waiting(t *testing.T, tablet *sdk.Tablet, want int) {
	t.Helper()
	if n, err := tablet.BlobsWaiting(); n != want || err != nil {
		t.Fatalf("%d photos wait, not %d: %v", n, want, err)
	}
}

func opened(t *testing.T, tablet *sdk.Tablet, saved sdk.Saved, sum [32]byte) []byte {
	t.Helper()
	file, err := tablet.OpenBlob(t.Context(), saved.StreamID, saved.RecordID, sum)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestPhotoOfARound is cut after every chunk, on the way up and on the way down, while the server is killed and the
// tablet's program ends. The record is there first; the photo follows.
func TestPhotoOfARound(t *testing.T) {
	data, dir := t.TempDir(), t.TempDir()
	s := serve(t, data, "127.0.0.1:0")
	taken := photo(t, 7)
	up := &cuttable{chunks: -1}
	tablet := openCuttable(t, filepath.Join(dir, "a"), s.url(), "sato", "tablet-a", up)
	if _, err := tablet.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	saved, sum := photographed(t, tablet, shared, taken)
	waiting(t, tablet, 1)

	cuts := 0
	for ; ; cuts++ {
		if cuts > 20 {
			t.Fatal("it never comes to its end")
		}
		up.chunks = 1
		if cuts == 0 {
			up.chunks = 0
		}
		_, err := tablet.Sync(t.Context())
		if err == nil {
			break
		}
		if !errors.Is(err, sdk.ErrOffline) {
			t.Fatal(err)
		}
		waiting(t, tablet, 1)
		if cuts == 0 {
			recordWithoutItsPhoto(t, s, saved, sum)
		}
		if err := tablet.Close(); err != nil {
			t.Fatal(err)
		}
		s.kill(t)
		s = serve(t, data, s.address)
		up = &cuttable{chunks: -1}
		tablet = openCuttable(t, filepath.Join(dir, "a"), s.url(), "sato", "tablet-a", up)
	}
	if cuts < 2 {
		t.Fatalf("cut %d times only", cuts)
	}
	waiting(t, tablet, 0)

	down := &cuttable{}
	other := openCuttable(t, filepath.Join(dir, "b"), s.url(), "suzuki", "tablet-b", down)
	if _, err := other.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		down.chunks = 1
		if _, err := other.OpenBlob(t.Context(), saved.StreamID, saved.RecordID, sum); err == nil {
			break
		}
	}
	down.chunks = 0
	if !bytes.Equal(opened(t, other, saved, sum), taken) {
		t.Error("the photo came changed")
	}
	down.chunks = 1
	small, err := other.Thumbnail(t.Context(), saved.StreamID, saved.RecordID, sum)
	if err != nil || len(small) == 0 || len(small) > len(taken)/2 {
		t.Errorf("a thumbnail of %d bytes, %v", len(small), err)
	}
	if again, err := other.Thumbnail(t.Context(), saved.StreamID, saved.RecordID, sum); err != nil || !bytes.Equal(again, small) {
		t.Error("the thumbnail was not kept", err)
	}
	s.stop(t)
	verify(t, data)
	for _, folder := range []string{data, dir} {
		nothingReadable(t, folder, taken)
	}
}

// recordWithoutItsPhoto: the team sees the record, and that its photo is not yet here.
func recordWithoutItsPhoto(t *testing.T, s *server, saved sdk.Saved, sum [32]byte) {
	t.Helper()
	early := openTablet(t, filepath.Join(t.TempDir(), "early"), s.url(), "suzuki", "tablet-b")
	if _, err := early.Record(saved.StreamID, saved.RecordID); err != nil {
		t.Error("the record waits for its photo:", err)
	}
	if _, err := early.OpenBlob(t.Context(), saved.StreamID, saved.RecordID, sum); !errors.Is(err, sdk.ErrBlobNotHere) {
		t.Errorf("a photo that is not here: %v", err)
	}
	if _, err := early.Thumbnail(t.Context(), saved.StreamID, saved.RecordID, sum); !errors.Is(err, sdk.ErrBlobNotHere) {
		t.Errorf("its thumbnail: %v", err)
	}
}

func nothingReadable(t *testing.T, folder string, taken []byte) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		for _, part := range [][]byte{taken[:32], taken[5000:5032], taken[len(taken)-32:]} {
			if bytes.Contains(raw, part) {
				t.Errorf("%s holds a part of the photo", path)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestPhotoIsForItsTeamOnly: whoever may not read the record gets the answer for what is not there.
func TestPhotoIsForItsTeamOnly(t *testing.T) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	tablet := openTablet(t, filepath.Join(t.TempDir(), "a"), s.url(), "sato", "tablet-a")
	saved, sum := photographed(t, tablet, "chart-0001", photo(t, 8))
	if _, err := tablet.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	name := &blobv1.BlobName{StreamId: saved.StreamID, RecordId: saved.RecordID[:], MutationId: saved.MutationID[:], Sha256: sum[:]}
	for person, device := range map[string]string{"takahashi": "tablet-c", "": ""} {
		c := &client{http: http.DefaultClient, url: s.url()}
		want := connect.CodeUnauthenticated
		if person != "" {
			c, want = signIn(t, s.url(), person, device), connect.CodeNotFound
		}
		service := blobv1connect.NewBlobServiceClient(c, s.url())
		absent := &blobv1.BlobName{StreamId: "chart-9999/care", RecordId: saved.RecordID[:], Sha256: sum[:]}
		for _, asked := range []*blobv1.BlobName{name, absent} {
			_, stat := service.Stat(t.Context(), connect.NewRequest(&blobv1.StatRequest{Blob: asked}))
			_, begin := service.Begin(t.Context(), connect.NewRequest(&blobv1.BeginRequest{Blob: asked}))
			_, put := service.PutChunk(t.Context(), connect.NewRequest(&blobv1.PutChunkRequest{Blob: asked, Data: []byte{1}}))
			_, fetch := service.Fetch(t.Context(), connect.NewRequest(&blobv1.FetchRequest{Blob: asked}))
			for _, err := range []error{stat, begin, put, fetch} {
				if connect.CodeOf(err) != want {
					t.Errorf("%q: %v", person, err)
				}
			}
		}
	}
}

// TestPhotoOfANurseWithoutAnAssignment is kept with the entry that is held.
func TestPhotoOfANurseWithoutAnAssignment(t *testing.T) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	tablet := openTablet(t, filepath.Join(t.TempDir(), "c"), s.url(), "takahashi", "tablet-c")
	ref, err := tablet.AddBlob(bytes.NewReader(photo(t, 9)), "写真", "image/jpeg")
	if err != nil {
		t.Fatal(err)
	}
	_, err = tablet.Create("chart-0001", &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{
		Format: carev1.NoteFormat_NOTE_FORMAT_FREE, Text: "x",
	}}}, sdk.Entry{Stream: "chart-0001/care", Blobs: []*carev1.BlobRef{ref}})
	if err != nil {
		t.Fatal(err)
	}
	report, err := tablet.Sync(t.Context())
	if err != nil || report.Held != 1 || report.Blobs != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	waiting(t, tablet, 0)
}

// TestErasedPhotoIsCollected, and the one beside it is not; on the folder and on an S3 store.
func TestErasedPhotoIsCollected(t *testing.T) {
	t.Run("folder", func(t *testing.T) { erasedPhoto(t, func() int { return -1 }) })
	t.Run("s3", func(t *testing.T) {
		backend := s3mem.New()
		if err := backend.CreateBucket("photos"); err != nil {
			t.Fatal(err)
		}
		store := httptest.NewServer(gofakes3.New(backend).Server())
		t.Cleanup(store.Close)
		for name, value := range map[string]string{
			"ENDPOINT": strings.TrimPrefix(store.URL, "http://"), "BUCKET": "photos", "INSECURE": "true",
			"ACCESS_KEY": "key", "SECRET_KEY": "the-secret-of-the-store",
		} {
			t.Setenv("TSUNAGU_BLOBS_S3_"+name, value)
		}
		erasedPhoto(t, func() int {
			list, err := backend.ListBucket("photos", &gofakes3.Prefix{}, gofakes3.ListBucketPage{})
			if err != nil {
				t.Fatal(err)
			}
			return len(list.Contents)
		})
	})
}

// erasedPhoto is the test for one place of photos; objects counts them there, -1: in the data folder.
func erasedPhoto(t *testing.T, objects func() int) {
	data := t.TempDir()
	s := serve(t, data, "127.0.0.1:0")
	tablet := openTablet(t, filepath.Join(t.TempDir(), "a"), s.url(), "sato", "tablet-a")
	erased, _ := photographed(t, tablet, shared, photo(t, 1))
	kept, sum := photographed(t, tablet, shared, photo(t, 2))
	if report, err := tablet.Sync(t.Context()); err != nil || report.Blobs != 2 {
		t.Fatalf("%+v, %v", report, err)
	}
	count := func() int {
		if n := objects(); n >= 0 {
			return n
		}
		found, err := filepath.Glob(filepath.Join(data, "blobs", "objects", "*", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	if n := count(); n != 2 {
		t.Fatalf("%d objects", n)
	}
	said := s.said()
	s.stop(t)
	if strings.Contains(said, "the-secret-of-the-store") {
		t.Error("the log holds the secret")
	}
	directory := testdata(t, "demo", "directory.yaml")
	run := func(args ...string) string {
		out, err := exec.Command(serverProgram(t), append(args, "--data", data, "--directory", directory)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v: %s", args, err, out)
		}
		return string(out)
	}
	run("erase", "--stream", erased.StreamID, "--record", hex.EncodeToString(erased.RecordID[:]), "--order-reference", "令和8-1", "--yes")
	if n := count(); n != 1 {
		t.Errorf("%d objects, the erased photo is to go at once and the other one to stay", n)
	}
	if out := run("blobs", "collect", "--immediate"); !strings.Contains(out, "removed: 0") || count() != 1 {
		t.Errorf("%s%d objects", out, count())
	}
	s = serve(t, data, "127.0.0.1:0")
	other := openTablet(t, filepath.Join(t.TempDir(), "b"), s.url(), "suzuki", "tablet-b")
	if !bytes.Equal(opened(t, other, kept, sum), photo(t, 2)) {
		t.Error("the other photo is changed")
	}
}
