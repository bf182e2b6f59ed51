package memory

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// reader reads one tree.
type reader struct {
	ctx  context.Context
	root *node
}

func (r *reader) get(key string) ([]byte, error) { return r.root.get(key), nil }

// scan calls fn for every key with the prefix that is not below from; fn may end it with ErrStop.
func (r *reader) scan(prefix, from string, fn func(key string, value []byte) error) error {
	err := r.root.scan(prefix, prefix+from, func(key string, value []byte) error {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		return fn(key, value)
	})
	if errors.Is(err, store.ErrStop) {
		return nil
	}
	return err
}

// after returns where a scan strictly after key begins.
func after(key string) string { return key + "\x00" }

func (r *reader) Head(s store.Stream) ([]byte, error) { return r.get(heads.of(s)) }

func (r *reader) Entry(s store.Stream, seq uint64) ([]byte, error) {
	return r.get(entries.of(s) + number(seq))
}

func (r *reader) Entries(s store.Stream, from uint64, fn func(uint64, []byte) error) error {
	return r.scan(entries.of(s), after(number(from)), func(key string, value []byte) error {
		return fn(parseNumber(key), value)
	})
}

func (r *reader) Current(s store.Stream, from uint64, fn func(uint64, []byte) error) error {
	marks := superseded.of(s)
	return r.Entries(s, from, func(seq uint64, entry []byte) error {
		if r.root.get(marks+number(seq)) != nil {
			return nil
		}
		return fn(seq, entry)
	})
}

func (r *reader) Superseded(s store.Stream, seq uint64) (bool, error) {
	return r.root.get(superseded.of(s)+number(seq)) != nil, nil
}

func (r *reader) Record(s store.Stream, id store.ID) ([]byte, error) {
	return r.get(records.of(s) + string(id[:]))
}

func (r *reader) Records(s store.Stream, from store.ID, fn func(store.ID, []byte) error) error {
	return r.scan(records.of(s), after(string(from[:])), func(key string, value []byte) error {
		return fn(parseID(key), value)
	})
}

func (r *reader) Timeline(s store.Stream, before store.Place, fn func(store.Place) error) error {
	return r.scan(timeline.of(s), after(placeKey(before)), func(key string, _ []byte) error {
		return fn(parsePlace(key))
	})
}

func (r *reader) Mutation(s store.Stream, id store.ID) (uint64, error) {
	return r.number(mutations.of(s) + string(id[:])), nil
}

func (r *reader) Waiting(s store.Stream, on store.ID) ([]store.ID, error) {
	return ids(r.root.get(waiting.of(s) + string(on[:]))), nil
}

func (r *reader) Held(s store.Stream, fn func(uint64) error) error {
	return r.scan(held.of(s), "", func(key string, _ []byte) error { return fn(parseNumber(key)) })
}

func (r *reader) Keyed(s store.Stream, key store.ID) ([]store.ID, error) {
	return ids(r.root.get(keyed.of(s) + string(key[:]))), nil
}

func (r *reader) Digests(s store.Stream, fn func(uint32, []byte) error) error {
	return r.scan(digests.of(s), "", func(key string, value []byte) error {
		return fn(uint32(parseNumber(key)), value)
	})
}

func (r *reader) Digest(s store.Stream, section uint32) ([]byte, error) {
	return r.get(digests.of(s) + number(uint64(section)))
}

func (r *reader) Inbox(o store.Organisation, id store.ID) ([]byte, error) {
	return r.get(inbox.ofInbox(o) + string(id[:]))
}

func (r *reader) InboxSize(o store.Organisation) (uint64, error) {
	return r.number(inboxSize.ofInbox(o)), nil
}

func (r *reader) InboxItems(o store.Organisation, fn func(store.ID, []byte) error) error {
	return r.scan(inbox.ofInbox(o), "", func(key string, value []byte) error {
		return fn(parseID(key), value)
	})
}

func (r *reader) Streams(fn func(store.Stream) error) error {
	return r.scan(string([]byte{byte(heads)}), "", func(key string, _ []byte) error {
		tenant, rest := cutName(key[1:])
		name, _ := cutName(rest)
		return fn(store.Stream{Tenant: tenant, Name: name})
	})
}

func (r *reader) Device(tenant, id string) ([]byte, error) {
	return r.get(devices.prefix(tenant, id))
}

func (r *reader) Devices(tenant, from string, fn func(string, []byte) error) error {
	prefix := string(appendName([]byte{byte(devices)}, tenant))
	return r.scan(prefix, "", func(key string, value []byte) error {
		id, _ := cutName(key[len(prefix):])
		if id <= from {
			return nil
		}
		return fn(id, value)
	})
}

// number reads a value that is a number; 0 if there is none.
func (r *reader) number(key string) uint64 {
	value := r.root.get(key)
	if value == nil {
		return 0
	}
	return binary.BigEndian.Uint64(value)
}

// ids reads a value that is a list of ids; nil if there is none.
func ids(value []byte) []store.ID {
	if value == nil {
		return nil
	}
	list := make([]store.ID, len(value)/len(store.ID{}))
	for i := range list {
		copy(list[i][:], value[i*len(store.ID{}):])
	}
	return list
}
