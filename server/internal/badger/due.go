package badger

import (
	"encoding/binary"
	"math"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// dueGroup is what all due marks begin with.
var dueGroup = tableDue.of(0)

// dueSuffix is the time, the tenant, the table and the row's key.
func dueSuffix(atMs int64, k store.ServerKey) []byte {
	return append(append(tenantSuffix(dueTime(atMs), k.Tenant), byte(k.Table)), k.Key...)
}

// dueTime is the time that a mark begins with; it is no mark itself, so marks of that time lie behind it. Flipping the
// sign makes times before 1970 sort before those after it.
func dueTime(atMs int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(atMs)^1<<63) }

// parseDue reads back what dueSuffix wrote.
func parseDue(suffix []byte) (atMs int64, k store.ServerKey) {
	tenant, rest := cutTenant(suffix[8:])
	k = store.ServerKey{Tenant: tenant, Table: store.ServerTable(rest[0]), Key: string(rest[1:])}
	return int64(binary.BigEndian.Uint64(suffix) ^ 1<<63), k
}

// Due begins where the first mark is known to be: before it lie only the remains of marks that were taken out, as many
// as there were since the driver last cleaned up. What it finds first a view remembers for those after it.
func (r *reader) Due(until int64, fn func(int64, store.ServerKey) error) error {
	begin := r.dueBegin()
	if begin > until {
		return nil
	}
	first, found := int64(math.MaxInt64), false
	err := r.scan(dueGroup, dueTime(begin), false, func(x, _ []byte) error {
		at, k := parseDue(x)
		if !found {
			first, found = at, true
			r.learnDue(first)
		}
		if at > until {
			return store.ErrStop
		}
		return fn(at, k)
	})
	if err == nil && !found {
		r.learnDue(first)
	}
	return err
}

// dueBegin returns a time before which this reader has no mark.
func (r *reader) dueBegin() int64 {
	begin := r.store.dues.begin(r.txn.ReadTs())
	for _, o := range r.layers {
		if o != nil {
			begin = min(begin, o.firstDue())
		}
	}
	return begin
}

// firstDue is the earliest time of the marks that are put or taken out here.
func (o *overlay) firstDue() int64 {
	own := o.from(dueGroup, nil)
	if len(own) == 0 {
		return math.MaxInt64
	}
	at, _ := parseDue([]byte(own[0].suffix))
	return at
}

// learnDue remembers the first mark that a view saw. What a closure sees may never be committed.
func (r *reader) learnDue(first int64) {
	if r.layers == [2]*overlay{} {
		r.store.dues.learn(r.txn.ReadTs(), first)
	}
}

func (t *tx) PutDue(atMs int64, k store.ServerKey) error {
	if err := t.budget.WriteServer(k, nil); err != nil {
		return err
	}
	t.own.put(dueGroup, dueSuffix(atMs, k), nil)
	return t.room()
}

// EraseDue deletes a key. Earlier versions of the driver have given deleted keys back; a mark that comes back is looked at
// once more, its row wants nothing, and it is taken out again.
func (t *tx) EraseDue(atMs int64, k store.ServerKey) error {
	if err := t.budget.WriteServer(k, nil); err != nil {
		return err
	}
	t.own.erase(dueGroup, dueSuffix(atMs, k))
	return t.room()
}
