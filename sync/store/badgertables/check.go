package badgertables

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"hash/crc32"
	"io"

	"github.com/dgraph-io/badger/v4/fb"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/klauspost/compress/snappy"
)

// ErrDamaged: the bytes are not those of a table that Badger wrote, or not all of them.
var ErrDamaged = errors.New("the table is damaged")

// Table is one table as it lies on disk.
type Table struct {
	// From holds its bytes, Size of them.
	From io.ReaderAt
	Size int64
	// Key is the data key that it is encrypted with; nil if it is not.
	Key []byte
	// Snappy tells that its blocks are compressed with Snappy. Otherwise they are not compressed.
	Snappy bool
}

// Check reads the index of a table and then every block that it names. The error is ErrDamaged, or that of From.
func Check(t Table) (err error) {
	defer func() {
		if recover() != nil { // an index whose checksum fits and whose fields point anywhere
			err = ErrDamaged
		}
	}()
	index, err := indexOf(&tail{t.From, t.Size})
	if err != nil {
		return err
	}
	if index, err = t.decrypt(index); err != nil {
		return err
	}
	blocks, at := fb.GetRootAsTableIndex(index, 0), fb.BlockOffset{}
	if blocks.OffsetsLength() == 0 {
		return ErrDamaged // a table is written for what is in it
	}
	for n := range blocks.OffsetsLength() {
		if !blocks.Offsets(&at, n) || int64(at.Offset())+int64(at.Len()) > t.Size {
			return ErrDamaged
		}
		raw := make([]byte, at.Len())
		if _, err := t.From.ReadAt(raw, int64(at.Offset())); err != nil {
			return err
		}
		if err := t.checkBlock(raw); err != nil {
			return err
		}
	}
	return nil
}

// indexOf reads from the end of a table, as Badger does: the length of a checksum, the checksum, the length of the
// index, and the index, which is encrypted and has the checksum as it lies there.
func indexOf(end *tail) ([]byte, error) {
	sum, err := end.checksum()
	if err != nil {
		return nil, err
	}
	size, err := end.number()
	if err != nil || size == 0 {
		return nil, errors.Join(ErrDamaged, err)
	}
	index, err := end.take(size)
	if err != nil || !fits(sum, index) {
		return nil, errors.Join(ErrDamaged, err)
	}
	return index, nil
}

// checkBlock: the checksum of a block stands at its end, once decrypted and decompressed.
func (t Table) checkBlock(raw []byte) error {
	data, err := t.decrypt(raw)
	if err == nil && t.Snappy {
		data, err = snappy.Decode(nil, data)
	}
	if err != nil {
		return ErrDamaged
	}
	end := tail{bytes.NewReader(data), int64(len(data))}
	if sum, err := end.checksum(); err != nil || !fits(sum, data[:end.left]) {
		return ErrDamaged
	}
	return nil
}

// decrypt undoes Badger's AES-CTR, whose vector stands behind the data.
func (t Table) decrypt(data []byte) ([]byte, error) {
	if t.Key == nil {
		return data, nil
	}
	end := len(data) - aes.BlockSize
	if end < 0 {
		return nil, ErrDamaged
	}
	block, err := aes.NewCipher(t.Key)
	if err != nil {
		return nil, err
	}
	plain := make([]byte, end)
	cipher.NewCTR(block, data[end:]).XORKeyStream(plain, data[:end])
	return plain, nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func fits(sum *pb.Checksum, data []byte) bool {
	return sum.GetAlgo() == pb.Checksum_CRC32C && sum.GetSum() == uint64(crc32.Checksum(data, castagnoli))
}
