// Package epochs is the journal of epoch numbers: a small file apart from the store and its backups.
//
// It promises that a number is given once and is on disk before it is given, also over crashes, restores of the store
// and, by starting at the clock, the loss of the journal itself. It never rewrites what it wrote; after an error of
// the disk it gives no number until the server has been started again.
package epochs

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// maxJournal bounds the file: a line is below 40 bytes, and a number is taken once per restore and stream.
const maxJournal = 64 << 20

// Journal gives epoch numbers. It may be used by many goroutines at once.
type Journal struct {
	mu     sync.Mutex
	file   *os.File
	last   uint64
	broken error
}

// Open opens the journal, or begins one. If there is a store without a journal, the journal was lost, and the numbers
// that it gave are not known; the new one begins at the clock, which is above whatever was counted up before.
func Open(path string, storeExists bool, now time.Time) (j *Journal, begun bool, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, false, fmt.Errorf("the folder of the epoch journal cannot be made; check the path and its owner: %w", err)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, fmt.Errorf("the epoch journal %s cannot be opened; check its owner: %w", path, err)
	}
	j = &Journal{file: file}
	begun, err = j.recover(path)
	if err == nil && begun {
		if storeExists {
			j.last = uint64(now.Unix())
		}
		// A first line, so that a journal that has given nothing yet is not taken for a lost one.
		if _, err = j.file.WriteString(format(j.last)); err == nil {
			err = j.file.Sync()
		}
		if err != nil {
			err = fmt.Errorf("the epoch journal %s cannot be written; check the disk and start again: %w", path, err)
		}
	}
	if err != nil {
		_ = file.Close()
		return nil, false, err
	}
	return j, begun && storeExists, nil
}

// recover reads what was given and cuts off a line that a crash left unfinished: its number was never given.
func (j *Journal) recover(path string) (begun bool, err error) {
	content, err := io.ReadAll(io.LimitReader(j.file, maxJournal+1))
	if err == nil && len(content) > maxJournal {
		err = errors.New("it is larger than any journal")
	}
	if err != nil {
		return false, fmt.Errorf("the epoch journal %s cannot be read whole; keep it, and restore it from a copy: %w", path, err)
	}
	whole := bytes.LastIndexByte(content, '\n') + 1
	for n, line := range bytes.Split(content[:whole], []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		number, ok := parse(line)
		if !ok {
			return false, fmt.Errorf("line %d of the epoch journal %s is damaged; nothing was changed: restore the file from a copy, or move it away to begin a new one", n+1, path)
		}
		j.last = max(j.last, number)
	}
	if err := errors.Join(j.file.Truncate(int64(whole)), syncFolder(filepath.Dir(path))); err != nil {
		return false, fmt.Errorf("the epoch journal %s cannot be written; check the disk: %w", path, err)
	}
	_, err = j.file.Seek(int64(whole), io.SeekStart)
	return whole == 0, err
}

// Next gives a number above every one that was given and above the given one, and writes it down first.
func (j *Journal) Next(above uint64) (uint64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return 0, j.broken
	}
	next := max(j.last, above) + 1
	if next == 0 {
		return 0, errors.New("there is no epoch number left; nothing was changed")
	}
	_, err := j.file.WriteString(format(next))
	if err = errors.Join(err, j.file.Sync()); err != nil {
		// What is on disk is not known now, and an fsync that failed once must not be believed the second time.
		j.broken = fmt.Errorf("the epoch journal cannot be written; nothing was changed: check the disk and start the server again: %w", err)
		return 0, j.broken
	}
	j.last = next
	return next, nil
}

// Close closes the file; calling it again does nothing.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if errors.Is(j.broken, errClosed) {
		return nil
	}
	j.broken = errClosed
	return j.file.Close()
}

var errClosed = errors.New("the epoch journal is closed; nothing was changed")

// A line is the number and a checksum of it.
func format(number uint64) string {
	text := fmt.Sprintf("epoch %d", number)
	return fmt.Sprintf("%s %08x\n", text, crc32.ChecksumIEEE([]byte(text)))
}

func parse(line []byte) (number uint64, ok bool) {
	if _, err := fmt.Sscanf(string(line), "epoch %d", &number); err != nil {
		return 0, false
	}
	return number, format(number) == string(line)+"\n"
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
