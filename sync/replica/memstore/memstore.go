// Package memstore is a device's store in memory, for tests and simulations: it can be copied, and it can be made to
// fail. It keeps the promises of replica.Store, but for durability.
package memstore

import (
	"bytes"
	"errors"
	"slices"
	"sort"
	"strings"

	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// ErrFailed is the failure that FailAt asks for.
var ErrFailed = errors.New("the store failed, as it was told to; nothing was stored")

// Store is a store in memory. The zero value is not usable; see New. It is not safe for concurrent use.
type Store struct {
	values map[string][]byte
	sorted []string // some keys, in order; may hold ones that were deleted
	fresh  []string // keys that are not in sorted
	failAt int      // 0: never
	undo   []change
}

// change is what a key held before it was written.
type change struct {
	key   string
	value []byte
	had   bool
}

// New returns an empty store.
func New() *Store { return &Store{values: map[string][]byte{}} }

// Snapshot returns a copy: the backup that somebody made of a tablet. It does not fail as the original was told to.
func (s *Store) Snapshot() *Store {
	c := New()
	for key, value := range s.values {
		c.values[key] = value // values are never changed in place
		c.fresh = append(c.fresh, key)
	}
	return c
}

// FailAt makes the n-th Update from now fail before it stores anything; 1 is the next one, 0 takes it back.
func (s *Store) FailAt(n int) { s.failAt = n }

// Len returns how many keys there are.
func (s *Store) Len() int { return len(s.values) }

// View implements replica.Store.
func (s *Store) View(fn func(replica.Reader) error) error { return fn(reader{s}) }

// Update implements replica.Store.
func (s *Store) Update(fn func(replica.Tx) error) (err error) {
	done := false
	s.undo = s.undo[:0]
	defer func() {
		if !done {
			s.rollBack()
		}
	}()
	if err := fn(tx{reader{s}}); err != nil {
		return err
	}
	if s.failAt > 0 {
		if s.failAt--; s.failAt == 0 {
			return ErrFailed
		}
	}
	done = true
	return nil
}

func (s *Store) rollBack() {
	for _, c := range slices.Backward(s.undo) {
		if c.had {
			s.put(c.key, c.value)
		} else {
			delete(s.values, c.key)
		}
	}
}

func (s *Store) put(key string, value []byte) {
	if _, had := s.values[key]; !had {
		s.fresh = append(s.fresh, key)
	}
	s.values[key] = value
}

// order brings every key into sorted.
func (s *Store) order() {
	if len(s.fresh) == 0 {
		return
	}
	all := append(s.sorted, s.fresh...)
	sort.Strings(all)
	all = slices.Compact(all)
	s.sorted = slices.DeleteFunc(all, func(key string) bool { _, has := s.values[key]; return !has })
	s.fresh = s.fresh[:0]
}

type reader struct{ *Store }

func (r reader) Get(key []byte) ([]byte, error) { return r.values[string(key)], nil }

func (r reader) Scan(prefix, after []byte, fn func(key, value []byte) error) error {
	r.order()
	from := string(prefix)
	if bytes.Compare(after, prefix) >= 0 {
		from = string(after) + "\x00"
	}
	at, _ := slices.BinarySearch(r.sorted, from)
	for _, key := range r.sorted[at:] {
		if !strings.HasPrefix(key, string(prefix)) {
			return nil
		}
		value, has := r.values[key]
		if !has {
			continue
		}
		if err := fn([]byte(key), value); errors.Is(err, replica.ErrStop) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

type tx struct{ reader }

func (t tx) Set(key, value []byte) error {
	k := string(key)
	old, had := t.values[k]
	t.undo = append(t.undo, change{k, old, had})
	kept := make([]byte, len(value)) // never nil: that would read as absent
	copy(kept, value)
	t.put(k, kept)
	return nil
}

func (t tx) Delete(key []byte) error {
	k := string(key)
	if old, had := t.values[k]; had {
		t.undo = append(t.undo, change{k, old, true})
		delete(t.values, k)
	}
	return nil
}
