package badger

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	driver "github.com/dgraph-io/badger/v4"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// MaxView is how long a view may take. A longer one would keep old versions from being cleaned up.
const MaxView = 30 * time.Second

// checkEvery is how many keys a scan reads between two looks at the clock.
const checkEvery = 64

// reader reads one snapshot and, inside a closure, the writes laid over it.
type reader struct {
	store  *Store
	txn    *driver.Txn
	layers [2]*overlay // of the commit and of the closure; nil in a view

	ctx   context.Context // nil in a closure: once begun it is waited for
	until time.Time
	reads int

	last       name // whose number was asked for last
	lastNumber uint32
}

// View runs fn against what is committed now.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := s.gate.enter(); err != nil {
		return err
	}
	defer s.gate.leave()
	if s.failed.Load() {
		return store.ErrUnknownOutcome
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	return fn(&reader{store: s, txn: txn, ctx: ctx, until: time.Now().Add(s.opts.limit)})
}

// check ends what takes too long.
func (r *reader) check() error {
	if r.reads++; r.ctx == nil || r.reads%checkEvery != 0 {
		return nil
	}
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if time.Now().After(r.until) {
		return fmt.Errorf("a view may take %v; nothing was changed, read in smaller parts: %w", r.store.opts.limit, context.DeadlineExceeded)
	}
	return nil
}

// get returns the value under a key, nil if there is none.
func (r *reader) get(g group, suffix []byte) ([]byte, error) {
	for i := len(r.layers) - 1; i >= 0; i-- {
		if o := r.layers[i]; o != nil {
			if value, ok := o.get(g, suffix); ok {
				return value, nil
			}
		}
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	var room [groupBytes + idBytes]byte
	item, err := r.txn.Get(append(append(room[:0], g[:]...), suffix...))
	if errors.Is(err, driver.ErrKeyNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, damaged(err)
	}
	value := []byte{}
	err = item.Value(func(v []byte) error {
		if len(v) > 0 {
			value = v // the item is this call's own, and so is its buffer
		}
		return nil
	})
	if err != nil {
		return nil, damaged(err)
	}
	return value, nil
}

// scan calls fn for every key of a group strictly after a suffix; nil is before all. fn may end it with ErrStop.
func (r *reader) scan(g group, after []byte, values bool, fn func(suffix, value []byte) error) error {
	c := openCursor(r.txn, g, after, values, r.layers[:]...)
	defer c.close()
	for {
		more, err := c.next()
		if err != nil || !more {
			return err
		}
		if after != nil && bytes.Equal(c.suffix, after) {
			continue
		}
		if err = r.check(); err == nil {
			err = fn(c.suffix, c.value)
		}
		if errors.Is(err, store.ErrStop) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// damaged says that what was read is not what was written. The driver's own text holds keys; only its cause is kept.
func damaged(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return fmt.Errorf("%w (%v)", store.ErrDamaged, err)
}

// stream returns the group of one of a stream's tables; false if the stream has nothing.
func (r *reader) stream(t table, s store.Stream) (group, bool, error) {
	number, err := r.number(name{tableStreams, s.Tenant, s.Name})
	return t.of(number), number != 0, err
}

// inbox is stream for an organisation.
func (r *reader) inbox(t table, o store.Organisation) (group, bool, error) {
	number, err := r.number(name{tableInboxes, o.Tenant, o.Name})
	return t.of(number), number != 0, err
}

// ofStream reads one value of a stream.
func (r *reader) ofStream(t table, s store.Stream, x suffix) ([]byte, error) {
	g, ok, err := r.stream(t, s)
	if err != nil || !ok {
		return nil, err
	}
	return r.get(g, x.slice())
}

// ofInbox reads one value of an inbox.
func (r *reader) ofInbox(t table, o store.Organisation, x suffix) ([]byte, error) {
	g, ok, err := r.inbox(t, o)
	if err != nil || !ok {
		return nil, err
	}
	return r.get(g, x.slice())
}

// ids reads one list of a stream.
func (r *reader) ids(t table, s store.Stream, id store.ID) ([]store.ID, error) {
	value, err := r.ofStream(t, s, idSuffix(id))
	if value == nil {
		return nil, err
	}
	list := make([]store.ID, len(value)/idBytes)
	for i := range list {
		copy(list[i][:], value[i*idBytes:])
	}
	return list, nil
}

// asNumber reads a value that is a number; 0 if there is none.
func asNumber(value []byte, err error) (uint64, error) {
	if value == nil || err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(value), nil
}
