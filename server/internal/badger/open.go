package badger

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"

	driver "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/y"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Open opens the store in a folder, and makes one if the folder is empty. Whatever it refuses it leaves as it is. One
// process can have a folder open.
func Open(o Options) (*Store, error) {
	if len(o.Key) != KeyBytes {
		return nil, fmt.Errorf("the store's key has %d bytes instead of %d; nothing was changed, check which file the key file option names", len(o.Key), KeyBytes)
	}
	o = withDefaults(o)
	lock, err := takeFolder(o.Dir)
	if err != nil {
		return nil, err
	}
	s := &Store{
		opts: o, log: o.Logger, lock: lock,
		queue: make(chan *request, maxQueued),
		stop:  make(chan struct{}),
		fatal: make(chan error, 1),
		dues:  newDues(),
	}
	if err := s.open(); err != nil {
		_ = lock.Close()
		return nil, err
	}
	s.joined.Add(2)
	go s.write()
	go s.guard()
	return s, nil
}

func withDefaults(o Options) Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.MinFreeBytes == 0 {
		o.MinFreeBytes = DefaultMinFreeBytes
	}
	if o.free == nil {
		o.free = freeBytes
	}
	if o.commit == nil {
		o.commit = (*driver.Txn).Commit
	}
	if o.limit == 0 {
		o.limit = MaxView
	}
	return o
}

// open checks the folder and opens the driver on it, in the order in which nothing can be lost.
func (s *Store) open() (err error) {
	dir := s.opts.Dir
	if s.sentinel, err = checkFolder(dir); err != nil {
		return err
	}
	if err := s.checkSpace(); err != nil {
		return err
	}
	listed, err := checkTables(dir, s.opts.Key)
	if err != nil {
		return err
	}
	if err := removeEmptyLogs(dir); err != nil {
		return fmt.Errorf("the store's folder %s cannot be cleaned up; nothing was changed, check its owner and permissions: %w", dir, err)
	}
	forget, err := saveLogs(dir)
	if err == nil {
		forget, err = saveTables(dir, listed, forget)
	}
	if err != nil {
		return fmt.Errorf("the logs of the store in %s cannot be copied before it is opened; nothing was changed, check space and permissions: %w", dir, err)
	}
	if s.db, err = openDriver(s.opts); err != nil {
		return err
	}
	if s.witness, err = openWitness(dir, s.db); err != nil {
		return errors.Join(err, s.db.Close())
	}
	s.maxBytes = int(s.db.MaxBatchSize()) - 4096 // room for the mark that ends a commit
	s.maxWrites = int(s.db.MaxBatchCount()) - 2
	if err = errors.Join(syncDir(dir), s.findNextWAL()); err == nil && !s.sentinel.Ready {
		s.sentinel.Ready = true
		err = s.sentinel.write(dir)
	}
	if err == nil {
		err = s.keepBallast()
	}
	if err == nil {
		err = forget()
	}
	if err != nil {
		return errors.Join(err, s.witness.file.Close(), s.db.Close())
	}
	return nil
}

// openDriver opens the driver and turns its refusals into one sentence each.
func openDriver(o Options) (db *driver.DB, err error) {
	defer func() {
		if v := recover(); v != nil {
			db, err = nil, fmt.Errorf("the store in %s cannot be opened; keep the folder and restore from a backup (%v)", o.Dir, v)
		}
	}()
	db, err = driver.Open(driverOptions(o))
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, driver.ErrEncryptionKeyMismatch):
		return nil, errors.New("the key does not fit this store; nothing was changed, check which file the key file option names")
	case errors.Is(err, y.ErrChecksumMismatch), strings.Contains(err.Error(), "checksum"):
		return nil, tableDamage{o.Dir}
	}
	return nil, fmt.Errorf("the store in %s cannot be opened; keep the folder, and restore from a backup if a second start fails too: %w", o.Dir, err)
}

// tableDamage refuses a store that has a damaged table. It is a store.ErrDamaged with a sentence of its own.
type tableDamage struct{ dir string }

func (d tableDamage) Error() string {
	return fmt.Sprintf("a table of the store in %s is damaged; nothing was deleted, keep the folder and restore from a backup", d.dir)
}

// Is makes errors.Is find store.ErrDamaged.
func (d tableDamage) Is(target error) bool { return target == store.ErrDamaged }

// findNextWAL finds out which log file the next rotation will make: the one above the highest number.
func (s *Store) findNextWAL() error {
	files, err := filepath.Glob(filepath.Join(s.opts.Dir, "*.mem"))
	if err != nil {
		return err
	}
	highest := 0
	for _, f := range files {
		if n, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(f), ".mem")); err == nil {
			highest = max(highest, n)
		}
	}
	s.nextWAL = filepath.Join(s.opts.Dir, fmt.Sprintf("%05d.mem", highest+1))
	return nil
}

// VerifyChecksums reads every table and compares its checksums. What was in a log is in a table by then; that nothing
// of it was cut off is known from the count of commits.
func (s *Store) VerifyChecksums() (err error) {
	if err := s.gate.enter(); err != nil {
		return err
	}
	defer s.gate.leave()
	defer func() {
		if v := recover(); v != nil {
			err = damaged(fmt.Errorf("the driver panicked: %v", v))
		}
	}()
	if err := s.db.VerifyChecksum(); err != nil {
		return damaged(err)
	}
	return nil
}
