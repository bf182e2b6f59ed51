package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// ErrEncoding: bytes that should be an entry, or a payload, are not.
var ErrEncoding = errors.New("ledger: the bytes are not a valid encoding")

var deterministic = proto.MarshalOptions{Deterministic: true}

// Marshal encodes a message so that equal messages have equal bytes within one build.
func Marshal(m proto.Message) ([]byte, error) { return deterministic.Marshal(m) }

// Changed tells whether an entry changed a record.
func Changed(effect syncv1.Outcome) bool {
	switch effect {
	case syncv1.Outcome_OUTCOME_APPLIED, syncv1.Outcome_OUTCOME_MERGED, syncv1.Outcome_OUTCOME_CONFLICT:
		return true
	}
	return false
}

// Commitment commits an entry to what was written without saying it: SHA-256(salt ‖ length of the seal ‖ seal ‖
// payload). The salt keeps a short payload from being guessed once it is erased.
func Commitment(e *storev1.Entry) []byte {
	h := sha256.New()
	h.Write(e.GetSalt())
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(len(e.GetAuthorSeal())))
	h.Write(length[:])
	h.Write(e.GetAuthorSeal())
	h.Write(e.GetPayload())
	return h.Sum(nil)
}

// RecordCommitment commits an entry to the record after it without saying it: SHA-256(salt ‖ SHA-256 of the record's
// bytes). Once the salt is erased with the rest, nobody can try out what the record may have said.
func RecordCommitment(salt []byte, record [sha256.Size]byte) []byte {
	sum := sha256.Sum256(append(append(make([]byte, 0, len(salt)+len(record)), salt...), record[:]...))
	return sum[:]
}

// Erase takes out of an entry what was written, its salt, and the record after it, and leaves the commitments: the
// chain goes on over it. An entry that is erased already stays as it is.
func Erase(e *storev1.Entry) error {
	if Erased(e) {
		return nil
	}
	if Changed(e.GetEffect()) {
		record, err := Record(e)
		if err != nil {
			return err
		}
		e.RecordSha256 = RecordCommitment(e.GetSalt(), sha256.Sum256(record))
	}
	e.Commitment = Commitment(e)
	e.Salt, e.Payload, e.AuthorSeal, e.Record = nil, nil, nil, nil
	return nil
}

// Erased tells whether an entry was erased.
func Erased(e *storev1.Entry) bool { return len(e.GetCommitment()) > 0 }

// Derived tells whether the server derived what an entry holds: nobody sent it, and its cause says what led to it.
func Derived(e *storev1.Entry) bool { return len(e.GetCause()) > 0 }

// Seal sets the hash of an entry: SHA-256(previous hash ‖ canonical bytes). The commitments are computed from what
// the entry holds, or taken as they stand if that was erased.
func Seal(e *storev1.Entry, previous []byte) error {
	sum, err := Hash(e, previous)
	e.Hash = sum
	return err
}

// Hash returns the hash that an entry must have after the given one. It does not change the entry.
func Hash(e *storev1.Entry, previous []byte) ([]byte, error) {
	c := &storev1.Entry{
		Version: e.Version, Effect: e.Effect, MutationId: e.MutationId, RecordId: e.RecordId, ArrivedMs: e.ArrivedMs,
		DeviceId: e.DeviceId, PreviousSeq: e.PreviousSeq, HeldReason: e.HeldReason, HeldSeq: e.HeldSeq,
		Detail: e.Detail, WaitsFor: e.WaitsFor, JudgedBy: e.JudgedBy, ForReview: e.ForReview, Author: e.Author,
		Section: e.Section, ClockOffsetMs: e.ClockOffsetMs, Cause: e.Cause,
	}
	c.Commitment, c.RecordSha256 = e.Commitment, e.RecordSha256
	if len(c.Commitment) == 0 {
		c.Commitment = Commitment(e)
	}
	if len(c.RecordSha256) == 0 && Changed(e.Effect) {
		record, err := Record(e)
		if err != nil {
			return nil, err
		}
		c.RecordSha256 = RecordCommitment(e.Salt, sha256.Sum256(record))
	}
	canonical, err := deterministic.Marshal(c)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write(previous)
	h.Write(canonical)
	return h.Sum(nil), nil
}

// Record returns the record's bytes after an entry: what the payload brought with what the server appended, or the
// whole record where the entry holds it. Nil if the entry changed none.
func Record(e *storev1.Entry) ([]byte, error) {
	switch {
	case !Changed(e.GetEffect()):
		return nil, nil
	case e.GetHeldSeq() != 0 || e.GetPreviousSeq() != 0 || Erased(e) || Derived(e):
		return e.GetRecord(), nil
	}
	brought, err := PayloadRecord(e.GetPayload())
	if err != nil {
		return nil, err
	}
	p := Parts{brought, e.GetRecord()}
	return p.AppendTo(make([]byte, 0, p.Len())), nil
}

// Field numbers that are read without decoding the whole message.
const (
	mutationRecord  protowire.Number = 13
	entryVersion    protowire.Number = 1
	entryEffect     protowire.Number = 2
	entryRecordID   protowire.Number = 4
	entryCommitment protowire.Number = 7
	entryPrevious   protowire.Number = 9
	entryHeldSeq    protowire.Number = 11
	entrySection    protowire.Number = 17
	entryCause      protowire.Number = 19
	entryHash       protowire.Number = 30
	entryPayload    protowire.Number = 32
	entryRecord     protowire.Number = 34
	versionEpoch    protowire.Number = 1
	versionSequence protowire.Number = 2
)

