package blobs

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/blob"
)

// segment is a marker with what follows it.
func segment(marker byte, content ...byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(content)+2)), content...)
}

// progressive is a JPEG that decodes: grey, with scans that each say in a few bytes that no block has anything new.
func progressive(width, height, scans int) []byte {
	out := append([]byte{0xff, 0xd8}, segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)...)
	frame := binary.BigEndian.AppendUint16([]byte{8}, uint16(height))
	out = append(out, segment(0xc2, append(binary.BigEndian.AppendUint16(frame, uint16(width)), 1, 1, 0x11, 0)...)...)
	oneCode := append([]byte{1}, make([]byte, 15)...)
	out = append(out, segment(0xc4, append(append([]byte{0x10}, oneCode...), 0xe0)...)...) // runs of blocks without news
	out = append(out, segment(0xc4, append(append([]byte{0x00}, oneCode...), 0)...)...)
	blocks := ((width + 7) / 8) * ((height + 7) / 8)
	var bits bitWriter
	for range blocks/32767 + 1 {
		bits.put(0x3fff, 15) // a zero, and the longest run
	}
	for bits.n != 0 {
		bits.put(1, 1)
	}
	for range scans {
		out = append(append(out, segment(0xda, 1, 1, 0, 1, 63, 0)...), bits.out...)
	}
	return append(out, 0xff, 0xd9)
}

type bitWriter struct {
	out []byte
	acc byte
	n   int
}

func (w *bitWriter) put(v uint32, n int) {
	for i := n - 1; i >= 0; i-- {
		w.acc = w.acc<<1 | byte(v>>i&1)
		if w.n++; w.n == 8 {
			if w.out = append(w.out, w.acc); w.acc == 0xff {
				w.out = append(w.out, 0)
			}
			w.acc, w.n = 0, 0
		}
	}
}

func shrunk(t *testing.T, picture []byte) []byte {
	t.Helper()
	small, err := shrink(func() io.Reader { return bytes.NewReader(picture) }, blob.JPEG)
	if err != nil {
		t.Fatal(err)
	}
	return small
}

// TestScansAreCounted: a progressive photo as cameras write it becomes a thumbnail, a few bytes that ask for hours of work
// or for all memory do not.
func TestScansAreCounted(t *testing.T) {
	if len(shrunk(t, progressive(2000, 1500, 10))) == 0 {
		t.Error("a photo in ten scans has no thumbnail")
	}
	if len(shrunk(t, progressive(2000, 1500, 600))) > 0 {
		t.Error("600 scans were decoded")
	}
	if len(shrunk(t, progressive(8000, 7000, 2))) > 0 {
		t.Error("coefficients of 56 million pixels were kept")
	}
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, image.NewGray(image.Rect(0, 0, 600, 400)), nil); err != nil {
		t.Fatal(err)
	}
	if cost, err := surveyJPEG(&plain); err != nil || cost.scans != 1 || cost.coefficients != 0 {
		t.Errorf("a plain photo: %+v, %v", cost, err)
	}
}

func FuzzSurvey(f *testing.F) {
	f.Add(progressive(64, 48, 3))
	f.Add([]byte{0xff, 0xff, 0xda, 0, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := surveyJPEG(bytes.NewReader(data)); err != nil {
			t.Errorf("bytes of memory cannot fail: %v", err)
		}
	})
}

// TestNobodyWaitsAnyMore: a decoding ends with the one who asked for it.
func TestNobodyWaitsAnyMore(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := shrink(func() io.Reader { return cancellable{gone, bytes.NewReader(progressive(64, 48, 3))} }, blob.JPEG)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
