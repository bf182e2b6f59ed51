package badgertables

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"testing"

	"github.com/dgraph-io/badger/v4/pb"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"
)

// TestNothingPanics: whatever stands in a file, also behind a checksum that fits, the answer is an error. Whole tables,
// and every kind of damage to them, are the tests' of those who open stores.
func TestNothingPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		index := rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "index")
		content := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "blocks")
		if rapid.Bool().Draw(t, "sound end") {
			sum, err := proto.Marshal(&pb.Checksum{Algo: pb.Checksum_CRC32C, Sum: uint64(crc32.Checksum(index, castagnoli))})
			if err != nil {
				t.Fatal(err)
			}
			content = binary.BigEndian.AppendUint32(append(content, index...), uint32(len(index)))
			content = binary.BigEndian.AppendUint32(append(content, sum...), uint32(len(sum)))
		}
		table := Table{From: bytes.NewReader(content), Size: int64(len(content)), Snappy: rapid.Bool().Draw(t, "snappy")}
		if rapid.Bool().Draw(t, "encrypted") {
			table.Key = make([]byte, 32)
		}
		if err := Check(table); err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("not known as damage: %v", err)
		}
	})
}