// PayloadRecord returns the bytes of the record in a mutation's payload, unchanged. The record must stand in it
// exactly once: twice, and what is validated would not be what is kept.
func PayloadRecord(payload []byte) ([]byte, error) {
	var record []byte
	times := 0
	err := fields(payload, func(n protowire.Number, value []byte, _ uint64) {
		if n == mutationRecord {
			record = value
			times++
		}
	})
	if err != nil {
		return nil, err
	}
	if times != 1 {
		return nil, ErrEncoding
	}
	return record, nil
}

// Glance is what reading pages needs of an entry.
type Glance struct {
	Epoch    uint64
	Seq      uint64
	Effect   syncv1.Outcome
	RecordID []byte
	Section  uint32
	Hash     []byte
	// Derived tells whether the server derived it.
	Derived bool
	// Record holds the record's bytes after the entry; nil if it changed none.
	Record []byte
}

// Look reads an encoded entry without decoding all of it. What it returns may share the given bytes.
func Look(raw []byte) (Glance, error) {
	g, parts, err := Skim(raw)
	if err != nil || !Changed(g.Effect) {
		return g, err
	}
	if parts.Len() > 0 { // nothing is left of one that was erased
		g.Record = parts.AppendTo(make([]byte, 0, parts.Len()))
	}
	return g, nil
}

// Parts are a record's bytes in two pieces: what a payload brought, and what the server appended. They share the bytes
// of the entry.
type Parts struct{ brought, appended []byte }

// Len is the length of the record.
func (p Parts) Len() int { return len(p.brought) + len(p.appended) }

// AppendTo appends the record's bytes.
func (p Parts) AppendTo(b []byte) []byte { return append(append(b, p.brought...), p.appended...) }

// Without leaves out what a payload brought, if it is the given bytes; false if the record is anything else.
func (p Parts) Without(brought []byte) (rest Parts, ok bool) {
	return Parts{appended: p.appended}, len(brought) > 0 && bytes.Equal(p.brought, brought)
}

// Whole returns the bytes of a record in a page. Where it names a mutation of the request, they are what that one's
// payload brought and what stands in the page after it. ErrEncoding if there is no such record in the request.
func Whole(r *syncv1.PageRecord, sent []*syncv1.QueuedMutation) ([]byte, error) {
	n := int(r.GetMutation())
	switch {
	case n == 0:
		return r.GetRecord(), nil
	case n > len(sent):
		return nil, ErrEncoding
	}
	brought, err := PayloadRecord(sent[n-1].GetPayload())
	if err != nil {
		return nil, err
	}
	p := Parts{brought, r.GetRecord()}
	return p.AppendTo(make([]byte, 0, p.Len())), nil
}

// Skim is Look for whoever copies many records to one place: it gives the record in parts.
func Skim(raw []byte) (g Glance, p Parts, err error) {
	var payload []byte
	var held, previous uint64
	var whole bool // it was erased, or the server derived it: no payload brought a part of the record
	var inner error
	err = fields(raw, func(n protowire.Number, value []byte, number uint64) {
		switch n {
		case entryVersion:
			inner = errors.Join(inner, g.version(value))
		case entryEffect:
			g.Effect = syncv1.Outcome(number)
		case entryRecordID:
			g.RecordID = value
		case entryCommitment, entryCause:
			whole, g.Derived = true, g.Derived || n == entryCause
		case entryPrevious:
			previous = number
		case entryHeldSeq:
			held = number
		case entrySection:
			g.Section = uint32(number)
		case entryHash:
			g.Hash = value
		case entryPayload:
			payload = value
		case entryRecord:
			p.appended = value
		}
	})
	if err = errors.Join(err, inner); err != nil || !Changed(g.Effect) || held != 0 || previous != 0 || whole {
		return g, p, err
	}
	p.brought, err = PayloadRecord(payload)
	return g, p, err
}

func (g *Glance) version(encoded []byte) error {
	return fields(encoded, func(n protowire.Number, _ []byte, number uint64) {
		switch n {
		case versionEpoch:
			g.Epoch = number
		case versionSequence:
			g.Seq = number
		}
	})
}

// fields calls fn for every field of an encoded message: with its bytes, or its number if it is a varint.
func fields(b []byte, fn func(n protowire.Number, value []byte, number uint64)) error {
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return ErrEncoding
		}
		b = b[size:]
		var value []byte
		var number uint64
		switch kind {
		case protowire.BytesType:
			value, size = protowire.ConsumeBytes(b)
		case protowire.VarintType:
			number, size = protowire.ConsumeVarint(b)
		default:
			size = protowire.ConsumeFieldValue(n, kind, b)
		}
		if size < 0 {
			return ErrEncoding
		}
		b = b[size:]
		fn(n, value, number)
	}
	return nil
}

// SameHash compares two hashes; two empty ones are the same.
func SameHash(a, b []byte) bool { return bytes.Equal(a, b) }
