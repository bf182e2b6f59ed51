package store

import (
	"encoding/binary"
	"errors"
)

// Row is one thing that a store keeps, in a form that no engine favours: what a backup holds.
type Row struct {
	// Table says what it is.
	Table Table
	// Tenant and Name are those of the stream, the organisation or the device.
	Tenant, Name string
	// Key is its place within that, as the comment of the table says. Numbers are big-endian, 8 bytes.
	Key []byte
	// Value is what was put.
	Value []byte
}

// Table names a kind of row. The numbers are part of the format of backups: they never change.
type Table byte

// The tables, in the order in which Dump gives them: for each stream those up to RowDigest, then the inboxes, then
// the devices, then the server's own rows by table, tenant and key, then the due marks by time, tenant, table and key.
const (
	// RowHead: no key; the head.
	RowHead Table = 1
	// RowEntry: seq; the entry.
	RowEntry Table = 2
	// RowSuperseded: seq; no value.
	RowSuperseded Table = 3
	// RowRecord: id; the state.
	RowRecord Table = 4
	// RowPlace: effective time with its sign bit flipped, seq; no value. Latest first.
	RowPlace Table = 5
	// RowMutation: id; the sequence number.
	RowMutation Table = 6
	// RowWaiting: id; the ids that wait, one behind the other, in the order in which they were put.
	RowWaiting Table = 7
	// RowHeld: seq; no value.
	RowHeld Table = 8
	// RowKeyed: domain key; the ids, one behind the other, in order.
	RowKeyed Table = 9
	// RowDigest: section; the digest.
	RowDigest Table = 10
	// RowInbox: id; the item. Its name is that of the organisation. The size of the inbox follows from its rows.
	RowInbox Table = 11
	// RowDevice: no key; what is known about it. Its name is the device's id.
	RowDevice Table = 12
	// RowServer: the number of one of the server's own tables, one byte, and the key in it; the row. Its name is empty.
	RowServer Table = 13
	// RowDue: time with its sign bit flipped, and what RowServer has; no value. Earliest first. Its name is empty.
	RowDue Table = 14
)

// ErrRow: a row of no table, or with a key or value that its table does not have.
var ErrRow = errors.New("the row is none of this format; nothing of it was stored: use a newer version, or another backup")

// idBytes is the length of an id in a key or a list.
const idBytes = len(ID{})

// signBit is flipped in the time of a place, so that times before 1970 sort before those after it.
const signBit = 1 << 63

// NumberKey is the key of a row that stands under a number.
func NumberKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// PlaceKey is the key of a row of RowPlace.
func PlaceKey(p Place) []byte {
	return binary.BigEndian.AppendUint64(NumberKey(uint64(p.EffectiveMs)^signBit), p.Seq)
}

// PutRow writes a row, as Dump gave it, into a store that does not have it: the restore of a backup. Rows that
// contradict each other are not noticed; an entry that is there already is ErrExists, a row of no table ErrRow.
func PutRow(tx Tx, row Row) error {
	put := rowWriters[row.Table]
	if put == nil || !row.fits() {
		return ErrRow
	}
	return put(tx, row)
}

// rowWriters write the rows of each table.
var rowWriters = map[Table]func(Tx, Row) error{
	RowHead:       func(tx Tx, r Row) error { return tx.PutHead(r.stream(), r.Value) },
	RowEntry:      func(tx Tx, r Row) error { return tx.Append(r.stream(), r.number(0), r.Value) },
	RowSuperseded: func(tx Tx, r Row) error { return tx.Supersede(r.stream(), r.number(0)) },
	RowRecord:     func(tx Tx, r Row) error { return tx.PutRecord(r.stream(), ID(r.Key), r.Value) },
	RowPlace: func(tx Tx, r Row) error {
		return tx.PutPlace(r.stream(), Place{EffectiveMs: int64(r.number(0) ^ signBit), Seq: r.number(8)})
	},
	RowMutation: func(tx Tx, r Row) error {
		return tx.PutMutation(r.stream(), ID(r.Key), binary.BigEndian.Uint64(r.Value))
	},
	RowWaiting: func(tx Tx, r Row) error {
		return r.each(func(id ID) error { return tx.PutWaiting(r.stream(), ID(r.Key), id) })
	},
	RowHeld: func(tx Tx, r Row) error { return tx.PutHeld(r.stream(), r.number(0)) },
	RowKeyed: func(tx Tx, r Row) error {
		return r.each(func(id ID) error { return tx.PutKeyed(r.stream(), ID(r.Key), id) })
	},
	RowDigest: func(tx Tx, r Row) error { return tx.PutDigest(r.stream(), uint32(r.number(0)), r.Value) },
	RowInbox: func(tx Tx, r Row) error {
		return tx.PutInbox(Organisation{Tenant: r.Tenant, Name: r.Name}, ID(r.Key), r.Value)
	},
	RowDevice: func(tx Tx, r Row) error { return tx.PutDevice(r.Tenant, r.Name, r.Value) },
	RowServer: func(tx Tx, r Row) error { return tx.PutServerRow(r.serverKey(serverKeyAt), r.Value) },
	RowDue: func(tx Tx, r Row) error {
		return tx.PutDue(int64(r.number(0)^signBit), r.serverKey(dueKeyAt))
	},
}

func (r Row) stream() Stream { return Stream{Tenant: r.Tenant, Name: r.Name} }

func (r Row) number(at int) uint64 { return binary.BigEndian.Uint64(r.Key[at:]) }

// each calls fn for every id of a list.
func (r Row) each(fn func(ID) error) error {
	for list := r.Value; len(list) > 0; list = list[idBytes:] {
		if err := fn(ID(list[:idBytes])); err != nil {
			return err
		}
	}
	return nil
}

// fits tells whether key and value are of the form that the table has.
func (r Row) fits() bool {
	key := map[Table]int{
		RowHead: 0, RowDevice: 0, RowEntry: 8, RowSuperseded: 8, RowHeld: 8, RowDigest: 8, RowPlace: 16,
		RowRecord: idBytes, RowMutation: idBytes, RowWaiting: idBytes, RowKeyed: idBytes, RowInbox: idBytes,
	}
	switch r.Table {
	case RowMutation:
		return len(r.Key) == idBytes && len(r.Value) == 8
	case RowWaiting, RowKeyed:
		return len(r.Key) == idBytes && len(r.Value)%idBytes == 0 && len(r.Value) <= MaxListed*idBytes
	case RowDigest:
		return len(r.Key) == 8 && r.number(0) <= 1<<32-1
	case RowServer, RowDue:
		return r.fitsServer()
	}
	return len(r.Key) == key[r.Table]
}
