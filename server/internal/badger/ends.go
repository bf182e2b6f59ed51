package badger

import (
	"encoding/binary"

	driver "github.com/dgraph-io/badger/v4"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// ends remembers the highest entry of logs, by the stream's number, so that an append beyond it need not be looked up.
// Only committed ones get in: what a failing closure appended is forgotten with its overlay. Entries are never deleted,
// so an end never goes back. Only the writer uses it.
type ends struct{ known map[uint32]uint64 }

func (e *ends) remember(number uint32, seq uint64) {
	if e.known == nil || len(e.known) >= maxKnown {
		e.known = map[uint32]uint64{}
	}
	e.known[number] = seq
}

// committed remembers the ends that a commit brought.
func (e *ends) committed(o *overlay) {
	for number, seq := range o.ends {
		e.remember(number, seq)
	}
}

// end returns the highest entry of a log as this closure sees it; 0 if there is none.
func (t *tx) end(s store.Stream) (uint64, error) {
	number, err := t.number(name{tableStreams, s.Tenant, s.Name})
	if err != nil || number == 0 {
		return 0, err
	}
	for i := len(t.layers) - 1; i >= 0; i-- {
		if seq, ok := t.layers[i].ends[number]; ok {
			return seq, nil
		}
	}
	seq, ok := t.store.ends.known[number]
	if ok {
		return seq, nil
	}
	if seq, err = t.storedEnd(number); err == nil {
		t.store.ends.remember(number, seq)
	}
	return seq, err
}

// storedEnd looks the end of a log up: the last key of its group in the snapshot.
func (t *tx) storedEnd(number uint32) (uint64, error) {
	g := tableEntries.of(number)
	o := driver.DefaultIteratorOptions
	o.PrefetchValues, o.Prefix, o.Reverse = false, g[:], true
	it := t.txn.NewIterator(o)
	defer it.Close()
	it.Seek(binary.BigEndian.AppendUint64(g[:], ^uint64(0)))
	if !it.Valid() {
		return 0, nil
	}
	key := it.Item().Key()
	if len(key) != groupBytes+8 {
		return 0, store.ErrDamaged
	}
	return binary.BigEndian.Uint64(key[groupBytes:]), nil
}
