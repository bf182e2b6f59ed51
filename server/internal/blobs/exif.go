package blobs

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"image"
	"io"
)

// orientation is how a camera was held, as EXIF numbers it: 1 is upright, 2 to 8 are mirrored or turned.
type orientation int

const upright orientation = 1

// Bounds of the search for it.
const (
	maxSegments = 64
	maxEntries  = 512
	tagTurned   = 0x0112
)

// orientationOf finds the orientation of a JPEG. Whatever is not as it should be means upright.
func orientationOf(r io.Reader) orientation {
	b := bufio.NewReader(r)
	start := make([]byte, 2)
	if _, err := io.ReadFull(b, start); err != nil || start[0] != 0xFF || start[1] != 0xD8 {
		return upright
	}
	for range maxSegments {
		head := make([]byte, 4)
		if _, err := io.ReadFull(b, head); err != nil || head[0] != 0xFF || head[1] == 0xDA {
			return upright
		}
		length := int(binary.BigEndian.Uint16(head[2:])) - 2
		if length < 0 {
			return upright
		}
		segment := make([]byte, length)
		if _, err := io.ReadFull(b, segment); err != nil {
			return upright
		}
		if tiff, found := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); found && head[1] == 0xE1 {
			return orientationIn(tiff)
		}
	}
	return upright
}

// orientationIn looks through the first directory of EXIF data.
func orientationIn(tiff []byte) orientation {
	if len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return upright
	}
	count := min(int(order.Uint16(tiff[at:])), maxEntries)
	entries := tiff[at+2:]
	for ; count > 0 && len(entries) >= 12; count-- {
		if order.Uint16(entries) == tagTurned {
			if value := orientation(order.Uint16(entries[8:])); value >= 1 && value <= 8 {
				return value
			}
			return upright
		}
		entries = entries[12:]
	}
	return upright
}

// turn brings a picture upright.
func turn(p *image.RGBA, o orientation) *image.RGBA {
	if o == upright {
		return p
	}
	w, h := p.Bounds().Dx(), p.Bounds().Dy()
	to := image.Rect(0, 0, w, h)
	if o >= 5 {
		to = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(to)
	for y := range to.Dy() {
		for x := range to.Dx() {
			out.SetRGBA(x, y, p.RGBAAt(source(o, x, y, w, h)))
		}
	}
	return out
}

// source is the place in a picture of w by h that comes to x, y when it is brought upright.
func source(o orientation, x, y, w, h int) (int, int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}
