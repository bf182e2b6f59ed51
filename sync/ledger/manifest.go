package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"strings"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Manifest returns the hash of a manifest: of the cursors of all complete streams, in order of stream id. Positions
// may come in any order; only stream id and cursor count.
func Manifest(positions []*syncv1.StreamPosition) []byte {
	sorted := slices.SortedFunc(slices.Values(positions), func(a, b *syncv1.StreamPosition) int {
		return strings.Compare(a.GetStreamId(), b.GetStreamId())
	})
	m := NewManifest()
	for _, p := range sorted {
		v := p.GetCursor().GetVersion()
		m.Add(p.GetStreamId(), v.GetEpoch(), v.GetSeq(), p.GetCursor().GetHash())
	}
	return m.Sum()
}

// ManifestSum adds up a manifest stream by stream, for whoever has no list of positions.
type ManifestSum struct {
	hash    hash.Hash
	scratch []byte
}

// NewManifest returns the sum of no streams.
func NewManifest() *ManifestSum { return &ManifestSum{hash: sha256.New()} }

// Add adds a stream with the place where it stands. Streams must come in order of their ids.
func (m *ManifestSum) Add(stream string, epoch, seq uint64, entryHash []byte) {
	b := appendText(m.scratch[:0], stream)
	b = binary.BigEndian.AppendUint64(b, epoch)
	b = binary.BigEndian.AppendUint64(b, seq)
	b = binary.BigEndian.AppendUint64(b, uint64(len(entryHash)))
	m.scratch = append(b, entryHash...)
	m.hash.Write(m.scratch)
}

// Sum returns the hash of what was added. 32 bytes.
func (m *ManifestSum) Sum() []byte { return m.hash.Sum(nil) }

// appendText appends a text behind its length, so that two texts never run into each other.
func appendText(b []byte, text string) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(text)))
	return append(b, text...)
}
