package memory

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// rowTables are the tables that Dump gives, and what a backup calls them. Sizes of inboxes follow from their items.
var rowTables = map[table]store.Table{
	heads: store.RowHead, entries: store.RowEntry, superseded: store.RowSuperseded, records: store.RowRecord,
	timeline: store.RowPlace, mutations: store.RowMutation, waiting: store.RowWaiting, held: store.RowHeld,
	keyed: store.RowKeyed, digests: store.RowDigest, inbox: store.RowInbox, devices: store.RowDevice,
	serverRows: store.RowServer, dues: store.RowDue,
}

// Dump gives every row of what is committed now.
func (s *Store) Dump(ctx context.Context, fn func(store.Row) error) error {
	root, err := s.begin()
	if err != nil {
		return err
	}
	defer s.running.Done()
	var rows []store.Row
	err = (&reader{ctx: ctx, root: root}).scan("", "", func(key string, value []byte) error {
		if tab, ok := rowTables[table(key[0])]; ok {
			rows = append(rows, row(tab, key, value))
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(rows, compareRows)
	for _, r := range rows {
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}

// row reads a key back.
func row(tab store.Table, key string, value []byte) store.Row {
	switch tab {
	case store.RowServer:
		k := parseServer(key)
		return store.Row{Table: tab, Tenant: k.Tenant, Key: store.ServerRowKey(k), Value: value}
	case store.RowDue:
		at, k := parseDue(key)
		return store.Row{Table: tab, Tenant: k.Tenant, Key: store.DueKey(at, k), Value: value}
	}
	tenant, rest := cutName(key[1:])
	name, suffix := cutName(rest)
	r := store.Row{Table: tab, Tenant: tenant, Name: name, Key: []byte(suffix), Value: value}
	if tab == store.RowPlace {
		r.Key = store.PlaceKey(parsePlace(key))
	}
	return r
}

// compareRows puts the streams first, each with its tables, then the inboxes, then the devices, then what is the
// server's own. Rows of one table stay in the order in which the tree has them, those of the server's own whatever their
// tenant.
func compareRows(a, b store.Row) int {
	if a.Table >= store.RowServer || b.Table >= store.RowServer {
		return cmp.Compare(a.Table, b.Table)
	}
	return cmp.Or(
		cmp.Compare(max(a.Table, store.RowDigest), max(b.Table, store.RowDigest)),
		bytes.Compare(appendName(nil, a.Tenant), appendName(nil, b.Tenant)),
		bytes.Compare(appendName(nil, a.Name), appendName(nil, b.Name)),
		cmp.Compare(a.Table, b.Table),
	)
}
