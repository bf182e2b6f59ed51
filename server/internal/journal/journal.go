package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// File is the name of the file in the journal's folder.
const File = "log"

// maxJournal bounds the file: a line is about 300 bytes, and there is one for each change of a right, each erasure and
// each backup, and two for each export.
const maxJournal = 512 << 20

// Journal is an open journal. It may be used by many goroutines at once. It is open once only: the lock of a store's folder
// does not see to that, since a restore makes another folder for the journal that is there.
type Journal struct {
	folder string

	mu     sync.Mutex
	file   *os.File
	state  state
	chain  chain
	covers covers
	broken error
}

// Open opens the journal in a folder, or begins one.
func Open(folder string) (*Journal, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("the folder of the journal cannot be made; nothing was started: check --journal and its owner: %w", err)
	}
	path := filepath.Join(folder, File)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the journal %s cannot be opened; nothing was started: check its owner: %w", path, err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("another process uses the journal %s; nothing was changed: stop that one first, or name another journal with --journal", path)
	}
	j := &Journal{folder: folder, file: file, state: newState()}
	if err := j.read(path); err != nil {
		_ = file.Close()
		return nil, err
	}
	j.covers = readCovers(folder)
	return j, nil
}

// Exists tells whether there is a journal in a folder.
func Exists(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, File))
	return err == nil
}

// read follows the chain from its first line and cuts off a line that a crash left unfinished.
func (j *Journal) read(path string) error {
	whole, err := j.follow(path)
	if err != nil {
		return err
	}
	if err := errors.Join(j.file.Truncate(whole), syncFolder(j.folder)); err != nil {
		return fmt.Errorf("the journal %s cannot be written; nothing was started: check the disk: %w", path, err)
	}
	_, err = j.file.Seek(whole, io.SeekStart)
	return err
}

// follow takes every whole line into the state. It returns where the last one ends.
func (j *Journal) follow(path string) (end int64, err error) {
	content, err := io.ReadAll(io.LimitReader(j.file, maxJournal+1))
	if err == nil && len(content) > maxJournal {
		err = errors.New("it is larger than any journal")
	}
	if err != nil {
		return 0, fmt.Errorf("the journal %s cannot be read whole; nothing was changed: keep it, and bring it back from a copy: %w", path, err)
	}
	whole, n := bytes.LastIndexByte(content, '\n')+1, 1
	for at := 0; at < whole; n++ {
		length := bytes.IndexByte(content[at:], '\n')
		record, after, ok := parse(j.chain, content[at:at+length])
		if !ok {
			return 0, fmt.Errorf("line %d of the journal %s is damaged or not where it was written; nothing was changed: keep the file, and bring it back from a copy", n, path)
		}
		if err := j.state.apply(record); err != nil {
			return 0, fmt.Errorf("line %d of the journal %s cannot be taken: %w; nothing was changed: start the version that wrote it", n, path, err)
		}
		j.chain = after
		if n == 1 {
			j.state.first = after
		}
		at += length + 1
	}
	if rest := content[whole:]; len(rest) > 1 {
		if _, _, ok := parse(j.chain, rest[:len(rest)-1]); ok { // whole but for its last byte: no crash leaves that
			return 0, fmt.Errorf("line %d of the journal %s is damaged at its end; nothing was changed: keep the file, and bring it back from a copy", n, path)
		}
	}
	return int64(whole), nil
}

// append writes lines and makes them durable before they count. After an error of the disk the journal takes nothing
// more: what is on disk is not known then, and an fsync that failed once must not be believed the second time.
func (j *Journal) append(records ...Record) error {
	if j.broken != nil || len(records) == 0 {
		return j.broken
	}
	var text []byte
	chain := j.chain
	for i := range records {
		records[i].N = j.state.lines + uint64(i) + 1
		line, after, err := format(chain, records[i])
		if err != nil {
			return err
		}
		text, chain = append(text, line...), after
	}
	_, err := j.file.Write(text)
	if err = errors.Join(err, j.file.Sync()); err != nil {
		j.broken = fmt.Errorf("the journal cannot be written; nothing was changed: check its disk and start the server again: %w", err)
		return j.broken
	}
	if j.state.lines == 0 {
		_, j.state.first, _ = format(j.chain, records[0])
	}
	j.chain = chain
	for _, r := range records {
		if err := j.state.apply(r); err != nil {
			return err
		}
	}
	return nil
}

// Exported writes down that a chart is about to be written out, or how that ended.
func (j *Journal) Exported(e Export, now time.Time) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.append(Record{At: now, Kind: KindExported, Export: &e})
}

// Restored writes down a restore. From then on every right that had ended stays ended until the directory file says so
// too, and the store is unconfirmed.
func (j *Journal) Restored(r Restore, now time.Time) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.append(Record{At: now, Kind: KindRestored, Restore: &r})
}

// LastRestore returns the last restore and when it was; false if there was none.
func (j *Journal) LastRestore() (r Restore, at time.Time, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state.restored, j.state.restoredAt, j.state.restored.ID != ""
}

// Unconfirmed is true from a restore until an operator has confirmed it.
func (j *Journal) Unconfirmed() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state.unconfirmed
}

// Lines is how many lines there are.
func (j *Journal) Lines() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state.lines
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

var errClosed = errors.New("the journal is closed; nothing was changed")

// syncFolder makes the names in a folder durable.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
