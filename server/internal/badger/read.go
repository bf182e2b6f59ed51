package badger

import (
	"encoding/binary"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// The reads of the port, each one key or one scan.

func (r *reader) Head(s store.Stream) ([]byte, error) { return r.ofStream(tableHeads, s, suffix{}) }

func (r *reader) Entry(s store.Stream, seq uint64) ([]byte, error) {
	return r.ofStream(tableEntries, s, seqSuffix(seq))
}

func (r *reader) Entries(s store.Stream, after uint64, fn func(uint64, []byte) error) error {
	return r.scanStream(tableEntries, s, seqSuffix(after), true, func(x, entry []byte) error {
		return fn(binary.BigEndian.Uint64(x), entry)
	})
}

// Current walks entries and marks side by side: both are in order of seq, and marks are few.
func (r *reader) Current(s store.Stream, after uint64, fn func(uint64, []byte) error) error {
	g, ok, err := r.stream(tableSuperseded, s)
	if err != nil || !ok {
		return err
	}
	from := seqSuffix(after)
	marks := openCursor(r.txn, g, from.slice(), false, r.layers[:]...)
	defer marks.close()
	more, mark := true, uint64(0)
	return r.Entries(s, after, func(seq uint64, entry []byte) error {
		for more && mark < seq {
			if more, err = marks.next(); err != nil {
				return err
			}
			if more {
				mark = binary.BigEndian.Uint64(marks.suffix)
			}
		}
		if more && mark == seq {
			return nil
		}
		return fn(seq, entry)
	})
}

func (r *reader) Superseded(s store.Stream, seq uint64) (bool, error) {
	value, err := r.ofStream(tableSuperseded, s, seqSuffix(seq))
	return value != nil, err
}

func (r *reader) Record(s store.Stream, id store.ID) ([]byte, error) {
	return r.ofStream(tableRecords, s, idSuffix(id))
}

func (r *reader) Records(s store.Stream, after store.ID, fn func(store.ID, []byte) error) error {
	return r.scanStream(tableRecords, s, idSuffix(after), true, func(x, state []byte) error {
		return fn(store.ID(x), state)
	})
}

func (r *reader) Timeline(s store.Stream, before store.Place, fn func(store.Place) error) error {
	return r.scanStream(tableTimeline, s, placeSuffix(before), false, func(x, _ []byte) error {
		return fn(parsePlace(x))
	})
}

func (r *reader) Mutation(s store.Stream, id store.ID) (uint64, error) {
	return asNumber(r.ofStream(tableMutations, s, idSuffix(id)))
}

func (r *reader) Waiting(s store.Stream, on store.ID) ([]store.ID, error) {
	return r.ids(tableWaiting, s, on)
}

func (r *reader) Held(s store.Stream, fn func(uint64) error) error {
	return r.scanStream(tableHeld, s, suffix{}, false, func(x, _ []byte) error {
		return fn(binary.BigEndian.Uint64(x))
	})
}

func (r *reader) Keyed(s store.Stream, key store.ID) ([]store.ID, error) {
	return r.ids(tableKeyed, s, key)
}

func (r *reader) Digests(s store.Stream, fn func(uint32, []byte) error) error {
	return r.scanStream(tableDigests, s, suffix{}, true, func(x, digest []byte) error {
		return fn(binary.BigEndian.Uint32(x), digest)
	})
}

func (r *reader) Digest(s store.Stream, section uint32) ([]byte, error) {
	return r.ofStream(tableDigests, s, sectionSuffix(section))
}

func (r *reader) Inbox(o store.Organisation, id store.ID) ([]byte, error) {
	return r.ofInbox(tableInbox, o, idSuffix(id))
}

func (r *reader) InboxSize(o store.Organisation) (uint64, error) {
	return asNumber(r.ofInbox(tableInboxSizes, o, suffix{}))
}

func (r *reader) InboxItems(o store.Organisation, fn func(store.ID, []byte) error) error {
	g, ok, err := r.inbox(tableInbox, o)
	if err != nil || !ok {
		return err
	}
	return r.scan(g, nil, true, func(x, item []byte) error { return fn(store.ID(x), item) })
}

func (r *reader) Streams(fn func(store.Stream) error) error {
	return r.scan(tableStreams.of(0), nil, true, func(x, value []byte) error {
		head, err := r.get(tableHeads.of(binary.BigEndian.Uint32(value)), nil)
		if err != nil || head == nil {
			return err
		}
		tenant, short := parseNames(x)
		return fn(store.Stream{Tenant: tenant, Name: short})
	})
}

func (r *reader) Device(tenant, id string) ([]byte, error) {
	return r.get(tableDevices.of(0), nameSuffix(tenant, id))
}

// Devices scans from the tenant's first device: ids are few, and a name that is escaped does not sort behind its own
// continuation.
func (r *reader) Devices(tenant, after string, fn func(string, []byte) error) error {
	begin := nameSuffix(tenant, "")
	begin = begin[:len(begin)-2]
	return r.scan(tableDevices.of(0), begin, true, func(x, device []byte) error {
		of, id := parseNames(x)
		switch {
		case of != tenant:
			return store.ErrStop
		case id <= after:
			return nil
		}
		return fn(id, device)
	})
}

// scanStream scans one table of a stream strictly after a suffix; an empty one is before all.
func (r *reader) scanStream(t table, s store.Stream, after suffix, values bool, fn func(x, value []byte) error) error {
	g, ok, err := r.stream(t, s)
	if err != nil || !ok {
		return err
	}
	return r.scan(g, after.slice(), values, fn)
}
