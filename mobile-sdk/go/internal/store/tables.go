package store

import (
	"bytes"
	"crypto/aes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/fb"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/dgraph-io/badger/v4/table"
	"github.com/dgraph-io/badger/v4/y"
	"github.com/klauspost/compress/snappy"
	"google.golang.org/protobuf/proto"
)

// checkTables refuses a folder with a damaged table. Badger reads tables in goroutines of its own and panics there at
// damage, which nobody can catch: the app would end, at every start, without a word. Only the tables that the manifest
// names count; others are leftovers that Badger removes.
func checkTables(dir string, key []byte) error {
	f, err := os.Open(filepath.Join(dir, manifest))
	if os.IsNotExist(err) {
		return nil // a new store
	}
	if err != nil {
		return fmt.Errorf("the tablet's folder cannot be read: %w", err)
	}
	listed, _, err := badger.ReplayManifestFile(f, 0, badger.DefaultOptions(dir).WithLogger(nil))
	_ = f.Close()
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	keys, err := badger.OpenKeyRegistry(badger.KeyRegistryOptions{Dir: dir, ReadOnly: true, EncryptionKey: key})
	if err != nil {
		return explain(err)
	}
	for id, is := range listed.Tables {
		if err := checkTable(table.NewFilename(id, dir), is, keys); err != nil {
			return fmt.Errorf("%w (table %d: %w)", ErrDamaged, id, err)
		}
	}
	return nil
}

// maxChecksumBytes is more than a checksum takes as a message.
const maxChecksumBytes = 32

// checkTable reads the index of a table and then the blocks that it names.
func checkTable(name string, is badger.TableManifest, keys *badger.KeyRegistry) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	index, err := indexOf(&tail{f, info.Size()})
	if err != nil {
		return err
	}
	dk, err := keys.DataKey(is.KeyID)
	if err != nil {
		return err
	}
	if index, err = decrypt(index, dk); err != nil {
		return err
	}
	blocks, at := fb.GetRootAsTableIndex(index, 0), fb.BlockOffset{}
	for n := range blocks.OffsetsLength() {
		if !blocks.Offsets(&at, n) || int64(at.Offset())+int64(at.Len()) > info.Size() {
			return errTable
		}
		raw := make([]byte, at.Len())
		if _, err := f.ReadAt(raw, int64(at.Offset())); err != nil {
			return err
		}
		if err := checkBlock(raw, is.Compression, dk); err != nil {
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
		return nil, errTable
	}
	index, err := end.take(size)
	if err != nil || !fits(sum, index) {
		return nil, errTable
	}
	return index, nil
}

func fits(sum *pb.Checksum, data []byte) bool {
	return sum.GetAlgo() == pb.Checksum_CRC32C && sum.GetSum() == uint64(crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)))
}

// decrypt undoes Badger's AES-CTR, whose vector stands behind the data.
func decrypt(data []byte, dk *pb.DataKey) ([]byte, error) {
	if dk == nil {
		return data, nil
	}
	if len(data) < aes.BlockSize {
		return nil, errTable
	}
	end := len(data) - aes.BlockSize
	return y.XORBlockAllocate(data[:end], dk.GetData(), data[end:])
}

// checkBlock: the checksum of a block stands at its end, once decrypted and decompressed.
func checkBlock(raw []byte, how options.CompressionType, dk *pb.DataKey) error {
	data, err := decrypt(raw, dk)
	switch {
	case err != nil:
		return err
	case how == options.Snappy:
		if data, err = snappy.Decode(nil, data); err != nil {
			return errTable
		}
	case how != options.None:
		return nil // of no build of ours; Badger reads it
	}
	end := tail{bytes.NewReader(data), int64(len(data))}
	if sum, err := end.checksum(); err != nil || !fits(sum, data[:end.left]) {
		return errTable
	}
	return nil
}

var errTable = errors.New("it is damaged")

// tail reads a file backwards.
type tail struct {
	from io.ReaderAt
	left int64
}

func (t *tail) take(n uint32) ([]byte, error) {
	if int64(n) > t.left {
		return nil, io.ErrUnexpectedEOF
	}
	t.left -= int64(n)
	b := make([]byte, n)
	_, err := t.from.ReadAt(b, t.left)
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
		return nil, errTable
	}
	raw, err := t.take(size)
	sum := &pb.Checksum{}
	if err != nil || proto.Unmarshal(raw, sum) != nil {
		return nil, errTable
	}
	return sum, nil
}
