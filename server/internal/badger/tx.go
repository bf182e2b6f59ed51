package badger

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// tx is what a closure writes to: an overlay of its own above that of the commit.
type tx struct {
	reader
	own    *overlay
	budget store.Budget
}

// put writes one value of a stream.
func (t *tx) put(tab table, s store.Stream, x suffix, value []byte) error {
	return t.write(tab, name{tableStreams, s.Tenant, s.Name}, x, value)
}

func (t *tx) write(tab table, key name, x suffix, value []byte) error {
	if err := t.budget.Write(key.tenant, key.name, value); err != nil {
		return err
	}
	return t.stage(tab, key, x, value)
}

// stage writes a value that the budget has already counted.
func (t *tx) stage(tab table, key name, x suffix, value []byte) error {
	number, err := t.ensure(key)
	if err != nil {
		return t.budget.Fail(err)
	}
	t.own.put(tab.of(number), x.slice(), value)
	return t.room()
}

// room refuses a closure that one commit of the driver cannot hold.
func (t *tx) room() error {
	if t.own.bytes > t.store.maxBytes || t.own.count > t.store.maxWrites {
		return t.budget.Fail(store.ErrTooLarge)
	}
	return nil
}

func (t *tx) PutHead(s store.Stream, head []byte) error {
	return t.put(tableHeads, s, suffix{}, head)
}

// Append compares with the end of the log, which is remembered; only an entry that is not beyond it is looked up.
func (t *tx) Append(s store.Stream, seq uint64, entry []byte) error {
	if seq == 0 {
		return t.budget.Fail(store.ErrNoSeq)
	}
	end, err := t.end(s)
	if err != nil {
		return t.budget.Fail(err)
	}
	if seq <= end {
		there, err := t.Entry(s, seq)
		if err != nil {
			return t.budget.Fail(err)
		}
		if there != nil {
			return t.budget.Fail(store.ErrExists)
		}
	}
	if err := t.put(tableEntries, s, seqSuffix(seq), entry); err != nil {
		return err
	}
	t.own.ends[t.lastNumber] = max(seq, end) // the stream's: put has just asked for it
	return nil
}

func (t *tx) ReplaceEntry(s store.Stream, seq uint64, entry []byte) error {
	there, err := t.Entry(s, seq)
	if err != nil {
		return t.budget.Fail(err)
	}
	if there == nil {
		return t.budget.Fail(store.ErrAbsent)
	}
	return t.put(tableEntries, s, seqSuffix(seq), entry)
}

func (t *tx) Supersede(s store.Stream, seq uint64) error {
	return t.put(tableSuperseded, s, seqSuffix(seq), nil)
}

func (t *tx) PutRecord(s store.Stream, id store.ID, state []byte) error {
	return t.put(tableRecords, s, idSuffix(id), state)
}

func (t *tx) PutPlace(s store.Stream, p store.Place) error {
	return t.put(tableTimeline, s, placeSuffix(p), nil)
}

func (t *tx) ErasePlace(s store.Stream, p store.Place) error {
	return t.erase(tableTimeline, s, placeSuffix(p))
}

// erase takes out a key of a stream. It costs the budget a write, whether or not there is one.
func (t *tx) erase(tab table, s store.Stream, x suffix) error {
	if err := t.budget.Write(s.Tenant, s.Name, nil); err != nil {
		return err
	}
	number, err := t.number(name{tableStreams, s.Tenant, s.Name})
	if err != nil {
		return t.budget.Fail(err)
	}
	if number == 0 { // nobody has ever written to the stream
		return nil
	}
	t.own.erase(tab.of(number), x.slice())
	return t.room()
}

func (t *tx) PutMutation(s store.Stream, id store.ID, seq uint64) error {
	var value [8]byte
	binary.BigEndian.PutUint64(value[:], seq)
	return t.put(tableMutations, s, idSuffix(id), value[:])
}

func (t *tx) PutWaiting(s store.Stream, on, id store.ID) error {
	list, err := t.Waiting(s, on)
	if err != nil {
		return t.budget.Fail(err)
	}
	if slices.Contains(list, id) {
		return t.budget.Write(s.Tenant, s.Name, nil)
	}
	return t.putList(tableWaiting, s, on, append(list, id))
}

func (t *tx) PutHeld(s store.Stream, seq uint64) error {
	return t.put(tableHeld, s, seqSuffix(seq), nil)
}

func (t *tx) PutKeyed(s store.Stream, key, id store.ID) error {
	list, err := t.Keyed(s, key)
	if err != nil {
		return t.budget.Fail(err)
	}
	at, there := slices.BinarySearchFunc(list, id, func(a, b store.ID) int { return bytes.Compare(a[:], b[:]) })
	if there {
		return t.budget.Write(s.Tenant, s.Name, nil)
	}
	return t.putList(tableKeyed, s, key, slices.Insert(list, at, id))
}

func (t *tx) EraseKeyed(s store.Stream, key, id store.ID) error {
	list, err := t.Keyed(s, key)
	if err != nil {
		return t.budget.Fail(err)
	}
	at := slices.Index(list, id)
	switch {
	case at < 0:
		return t.budget.Write(s.Tenant, s.Name, nil)
	case len(list) == 1:
		return t.erase(tableKeyed, s, idSuffix(key))
	}
	return t.putList(tableKeyed, s, key, slices.Delete(list, at, at+1))
}

// putList writes a list of ids. One key holds it whole, because it is read for most mutations and is nearly always
// empty or short: a miss costs a look at the filters, a scan would cost ten times as much.
func (t *tx) putList(tab table, s store.Stream, id store.ID, list []store.ID) error {
	if len(list) > store.MaxListed {
		return t.budget.Fail(store.ErrTooLarge)
	}
	if err := t.budget.Write(s.Tenant, s.Name, id[:]); err != nil {
		return err
	}
	value := make([]byte, 0, len(list)*idBytes)
	for _, listed := range list {
		value = append(value, listed[:]...)
	}
	return t.stage(tab, name{tableStreams, s.Tenant, s.Name}, idSuffix(id), value)
}

func (t *tx) PutDigest(s store.Stream, section uint32, digest []byte) error {
	return t.put(tableDigests, s, sectionSuffix(section), digest)
}

func (t *tx) PutInbox(o store.Organisation, id store.ID, item []byte) error {
	there, err := t.Inbox(o, id)
	if err != nil {
		return t.budget.Fail(err)
	}
	key := name{tableInboxes, o.Tenant, o.Name}
	if err := t.write(tableInbox, key, idSuffix(id), item); err != nil || there != nil {
		return err
	}
	size, err := t.InboxSize(o)
	if err != nil {
		return t.budget.Fail(err)
	}
	return t.stage(tableInboxSizes, key, suffix{}, binary.BigEndian.AppendUint64(nil, size+1))
}

// PutDevice needs no number: devices stand under their names.
func (t *tx) PutDevice(tenant, id string, device []byte) error {
	if err := t.budget.Write(tenant, id, device); err != nil {
		return err
	}
	t.own.put(tableDevices.of(0), nameSuffix(tenant, id), device)
	return t.room()
}
