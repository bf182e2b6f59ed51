package memory

import (
	"bytes"
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// tx writes a tree of its own; discarding it is forgetting it.
type tx struct {
	reader
	budget store.Budget
}

// put copies the value, which stays the caller's.
func (t *tx) put(tenant, name, key string, value []byte) error {
	if err := t.budget.Write(tenant, name, value); err != nil {
		return err
	}
	t.root = t.root.put(key, append([]byte{}, value...))
	return nil
}

func (t *tx) putStream(s store.Stream, tab table, suffix string, value []byte) error {
	return t.put(s.Tenant, s.Name, tab.of(s)+suffix, value)
}

func (t *tx) PutHead(s store.Stream, head []byte) error { return t.putStream(s, heads, "", head) }

func (t *tx) Append(s store.Stream, seq uint64, entry []byte) error {
	if seq == 0 {
		return t.budget.Fail(store.ErrNoSeq)
	}
	if t.root.get(entries.of(s)+number(seq)) != nil {
		return t.budget.Fail(store.ErrExists)
	}
	return t.putStream(s, entries, number(seq), entry)
}

func (t *tx) ReplaceEntry(s store.Stream, seq uint64, entry []byte) error {
	if t.root.get(entries.of(s)+number(seq)) == nil {
		return t.budget.Fail(store.ErrAbsent)
	}
	return t.putStream(s, entries, number(seq), entry)
}

func (t *tx) Supersede(s store.Stream, seq uint64) error {
	return t.putStream(s, superseded, number(seq), nil)
}

func (t *tx) PutRecord(s store.Stream, id store.ID, state []byte) error {
	return t.putStream(s, records, string(id[:]), state)
}

func (t *tx) PutPlace(s store.Stream, p store.Place) error {
	return t.putStream(s, timeline, placeKey(p), nil)
}

func (t *tx) ErasePlace(s store.Stream, p store.Place) error {
	return t.erase(s, timeline, placeKey(p))
}

// erase takes out a key of a stream. It costs the budget a write, whether or not there is one.
func (t *tx) erase(s store.Stream, tab table, suffix string) error {
	if err := t.budget.Write(s.Tenant, s.Name, nil); err != nil {
		return err
	}
	t.root = t.root.without(tab.of(s) + suffix)
	return nil
}

func (t *tx) PutMutation(s store.Stream, id store.ID, seq uint64) error {
	return t.putStream(s, mutations, string(id[:]), []byte(number(seq)))
}

func (t *tx) PutWaiting(s store.Stream, on, id store.ID) error {
	list := ids(t.root.get(waiting.of(s) + string(on[:])))
	if slices.Contains(list, id) {
		return t.budget.Write(s.Tenant, s.Name, nil)
	}
	return t.putList(s, waiting, on, append(list, id))
}

func (t *tx) PutHeld(s store.Stream, seq uint64) error {
	return t.putStream(s, held, number(seq), nil)
}

func (t *tx) PutKeyed(s store.Stream, key, id store.ID) error {
	list := ids(t.root.get(keyed.of(s) + string(key[:])))
	at, there := slices.BinarySearchFunc(list, id, func(a, b store.ID) int { return bytes.Compare(a[:], b[:]) })
	if there {
		return t.budget.Write(s.Tenant, s.Name, nil)
	}
	return t.putList(s, keyed, key, slices.Insert(list, at, id))
}

func (t *tx) EraseKeyed(s store.Stream, key, id store.ID) error {
	list := ids(t.root.get(keyed.of(s) + string(key[:])))
	at := slices.Index(list, id)
	switch {
	case at < 0:
		return t.budget.Write(s.Tenant, s.Name, nil)
	case len(list) == 1:
		return t.erase(s, keyed, string(key[:]))
	}
	return t.putList(s, keyed, key, slices.Delete(list, at, at+1))
}

// putList stores a list of ids. It costs the budget one write, however long it is: engines may keep it otherwise.
func (t *tx) putList(s store.Stream, tab table, id store.ID, list []store.ID) error {
	if len(list) > store.MaxListed {
		return t.budget.Fail(store.ErrTooLarge)
	}
	if err := t.budget.Write(s.Tenant, s.Name, id[:]); err != nil {
		return err
	}
	value := make([]byte, 0, len(list)*len(id))
	for _, listed := range list {
		value = append(value, listed[:]...)
	}
	t.root = t.root.put(tab.of(s)+string(id[:]), value)
	return nil
}

func (t *tx) PutDigest(s store.Stream, section uint32, digest []byte) error {
	return t.putStream(s, digests, number(uint64(section)), digest)
}

func (t *tx) PutInbox(o store.Organisation, id store.ID, item []byte) error {
	key := inbox.ofInbox(o) + string(id[:])
	if t.root.get(key) == nil {
		size := t.number(inboxSize.ofInbox(o))
		t.root = t.root.put(inboxSize.ofInbox(o), []byte(number(size+1)))
	}
	return t.put(o.Tenant, o.Name, key, item)
}

func (t *tx) PutDevice(tenant, id string, device []byte) error {
	return t.put(tenant, id, devices.prefix(tenant, id), device)
}
