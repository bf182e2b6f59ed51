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
	return mac(m[:], "author", []byte(tenant), []byte(person), []byte(device))
}

// Author seals a payload under an author key, as a device does.
func Author(key [KeySize]byte, payload []byte) []byte {
	return cut(mac(key[:], "mutation", payload))
}

// Fits tells whether an author seal fits the payload.
func Fits(key [KeySize]byte, payload, authorSeal []byte) bool {
	return hmac.Equal(Author(key, payload), authorSeal)
}

// Time seals a server time for a device.
func (m Master) Time(tenant, device string, unixMs int64) *syncv1.SealedTime {
	return &syncv1.SealedTime{UnixMs: unixMs, Seal: m.timeSeal(tenant, device, unixMs)}
}

// TimeFits tells whether this server sealed that time for the device.
func (m Master) TimeFits(tenant, device string, t *syncv1.SealedTime) bool {
	return t != nil && hmac.Equal(m.timeSeal(tenant, device, t.GetUnixMs()), t.GetSeal())
}

func (m Master) timeSeal(tenant, device string, unixMs int64) []byte {
	return cut(mac(m[:], "time", []byte(tenant), []byte(device), number(uint64(unixMs))))
}

// Receipt returns the seal of a receipt; the seal that it carries is not looked at.
func (m Master) Receipt(tenant string, r *syncv1.Receipt) []byte {
	return cut(mac(m[:], "receipt", []byte(tenant), []byte(r.GetStreamId()),
		number(r.GetVersion().GetEpoch()), number(r.GetVersion().GetSeq()), r.GetEntryHash(),
		r.GetMutationId(), r.GetPayloadHash(), number(uint64(r.GetArrivedMs()))))
}

// ReceiptFits tells whether this server made the receipt.
func (m Master) ReceiptFits(tenant string, r *syncv1.Receipt) bool {
	return r != nil && hmac.Equal(m.Receipt(tenant, r), r.GetSeal())
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func cut(sum [sha256.Size]byte) []byte { return sum[:SealSize] }

func mac(key []byte, label string, parts ...[]byte) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, key)
	write := func(part []byte) {
		var length [4]byte
		binary.BigEndian.PutUint32(length[:], uint32(len(part)))
		h.Write(length[:])
		h.Write(part)
	}
	write([]byte(label))
	for _, part := range parts {
		write(part)
	}
	h.Sum(sum[:0])
	return sum
}
