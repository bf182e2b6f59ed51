package hub

import (
	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of a record that are read without decoding it.
const (
	recordBody       protowire.Number = 3
	recordCandidates protowire.Number = 5
)

// glimpse is what can be said of a record from its bytes alone, in a fraction of the time that decoding takes. A scan
// with a sparse filter passes over most of what it sees by it.
type glimpse struct {
	kinds      [4]uint32 // field numbers in the body; a record has one, as a rule
	seen       int
	candidates bool
	odd        bool // the bytes have to be decoded to know
}

// glimpseOf reads a record's bytes.
func glimpseOf(record []byte) (g glimpse) {
	g.odd = !eachField(record, func(n protowire.Number, value []byte) {
		switch n {
		case recordCandidates:
			g.candidates = true
		case recordBody:
			if !eachField(value, func(kind protowire.Number, _ []byte) { g.take(uint32(kind)) }) {
				g.odd = true
			}
		}
	}) || g.odd
	return g
}

func (g *glimpse) take(kind uint32) {
	if g.seen == len(g.kinds) {
		g.odd = true
		return
	}
	g.kinds[g.seen] = kind
	g.seen++
}

// mayBeOf tells whether the record may be of one of the kinds; false is certain.
func (g *glimpse) mayBeOf(kinds map[uint32]bool) bool {
	for _, kind := range g.kinds[:g.seen] {
		if kinds[kind] {
			return true
		}
	}
	return g.odd
}

// mayConflict tells whether the record may have candidates; false is certain.
func (g *glimpse) mayConflict() bool { return g.candidates || g.odd }

// eachField calls fn for every field of an encoded message, with its bytes if it has some. It answers false for what is
// not an encoding.
func eachField(b []byte, fn func(n protowire.Number, value []byte)) bool {
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return false
		}
		b = b[size:]
		var value []byte
		if kind == protowire.BytesType {
			value, size = protowire.ConsumeBytes(b)
		} else {
			size = protowire.ConsumeFieldValue(n, kind, b)
		}
		if size < 0 {
			return false
		}
		b = b[size:]
		fn(n, value)
	}
	return true
}
