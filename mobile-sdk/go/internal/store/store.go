// Package store keeps a device's replica in an encrypted folder (Badger).
//
// It promises that what an Update wrote is on disk when it returns, and that a folder which does not open is left as
// it is: it may hold the only copy of what somebody wrote. It never creates a store over one that was there, and one
// process at a time has it.
package store

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"github.com/dgraph-io/badger/v4"

	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// Errors of this package, a sentence each.
var (
	ErrClosed  = errors.New("the tablet's store is closed")
	ErrInUse   = errors.New("another program has this tablet's store open; close it first")
	ErrKey     = errors.New("the key does not fit this tablet's store; nothing was changed")
	ErrDamaged = errors.New("this tablet's store does not open; nothing was deleted: keep the folder, set it aside to go on with a new one, and ask for help")
	ErrFailed  = errors.New("the store failed while writing; close the app and open it again: what was not called saved may be missing")
)

// Store is an open store. It may be used by several goroutines at once; Updates run one at a time.
type Store struct {
	db *badger.DB

	mu     sync.RWMutex // held for reading while the database is in use
	closed bool
	write  sync.Mutex
	failed bool // under write
}

// View implements replica.Store.
func (s *Store) View(fn func(replica.Reader) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return ErrClosed
	}
	return s.db.View(func(txn *badger.Txn) error { return fn(reader{txn}) })
}

// Update implements replica.Store. After a commit that failed in an unclear way every further Update is refused:
// only opening the store again tells what is on disk.
func (s *Store) Update(fn func(replica.Tx) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.write.Lock()
	defer s.write.Unlock()
	switch {
	case s.closed:
		return ErrClosed
	case s.failed:
		return ErrFailed
	}
	txn := s.db.NewTransaction(true)
	defer txn.Discard()
	if err := fn(tx{reader{txn}}); err != nil {
		return err
	}
	err := txn.Commit()
	if err != nil && !errors.Is(err, badger.ErrTxnTooBig) {
		s.failed = true
		return fmt.Errorf("%w (%w)", ErrFailed, err)
	}
	return err
}

// Close waits for what runs and leaves everything on disk. Calling it again does nothing.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	return s.db.Close()
}

type reader struct{ txn *badger.Txn }

func (r reader) Get(key []byte) ([]byte, error) {
	item, err := r.txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	value, err := item.ValueCopy(nil)
	if value == nil && err == nil {
		value = []byte{}
	}
	return value, err
}

func (r reader) Scan(prefix, after []byte, fn func(key, value []byte) error) error {
	opts := badger.DefaultIteratorOptions
	opts.Prefix = prefix
	it := r.txn.NewIterator(opts)
	defer it.Close()
	from := prefix
	if bytes.Compare(after, prefix) >= 0 {
		from = append(bytes.Clone(after), 0)
	}
	for it.Seek(from); it.ValidForPrefix(prefix); it.Next() {
		err := it.Item().Value(func(value []byte) error { return fn(it.Item().Key(), value) })
		if errors.Is(err, replica.ErrStop) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

type tx struct{ reader }

func (t tx) Set(key, value []byte) error { return t.txn.Set(key, value) }
func (t tx) Delete(key []byte) error     { return t.txn.Delete(key) }
