package badger

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	driver "github.com/dgraph-io/badger/v4"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// The driver cuts a damaged log off at the first record that it cannot read and says nothing: acknowledged commits go
// with the rest, and with them the heads that could tell. So every commit counts itself, in the store, and after it is
// durable its number is put into a file beside the store. A store that has counted less than the file says has lost
// commits. The file needs no fsync: it may be older than the truth, never newer.

const (
	witnessFile = "committed"
	// savedLogs is where the logs are copied before the driver opens them: it changes them even where it fails.
	savedLogs = "wal-before-open"
	// logHeader is the length of the driver's header of a log.
	logHeader = 20
)

// countKey is where a commit counts itself.
var countKey = func() []byte {
	g := tableCommits.of(0)
	return g[:]
}()

// witness is the file beside the store.
type witness struct {
	file  *os.File
	count uint64 // of commits, as the store has it
}

// openWitness compares the store with the file, and goes on writing it.
func openWitness(dir string, db *driver.DB) (*witness, error) {
	file, err := os.OpenFile(filepath.Join(dir, witnessFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the file %s of the store cannot be opened; nothing was changed, check its owner: %w", witnessFile, err)
	}
	w := &witness{file: file}
	seen := w.read()
	if w.count, err = counted(db); err == nil && w.count < seen {
		err = lostCommits{dir, seen - w.count}
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	w.write()
	return w, nil
}

// read returns the number in the file; 0 if it holds none, or one that a power cut has torn.
func (w *witness) read() uint64 {
	var b [12]byte
	if n, err := w.file.ReadAt(b[:], 0); n < len(b) || err != nil && !errors.Is(err, io.EOF) {
		return 0
	}
	if crc32.ChecksumIEEE(b[:8]) != binary.BigEndian.Uint32(b[8:]) {
		return 0
	}
	return binary.BigEndian.Uint64(b[:8])
}

// write puts the number of the last durable commit into the file. That it fails costs a witness, not a commit.
func (w *witness) write() {
	var b [12]byte
	binary.BigEndian.PutUint64(b[:8], w.count)
	binary.BigEndian.PutUint32(b[8:], crc32.ChecksumIEEE(b[:8]))
	_, _ = w.file.WriteAt(b[:], 0)
}

// next is the entry that makes a commit count itself.
func (w *witness) next() *driver.Entry {
	return driver.NewEntry(countKey, binary.BigEndian.AppendUint64(nil, w.count+1))
}

// counted returns how many commits the store has counted.
func counted(db *driver.DB) (n uint64, err error) {
	err = db.View(func(txn *driver.Txn) error {
		item, err := txn.Get(countKey)
		if errors.Is(err, driver.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return item.Value(func(v []byte) error {
			if len(v) != 8 {
				return store.ErrDamaged
			}
			n = binary.BigEndian.Uint64(v)
			return nil
		})
	})
	return n, err
}

// lostCommits refuses a store from which acknowledged commits are missing. It is a store.ErrDamaged.
type lostCommits struct {
	dir     string
	missing uint64
}

func (l lostCommits) Error() string {
	return fmt.Sprintf("the last %d commits that were acknowledged are missing from the store in %s, its log is damaged; the log as it was is in %s: keep the folder and restore from a backup, or remove the file %s to go on without them, and the tablets offer again what they hold",
		l.missing, l.dir, filepath.Join(l.dir, savedLogs), witnessFile)
}

// Is makes errors.Is find store.ErrDamaged.
func (l lostCommits) Is(target error) bool { return target == store.ErrDamaged }

// saveLogs copies the logs that hold something, before the driver changes them. A copy that is there already is from a
// start that was refused, and stays until somebody takes it away. forget takes the new copy away.
func saveLogs(dir string) (forget func() error, err error) {
	nothing := func() error { return nil }
	to := filepath.Join(dir, savedLogs)
	if _, err := os.Stat(to); err == nil {
		return nothing, nil
	}
	logs, err := filepath.Glob(filepath.Join(dir, "*.mem"))
	if err != nil || len(logs) == 0 {
		return nothing, err
	}
	forget = func() error { return os.RemoveAll(to) }
	for _, name := range logs {
		if err := copyLog(name, filepath.Join(to, filepath.Base(name))); err != nil {
			return nil, errors.Join(err, forget())
		}
	}
	return forget, nil
}

// copyLog copies a log up to its last byte that is not zero: the driver makes logs longer than what is in them.
func copyLog(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	end, err := lastByte(in)
	if err != nil || end <= logHeader {
		return err
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.CopyN(out, in, end)
	return errors.Join(err, out.Close())
}

// lastByte returns the length of a file without the zeros at its end.
func lastByte(in io.Reader) (end int64, err error) {
	buffer, at := make([]byte, 64<<10), int64(0)
	for {
		n, err := in.Read(buffer)
		if used := len(bytes.TrimRight(buffer[:n], "\x00")); used > 0 {
			end = at + int64(used)
		}
		at += int64(n)
		if errors.Is(err, io.EOF) {
			return end, nil
		}
		if err != nil {
			return 0, err
		}
	}
}
