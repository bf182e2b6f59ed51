package badger

import (
	"context"
	"errors"
	"os"

	driver "github.com/dgraph-io/badger/v4"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// batch is what one commit holds: the writes of the closures that succeeded, in order.
type batch struct {
	store    *Store
	snapshot *driver.Txn // what was committed when it began; nil before the first closure
	writes   *overlay
	closures int
	members  []member   // the closures whose writes it holds
	finished []*request // calls that can be answered after the commit
	running  *request   // the call whose closure runs
}

// member is one closure of a call.
type member struct {
	request *request
	index   int
}

func newBatch(s *Store) *batch { return &batch{store: s, writes: newOverlay()} }

// run runs the closures of a call. What does not fit the commit any more goes into the next one: it was run against
// just what that one begins with.
func (b *batch) run(r *request) {
	b.running = r
	for i := range r.errs {
		r.errs[i] = errExit // stays if a closure ends the goroutine
	}
	for i, closure := range r.closures {
		b.closures++
		b.store.stats.closures.Add(1)
		r.errs[i] = b.runOne(r.ctx, closure)
		if r.errs[i] == nil {
			b.members = append(b.members, member{r, i})
		}
	}
	b.running = nil
	b.finished = append(b.finished, r)
}

// runOne runs one closure and keeps what it wrote.
func (b *batch) runOne(ctx context.Context, closure func(store.Tx) error) error {
	if err := b.store.refusal(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.snapshot == nil {
		b.snapshot = b.store.db.NewTransaction(false)
	}
	t := &tx{reader: reader{store: b.store, txn: b.snapshot}, own: newOverlay()}
	t.layers = [2]*overlay{b.writes, t.own}
	if err := store.Call(closure, t, &t.budget); err != nil {
		return err
	}
	if b.writes.bytes+t.own.bytes > b.store.maxBytes || b.writes.count+t.own.count > b.store.maxWrites {
		b.flush()
		if err := b.store.refusal(); err != nil {
			return err
		}
	}
	b.writes.lay(t.own)
	return nil
}

// commit makes the writes durable and answers the calls.
func (b *batch) commit() {
	b.flush()
	for _, r := range b.finished {
		close(r.done)
	}
	b.finished = nil
}

// flush commits what is there and begins anew on top of it.
func (b *batch) flush() {
	err := b.store.commit(b.writes, b.closures)
	if err != nil {
		for _, m := range b.members {
			m.request.errs[m.index] = err
		}
	}
	b.letGo()
	b.writes, b.members, b.closures = newOverlay(), b.members[:0], 0
}

// close lets the snapshot go. If a closure ended the goroutine, what ran before it is committed and its call answered.
func (b *batch) close() {
	if b.running != nil {
		b.finished = append(b.finished, b.running)
		b.commit()
	}
	b.letGo()
}

func (b *batch) letGo() {
	if b.snapshot != nil {
		b.snapshot.Discard()
		b.snapshot = nil
	}
}

// commit writes an overlay with one fsync. Every error but "too big" leaves open what is on disk.
func (s *Store) commit(o *overlay, closures int) error {
	if o.count == 0 {
		return nil
	}
	txn := s.db.NewTransaction(true)
	defer txn.Discard()
	err := o.copyTo(txn)
	if err == nil {
		err = txn.SetEntry(s.witness.next())
	}
	marks := err == nil && s.dues.committing(o)
	if err == nil {
		err = s.opts.commit(txn)
	}
	if errors.Is(err, driver.ErrTxnTooBig) {
		return store.ErrTooLarge
	}
	if err == nil {
		err = s.syncNewWAL()
	}
	if err != nil {
		s.fail(err)
		return store.ErrUnknownOutcome
	}
	s.witness.count++
	s.witness.write()
	s.numbers.committed(o)
	s.ends.committed(o)
	if marks {
		s.dues.committed(s.lastCommit())
	}
	s.stats.committed(closures, o.count, o.bytes)
	return nil
}

// lastCommit is the driver's number of the last commit.
func (s *Store) lastCommit() uint64 {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	return txn.ReadTs()
}

// copyTo sets every write of the overlay in a transaction, or deletes its key, and the transaction keeps the slices until
// its commit is done. The driver puts them into a map, so their order is of no use.
func (o *overlay) copyTo(txn *driver.Txn) error {
	slab := make([]driver.Entry, o.count)
	keys := make([]byte, 0, o.bytes)
	for g, w := range o.groups {
		for _, one := range w.order {
			start := len(keys)
			keys = append(append(keys, g[:]...), one.suffix...)
			key := keys[start:len(keys):len(keys)]
			if one.value == nil {
				if err := txn.Delete(key); err != nil {
					return err
				}
				continue
			}
			e := &slab[0]
			slab = slab[1:]
			e.Key, e.Value = key, one.value
			if err := txn.SetEntry(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// syncNewWAL makes the name of a new log file durable before what was written to it is acknowledged. The driver syncs
// the file only, which ext4 and XFS take to mean the name too, but nobody promises it.
func (s *Store) syncNewWAL() error {
	if _, err := os.Lstat(s.nextWAL); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := syncDir(s.opts.Dir); err != nil {
		return err
	}
	return s.findNextWAL()
}
