// Package badger is the embedded engine of the port: one process, one folder, encrypted.
//
// It promises that what it acknowledged is on disk (one fsync per commit, shared by all who wait), that a folder it
// cannot vouch for is refused and left as it is, that writing ends before the disk does, and that Close ends in order
// however busy the store is. It never merges, never looks into a value, never deletes a key but those by which erased
// records were looked up and the marks of what was due, never retries an fsync, and never goes on after a commit whose outcome is unknown.
//
// It is meant for ext4 and XFS on Linux. Network file systems promise too little of what it needs.
package badger

import (
	"errors"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	driver "github.com/dgraph-io/badger/v4"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// KeyBytes is the length of the store's key: AES-256.
const KeyBytes = 32

// Options say where the store is and what it may use.
type Options struct {
	// Dir is the store's folder. It is created if it is missing; it must not hold anything else.
	Dir string
	// Key encrypts the store. Without it nothing can be read any more.
	Key []byte
	// Logger gets what an operator should know; nil logs nothing. No record value reaches it.
	Logger *slog.Logger
	// MinFreeBytes is how much of the disk stays free: below it, writes are refused and reading goes on.
	// 0 is DefaultMinFreeBytes.
	MinFreeBytes uint64
	// BallastBytes is the size of a file that an operator may delete when the disk is full, so that the store can
	// start and be moved. 0 keeps none.
	BallastBytes int64

	free   func(dir string) (uint64, error) // tests: how much is free
	commit func(*driver.Txn) error          // tests: the commit
	limit  time.Duration                    // tests: how long a view may take
}

// Store is an open store. It may be used by many goroutines at once.
type Store struct {
	opts     Options
	log      *slog.Logger
	db       *driver.DB
	lock     *os.File
	sentinel sentinel

	gate    gate
	numbers numbers
	ends    ends
	dues    *dues
	witness *witness
	queue   chan *request
	stop    chan struct{}  // closed by Close when nothing runs any more
	joined  sync.WaitGroup // the writer and the guard

	closing  sync.Once
	closeErr error

	full      atomic.Bool
	failed    atomic.Bool
	fatal     chan error
	stats     stats
	maxBytes  int    // of one commit
	maxWrites int    // of one commit
	nextWAL   string // the file that the next rotation makes
}

var _ store.Store = (*Store)(nil)

// ID returns the id that the store was given when it was made. A copy of the folder has the same.
func (s *Store) ID() string { return s.sentinel.StoreID }

// Fatal yields one error when the store can no longer tell what is on disk. The process then has to end: only opening
// the store again finds out.
func (s *Store) Fatal() <-chan error { return s.fatal }

// fail makes the store refuse everything from now on.
func (s *Store) fail(cause error) {
	if s.failed.CompareAndSwap(false, true) {
		s.log.Error("a commit failed; the store refuses everything until it is opened again", "cause", cause)
		s.fatal <- cause
	}
}

// Close refuses what comes, waits for what runs, and leaves everything on disk. After a commit of unknown outcome it
// leaves the folder as it is: flushing again what an fsync refused would be trusting the disk twice.
func (s *Store) Close() error {
	s.gate.close()
	s.closing.Do(func() {
		close(s.stop)
		s.joined.Wait()
		if s.failed.Load() {
			s.closeErr = store.ErrUnknownOutcome
		} else {
			s.closeErr = errors.Join(s.db.Close(), s.witness.file.Close())
		}
		_ = s.lock.Close() // also gives the lock back
	})
	return s.closeErr
}
