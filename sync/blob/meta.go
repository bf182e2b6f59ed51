package blob

import (
	"encoding/binary"
)

// Meta is what a sealed blob says of itself. It is sealed like the content.
type Meta struct {
	Name
	// Size of the content in bytes.
	Size uint64
	// MediaType as the record says.
	MediaType string
	// Record is the one for which it was brought, for whoever keeps blobs only as long as their records; may be empty.
	Record string
	// Thumbnail: a picture made of the blob, whose content therefore is not what the hash names.
	Thumbnail bool
}

const (
	metaVersion = 1
	maxField    = 1 << 10
)

func (m Meta) encode() []byte {
	b := []byte{metaVersion, 0}
	if m.Thumbnail {
		b[1] = 1
	}
	b = binary.BigEndian.AppendUint64(b, m.Size)
	b = append(b, m.SHA256[:]...)
	for _, field := range []string{m.Tenant, m.Stream, m.MediaType, m.Record} {
		b = binary.BigEndian.AppendUint16(b, uint16(len(field)))
		b = append(b, field...)
	}
	return b
}

func decodeMeta(b []byte) (m Meta, ok bool) {
	const fixed = 2 + 8 + 32
	if len(b) < fixed || b[0] != metaVersion || b[1] > 1 {
		return m, false
	}
	m.Thumbnail, m.Size = b[1] == 1, binary.BigEndian.Uint64(b[2:])
	copy(m.SHA256[:], b[10:])
	b = b[fixed:]
	for _, field := range []*string{&m.Tenant, &m.Stream, &m.MediaType, &m.Record} {
		if len(b) < 2 || len(b) < 2+int(binary.BigEndian.Uint16(b)) {
			return m, false
		}
		end := 2 + int(binary.BigEndian.Uint16(b))
		*field, b = string(b[2:end]), b[end:]
	}
	return m, len(b) == 0 && m.Size <= MaxBytes
}

// sealable tells whether every field has the length that its place allows.
func (m Meta) sealable() bool {
	for _, field := range []string{m.Tenant, m.Stream, m.MediaType, m.Record} {
		if len(field) > maxField {
			return false
		}
	}
	return m.Size > 0 && m.Size <= MaxBytes
}
