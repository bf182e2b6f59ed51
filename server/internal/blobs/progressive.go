package blobs

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// Bounds of a progressive JPEG. Each of its scans goes over all pixels, however few bytes it has, and all coefficients are
// kept until the last one: a few kilobytes could otherwise keep a processor busy for hours.
const (
	// maxScanned bounds scans × pixels: about two seconds. Cameras write ten scans or so.
	maxScanned = 1_500_000_000
	// coefficientBytes is what the decoder keeps of each coefficient.
	coefficientBytes = 4
)

// Markers of a JPEG stream, ITU-T T.81 table B.1.
const (
	markerStart       = 0xff
	markerSOF2        = 0xc2
	markerRestart0    = 0xd0
	markerRestart7    = 0xd7
	markerStartImage  = 0xd8
	markerEndImage    = 0xd9
	markerScan        = 0xda
	markerStuffed     = 0x00
	frameHeaderFixed  = 6 // precision, height, width, number of components
	frameHeaderPerOne = 3 // id, sampling, table
)

// scanned is what decoding a JPEG costs besides its pixels.
type scanned struct {
	scans        int64
	coefficients int64 // kept until the end; 0 unless it is progressive
}

// affordable tells whether a picture of so many pixels is decoded within the bounds.
func (s scanned) affordable(pixels int64) bool {
	return pixels > 0 && s.scans <= maxScanned/pixels && s.coefficients <= maxPicturePlane/coefficientBytes
}

// surveyJPEG counts the scans of a JPEG and the coefficients of its frame, without decoding either. What is no JPEG, or
// one that was cut, costs what was seen of it.
func surveyJPEG(r io.Reader) (scanned, error) {
	var s scanned
	in := bufio.NewReader(r)
	for {
		marker, err := nextMarker(in)
		if errors.Is(err, io.EOF) || marker == markerEndImage {
			return s, nil
		}
		if err != nil {
			return s, err
		}
		if marker == markerScan {
			s.scans++
		}
		segment, err := readSegment(in)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return s, nil
		}
		if err != nil {
			return s, err
		}
		if marker == markerSOF2 {
			s.coefficients = coefficientsOf(segment)
		}
	}
}

// nextMarker reads to the next marker that a segment follows, or to the end of the image. Bytes of a scan, stuffed ones
// and restarts are passed over.
func nextMarker(in *bufio.Reader) (byte, error) {
	for {
		b, err := in.ReadByte()
		if err != nil {
			return 0, err
		}
		for marked := b == markerStart; marked; marked = b == markerStart {
			if b, err = in.ReadByte(); err != nil {
				return 0, err
			}
			if b != markerStart && b != markerStuffed && b != markerStartImage && (b < markerRestart0 || b > markerRestart7) {
				return b, nil
			}
		}
	}
}

// readSegment reads what follows a marker: at most 64 KiB.
func readSegment(in *bufio.Reader) ([]byte, error) {
	var size [2]byte
	if _, err := io.ReadFull(in, size[:]); err != nil {
		return nil, err
	}
	segment := make([]byte, max(0, int(binary.BigEndian.Uint16(size[:]))-len(size)))
	_, err := io.ReadFull(in, segment)
	return segment, err
}

// coefficientsOf counts what a frame has: 64 for each block of each component, in whole units of the sampling.
func coefficientsOf(frame []byte) (n int64) {
	if len(frame) < frameHeaderFixed {
		return 0
	}
	height, width := int64(binary.BigEndian.Uint16(frame[1:])), int64(binary.BigEndian.Uint16(frame[3:]))
	parts := frame[frameHeaderFixed:]
	var across, down, blocks int64
	for ; len(parts) >= frameHeaderPerOne; parts = parts[frameHeaderPerOne:] {
		h, v := int64(parts[1]>>4), int64(parts[1]&0xf)
		across, down, blocks = max(across, h), max(down, v), blocks+h*v
	}
	if across == 0 || down == 0 {
		return 0
	}
	units := ((width + 8*across - 1) / (8 * across)) * ((height + 8*down - 1) / (8 * down))
	return units * blocks * 64
}
