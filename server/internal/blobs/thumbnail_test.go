package blobs_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/blob"
)

var (
	red  = color.RGBA{200, 20, 20, 255}
	blue = color.RGBA{20, 20, 200, 255}
)

// photo is a JPEG whose left quarter is red, the rest blue.
func photo(t testing.TB, w, h int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture(w, h), &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func picture(w, h int) image.Image {
	p := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			p.SetRGBA(x, y, blue)
			if x < w/4 {
				p.SetRGBA(x, y, red)
			}
		}
	}
	return p
}

// withExif puts an orientation and a place into a JPEG, as a camera does.
func withExif(photo []byte, order binary.ByteOrder, turned uint16) []byte {
	mark := "II*\x00"
	if order == binary.BigEndian {
		mark = "MM\x00*"
	}
	tiff := make([]byte, 8+2+12+4)
	copy(tiff, mark)
	order.PutUint32(tiff[4:], 8)
	order.PutUint16(tiff[8:], 1)
	order.PutUint16(tiff[10:], 0x0112)
	order.PutUint16(tiff[12:], 3)
	order.PutUint32(tiff[14:], 1)
	order.PutUint16(tiff[18:], turned)
	body := append([]byte("Exif\x00\x00"), tiff...)
	body = append(body, "GPSLatitude 35.6586"...)
	segment := []byte{0xFF, 0xE1, 0, 0}
	binary.BigEndian.PutUint16(segment[2:], uint16(len(body)+2))
	out := append(bytes.Clone(photo[:2]), segment...)
	return append(append(out, body...), photo[2:]...)
}

func thumbnail(t *testing.T, data []byte, mediaType string) []byte {
	t.Helper()
	root := t.TempDir()
	v := open(t, root, bucketOf(t, root))
	u := upload(data, "tablet")
	u.MediaType = mediaType
	send(t, v, u, data)
	first, err := v.Thumbnail(t.Context(), u.Name)
	if err != nil {
		t.Fatal(err)
	}
	second, err := open(t, root, bucketOf(t, root)).Thumbnail(t.Context(), u.Name)
	if err != nil || !bytes.Equal(first, second) {
		t.Fatal("it was not kept", err)
	}
	return first
}

// redAt tells at which sides of a picture the red quarter is.
func redAt(t *testing.T, small []byte) string {
	t.Helper()
	p, err := jpeg.Decode(bytes.NewReader(small))
	if err != nil {
		t.Fatal(err)
	}
	b := p.Bounds()
	if max(b.Dx(), b.Dy()) != blob.ThumbnailSide {
		t.Errorf("%v", b)
	}
	is := func(x, y int) bool { r, _, b, _ := p.At(x, y).RGBA(); return r > b }
	side := ""
	for name, at := range map[string]image.Point{
		"left": {4, b.Dy() / 2}, "right": {b.Dx() - 5, b.Dy() / 2}, "top": {b.Dx() / 2, 4}, "bottom": {b.Dx() / 2, b.Dy() - 5},
	} {
		if is(at.X, at.Y) {
			side += name
		}
	}
	return side
}

func TestThumbnailIsUprightSmallAndWithoutPlace(t *testing.T) {
	want := []string{"left", "right", "right", "left", "top", "top", "bottom", "bottom"}
	for i, side := range want {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			small := thumbnail(t, withExif(photo(t, 800, 600), order, uint16(i+1)), blob.JPEG)
			if got := redAt(t, small); got != side {
				t.Errorf("orientation %d: red is at %q, not %q", i+1, got, side)
			}
			if bytes.Contains(small, []byte("GPS")) || bytes.Contains(small, []byte("Exif")) {
				t.Error("the place is in the thumbnail")
			}
		}
	}
}

func TestThumbnailOfAPNG(t *testing.T) {
	var out bytes.Buffer
	if err := png.Encode(&out, picture(700, 700)); err != nil {
		t.Fatal(err)
	}
	if got := redAt(t, thumbnail(t, out.Bytes(), blob.PNG)); got != "left" {
		t.Error(got)
	}
}

// TestBombsAreNotDecoded: a few bytes that claim a picture of 40 thousand pixels a side.
func TestBombsAreNotDecoded(t *testing.T) {
	head := []byte("\x89PNG\r\n\x1a\n")
	ihdr := []byte("IHDR\x00\x00\x9c\x40\x00\x00\x9c\x40\x08\x06\x00\x00\x00")
	head = binary.BigEndian.AppendUint32(head, 13)
	head = append(head, ihdr...)
	head = binary.BigEndian.AppendUint32(head, crc32.ChecksumIEEE(ihdr))
	large := photo(t, 600, 400)
	at := bytes.Index(large, []byte{0xFF, 0xC0})
	binary.BigEndian.PutUint16(large[at+5:], 40_000)
	binary.BigEndian.PutUint16(large[at+7:], 40_000)
	var white bytes.Buffer // which would be decoded, and made small, were it not for the bound
	wide := image.NewPaletted(image.Rect(0, 0, 7100, 7100), color.Palette{color.White, color.Black})
	if err := png.Encode(&white, wide); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		kind string
	}{
		"a wide white picture": {white.Bytes(), blob.PNG},
		"png bomb":             {head, blob.PNG}, "jpeg bomb": {large, blob.JPEG}, "no picture": {content(500), blob.JPEG},
		"cut": {photo(t, 600, 400)[:900], blob.JPEG}, "a PDF": {photo(t, 600, 400), "application/pdf"},
		"heic": {content(500), "image/heic"},
	} {
		if small := thumbnail(t, c.data, c.kind); len(small) != 0 {
			t.Errorf("%s: a thumbnail of %d bytes", name, len(small))
		}
	}
}

func TestThumbnailOfWhatIsNotHere(t *testing.T) {
	root := t.TempDir()
	v := open(t, root, bucketOf(t, root))
	if _, err := v.Thumbnail(t.Context(), upload(content(5), "a").Name); err == nil {
		t.Error("a thumbnail of nothing")
	}
}
