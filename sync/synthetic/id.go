package synthetic

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"time"
)

// ID names a write and, for a new record, the record: a UUID of version 7 whose time is that of the write.
type ID [16]byte

// newID makes an id from what it is for, so that whoever refers to a record need not have seen it drawn.
func newID(seed uint64, at time.Time, purpose string) ID {
	sum := sha256.Sum256([]byte(strconv.FormatUint(seed, 36) + " " + purpose))
	var id ID
	copy(id[:], sum[:])
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	copy(id[:6], ms[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// digits writes a number with leading zeros.
func digits(n, width int) string {
	s := strconv.Itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}
