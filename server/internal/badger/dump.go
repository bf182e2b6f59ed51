package badger

import (
	"context"
	"encoding/binary"
	"math"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// dumped are the tables of a stream and of an inbox, and what a backup calls them.
var (
	dumpedOfStream = []struct {
		table table
		row   store.Table
	}{
		{tableHeads, store.RowHead}, {tableEntries, store.RowEntry}, {tableSuperseded, store.RowSuperseded},
		{tableRecords, store.RowRecord}, {tableTimeline, store.RowPlace}, {tableMutations, store.RowMutation},
		{tableWaiting, store.RowWaiting}, {tableHeld, store.RowHeld}, {tableKeyed, store.RowKeyed},
		{tableDigests, store.RowDigest},
	}
	noLimit = time.Duration(math.MaxInt64)
)

// Dump gives every row from one snapshot. It keeps old versions from being cleaned up for as long as it takes; that
// costs disk, and nothing else waits for it.
func (s *Store) Dump(ctx context.Context, fn func(store.Row) error) error {
	if err := s.gate.enter(); err != nil {
		return err
	}
	defer s.gate.leave()
	if s.failed.Load() {
		return store.ErrUnknownOutcome
	}
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	d := &dumper{r: &reader{store: s, txn: txn, ctx: ctx, until: time.Now().Add(noLimit)}, fn: fn}
	for _, step := range []func() error{d.streams, d.inboxes, d.devices, d.serverRows, d.dues} {
		if err := step(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// dumper walks one snapshot.
type dumper struct {
	r  *reader
	fn func(store.Row) error
}

// named calls fn for every name that has a number, in order of the names.
func (d *dumper) named(t table, fn func(number uint32, tenant, name string) error) error {
	return d.r.scan(t.of(0), nil, true, func(x, value []byte) error {
		tenant, name := parseNames(x)
		return fn(binary.BigEndian.Uint32(value), tenant, name)
	})
}

func (d *dumper) streams() error {
	return d.named(tableStreams, func(number uint32, tenant, name string) error {
		for _, t := range dumpedOfStream {
			err := d.r.scan(t.table.of(number), nil, true, func(x, value []byte) error {
				return d.fn(store.Row{Table: t.row, Tenant: tenant, Name: name, Key: neutral(t.row, x), Value: value})
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// neutral turns a suffix of this engine into the key that all engines give.
func neutral(row store.Table, suffix []byte) []byte {
	switch row {
	case store.RowPlace:
		return store.PlaceKey(parsePlace(suffix))
	case store.RowDigest:
		return store.NumberKey(uint64(binary.BigEndian.Uint32(suffix)))
	}
	return suffix
}

func (d *dumper) inboxes() error {
	return d.named(tableInboxes, func(number uint32, tenant, name string) error {
		return d.r.scan(tableInbox.of(number), nil, true, func(x, item []byte) error {
			return d.fn(store.Row{Table: store.RowInbox, Tenant: tenant, Name: name, Key: x, Value: item})
		})
	})
}

// serverRows goes through every number that a table of the server's own may have: rows of one that this version does not
// know go into the backup too.
func (d *dumper) serverRows() error {
	for n := range math.MaxUint8 {
		t := store.ServerTable(n + 1)
		err := d.r.scan(serverGroup(t), nil, true, func(x, row []byte) error {
			tenant, key := cutTenant(x)
			k := store.ServerKey{Table: t, Key: string(key)}
			return d.fn(store.Row{Table: store.RowServer, Tenant: tenant, Key: store.ServerRowKey(k), Value: row})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *dumper) dues() error {
	return d.r.Due(math.MaxInt64, func(atMs int64, k store.ServerKey) error {
		return d.fn(store.Row{Table: store.RowDue, Tenant: k.Tenant, Key: store.DueKey(atMs, k), Value: []byte{}})
	})
}

func (d *dumper) devices() error {
	return d.r.scan(tableDevices.of(0), nil, true, func(x, device []byte) error {
		tenant, id := parseNames(x)
		return d.fn(store.Row{Table: store.RowDevice, Tenant: tenant, Name: id, Value: device})
	})
}
