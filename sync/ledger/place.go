package ledger

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of StreamHead and RecordState that are read without decoding the whole message.
const (
	headVersion  protowire.Number = 1
	headHash     protowire.Number = 2
	stateVersion protowire.Number = 1
	stateSection protowire.Number = 2
)

// LookHead reads version and hash of an encoded StreamHead: all that a manifest needs. The hash shares the given
// bytes. No bytes are the head of a stream that nobody has written to.
func LookHead(raw []byte) (Glance, error) { return look(raw, headVersion, headHash, 0) }

// LookState reads version and section of an encoded RecordState, without the markers.
func LookState(raw []byte) (Glance, error) { return look(raw, stateVersion, 0, stateSection) }

// look reads a version, a hash and a section from where they stand; 0 is nowhere.
func look(raw []byte, version, hash, section protowire.Number) (g Glance, err error) {
	var inner error
	err = fields(raw, func(n protowire.Number, value []byte, number uint64) {
		switch n {
		case version:
			inner = errors.Join(inner, g.version(value))
		case hash:
			g.Hash = value
		case section:
			g.Section = uint32(number)
		}
	})
	return g, errors.Join(err, inner)
}
