// Package seal makes and checks the seals of the protocol: sealed server time, author seals and receipts. All are
// HMAC-SHA-256 cut to 16 bytes, under keys derived from one master key that outlives the store (a receipt must prove
// a write to a server that was restored).
//
// It promises that two different inputs never have the same bytes to be sealed: every part is length-prefixed and
// every use has its own label. It keeps no state and reads no clock.
package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Sizes in bytes.
const (
	KeySize  = 32
	SealSize = 16
)

// Master is the server's sealing key. It must survive the loss of the store.
type Master [KeySize]byte

// PayloadHash returns the SHA-256 of a queued payload.
func PayloadHash(payload []byte) [32]byte { return sha256.Sum256(payload) }

// AuthorKey derives the key under which one person's mutations on one device are sealed. It is issued at sign-in.
func (m Master) AuthorKey(tenant, person, device string) [KeySize]byte {
	return m.Sealer().sum("author", []byte(tenant), []byte(person), []byte(device))
}

// Author seals a payload under an author key, as a device does.
func Author(key [KeySize]byte, payload []byte) []byte { return newSealer(key[:]).Author(payload) }

// Time seals a server time for a device.
func (m Master) Time(tenant, device string, unixMs int64) *syncv1.SealedTime {
	return &syncv1.SealedTime{UnixMs: unixMs, Seal: m.Sealer().time(tenant, device, unixMs)}
}

// TimeFits tells whether this server sealed that time for the device.
func (m Master) TimeFits(tenant, device string, t *syncv1.SealedTime) bool {
	return m.Sealer().TimeFits(tenant, device, t)
}

// Receipt returns the seal of a receipt; the seal that it carries is not looked at.
func (m Master) Receipt(tenant string, r *syncv1.Receipt) []byte {
	return m.Sealer().Receipt(tenant, r)
}

// ReceiptFits tells whether this server made the receipt.
func (m Master) ReceiptFits(tenant string, r *syncv1.Receipt) bool {
	return r != nil && hmac.Equal(m.Receipt(tenant, r), r.GetSeal())
}

// Sealer makes many seals under one key. It is not safe for concurrent use.
type Sealer struct {
	mac     hash.Hash
	message []byte
}

// Sealer returns a sealer for what the master key itself seals.
func (m Master) Sealer() *Sealer { return newSealer(m[:]) }

// AuthorSealer returns a sealer for the mutations of one person on one device.
func AuthorSealer(key [KeySize]byte) *Sealer { return newSealer(key[:]) }

func newSealer(key []byte) *Sealer { return &Sealer{mac: hmac.New(sha256.New, key)} }

// Author seals a payload, under an author key.
func (s *Sealer) Author(payload []byte) []byte { return s.seal("mutation", payload) }

// AuthorFits tells whether an author seal fits the payload.
func (s *Sealer) AuthorFits(payload, authorSeal []byte) bool {
	return hmac.Equal(s.Author(payload), authorSeal)
}

// TimeFits tells whether this server sealed that time for the device.
func (s *Sealer) TimeFits(tenant, device string, t *syncv1.SealedTime) bool {
	return t != nil && hmac.Equal(s.time(tenant, device, t.GetUnixMs()), t.GetSeal())
}

func (s *Sealer) time(tenant, device string, unixMs int64) []byte {
	return s.seal("time", []byte(tenant), []byte(device), number(uint64(unixMs)))
}

// Cursor returns the seal of a place in a stream's log.
func (s *Sealer) Cursor(tenant, stream string, c *syncv1.Cursor) []byte {
	return s.place("cursor", tenant, stream, c)
}

// CursorFits tells whether this server once stood at that place.
func (s *Sealer) CursorFits(tenant, stream string, c *syncv1.Cursor) bool {
	return hmac.Equal(s.Cursor(tenant, stream, c), c.GetSeal())
}

// Landing returns the seal of a place at which something stands that a device brought. Whoever only reads never gets one.
func (s *Sealer) Landing(tenant, stream string, c *syncv1.Cursor) []byte {
	return s.place("landing", tenant, stream, c)
}

// LandingFits tells whether this server told somebody that what they brought stands at that place.
func (s *Sealer) LandingFits(tenant, stream string, c *syncv1.Cursor) bool {
	return hmac.Equal(s.Landing(tenant, stream, c), c.GetSeal())
}

func (s *Sealer) place(label, tenant, stream string, c *syncv1.Cursor) []byte {
	return s.seal(label, []byte(tenant), []byte(stream), number(c.GetVersion().GetEpoch()),
		number(c.GetVersion().GetSeq()), c.GetHash())
}

// Receipt returns the seal of a receipt; the seal that it carries is not looked at.
func (s *Sealer) Receipt(tenant string, r *syncv1.Receipt) []byte {
	return s.seal("receipt", []byte(tenant), []byte(r.GetStreamId()), number(r.GetVersion().GetEpoch()),
		number(r.GetVersion().GetSeq()), r.GetMutationId(), r.GetPayloadHash(), number(uint64(r.GetArrivedMs())))
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func (s *Sealer) seal(label string, parts ...[]byte) []byte {
	sum := s.sum(label, parts...)
	return sum[:SealSize:SealSize]
}

// sum is the whole HMAC over label and parts, each with its length before it.
func (s *Sealer) sum(label string, parts ...[]byte) (sum [sha256.Size]byte) {
	s.message = append(binary.BigEndian.AppendUint32(s.message[:0], uint32(len(label))), label...)
	for _, part := range parts {
		s.message = append(binary.BigEndian.AppendUint32(s.message, uint32(len(part))), part...)
	}
	s.mac.Reset()
	s.mac.Write(s.message)
	s.mac.Sum(sum[:0])
	return sum
}
