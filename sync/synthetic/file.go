package synthetic

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// File is a photo or file that goes with a record: its whole content, which the record's envelope names by its hash.
type File struct {
	Title, MediaType string
	Content          []byte
}

// ref is how a record refers to the file.
func (f File) ref() *carev1.BlobRef {
	sum := sha256.Sum256(f.Content)
	return &carev1.BlobRef{Sha256: sum[:], Size: uint64(len(f.Content)), MediaType: f.MediaType, Title: f.Title}
}

// letterFile is a letter as the fax or the mail brought it.
func letterFile(d *carev1.Document) File {
	text := d.GetTitle() + "\n" + d.GetSender() + "　" + d.GetAuthor() + "\n" + d.GetAddressee() + "\n\n" + d.GetText() + "\n"
	return File{Title: d.GetTitle() + ".txt", MediaType: "text/plain", Content: []byte(text)}
}

// Size of a drawn photo, in pixels.
const woundWidth, woundHeight = 160, 120

// woundFile draws a pressure ulcer of a width in millimetres beside a ruler: grey, and drawn from nobody.
func woundFile(millimetres int) File {
	pixels := make([]byte, 0, woundHeight*(woundWidth+1))
	for y := range woundHeight {
		pixels = append(pixels, 0) // no filter in this row
		for x := range woundWidth {
			pixels = append(pixels, woundTone(x, y, millimetres))
		}
	}
	return File{Title: "仙骨部", MediaType: "image/png", Content: grey(pixels)}
}

// woundTone is the brightness of one pixel; two pixels are a millimetre.
func woundTone(x, y, millimetres int) byte {
	dx, dy := x-woundWidth/2, (y-50)*3/2
	distance, edge := dx*dx+dy*dy, millimetres*millimetres
	switch {
	case y > 100 && (x%20 == 0 || y == 101):
		return 20 // the ruler, a mark each centimetre
	case y > 100:
		return 245
	case distance < edge:
		return byte(90 + distance*40/max(edge, 1))
	case distance < edge+400:
		return 150
	}
	return byte(200 - y/6)
}

// grey is a PNG picture of rows of grey pixels, each with its filter in front. It is written by hand: a library may
// compress otherwise in its next version, and a seed names the same bytes for good.
func grey(rows []byte) []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	header := binary.BigEndian.AppendUint32(nil, woundWidth)
	header = binary.BigEndian.AppendUint32(header, woundHeight)
	part(&b, "IHDR", append(header, 8, 0, 0, 0, 0)) // eight bits, grey
	part(&b, "IDAT", stored(rows))
	part(&b, "IEND", nil)
	return b.Bytes()
}

// part is a chunk of a PNG file: length, name, data, checksum.
func part(b *bytes.Buffer, name string, data []byte) {
	named := append([]byte(name), data...)
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
	b.Write(named)
	b.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(named)))
}

// stored is data in the zlib format, not compressed: one block, so it must be shorter than 65,536 bytes.
func stored(data []byte) []byte {
	out := []byte{0x78, 0x01, 0x01}
	out = binary.LittleEndian.AppendUint16(out, uint16(len(data)))
	out = binary.LittleEndian.AppendUint16(out, ^uint16(len(data)))
	out = append(out, data...)
	return binary.BigEndian.AppendUint32(out, adler32.Checksum(data))
}
