package badgertables

import (
	"encoding/binary"
	"io"

	"github.com/dgraph-io/badger/v4/pb"
	"google.golang.org/protobuf/proto"
)

// maxChecksumBytes is more than a checksum takes as a message.
const maxChecksumBytes = 32

// tail reads a file backwards.
type tail struct {
	from io.ReaderAt
	left int64
}

func (t *tail) take(n uint32) ([]byte, error) {
	if int64(n) > t.left {
		return nil, ErrDamaged
	}
	t.left -= int64(n)
	b := make([]byte, n)
	_, err := t.from.ReadAt(b, t.left)
	if err == io.EOF {
		err = nil // ReadAt may say so together with the last byte
	}
	return b, err
}

func (t *tail) number() (uint32, error) {
	b, err := t.take(4)
	if err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint32(b), nil
}

// checksum takes a checksum with its length behind it.
func (t *tail) checksum() (*pb.Checksum, error) {
	size, err := t.number()
	if err != nil || size > maxChecksumBytes {
		return nil, ErrDamaged
	}
	raw, err := t.take(size)
	sum := &pb.Checksum{}
	if err != nil || proto.Unmarshal(raw, sum) != nil {
		return nil, ErrDamaged
	}
	return sum, nil
}
