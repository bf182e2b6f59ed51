// Package ledger is the arithmetic that server and device must agree on: hashes of entries and records, section
// digests, manifests, and the order of versions over epochs. Pure functions over bytes and numbers; it decides
// nothing.
package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Digest is the digest of a section: a sum modulo 2^256 over its records, so that it can be kept up to date by
// adding and subtracting, in any order. The zero Digest is that of a section without records.
type Digest [32]byte

// Term is what one record adds to its section's digest: SHA-256(record id, version, SHA-256(record bytes)).
func Term(id [16]byte, v *syncv1.Version, record []byte) Digest {
	return TermOf(id, v, sha256.Sum256(record))
}

// TermOf is Term for a record whose hash is known.
func TermOf(id [16]byte, v *syncv1.Version, recordHash [32]byte) Digest {
	var b [16 + 8 + 8 + 32]byte
	copy(b[:16], id[:])
	binary.BigEndian.PutUint64(b[16:], v.GetEpoch())
	binary.BigEndian.PutUint64(b[24:], v.GetSeq())
	copy(b[32:], recordHash[:])
	return sha256.Sum256(b[:])
}

// Add returns d + t modulo 2^256.
func (d Digest) Add(t Digest) Digest {
	var carry uint64
	for at := 24; at >= 0; at -= 8 {
		var word uint64
		word, carry = bits.Add64(binary.BigEndian.Uint64(d[at:]), binary.BigEndian.Uint64(t[at:]), carry)
		binary.BigEndian.PutUint64(d[at:], word)
	}
	return d
}

// Sub returns d - t modulo 2^256.
func (d Digest) Sub(t Digest) Digest {
	var borrow uint64
	for at := 24; at >= 0; at -= 8 {
		var word uint64
		word, borrow = bits.Sub64(binary.BigEndian.Uint64(d[at:]), binary.BigEndian.Uint64(t[at:]), borrow)
		binary.BigEndian.PutUint64(d[at:], word)
	}
	return d
}
