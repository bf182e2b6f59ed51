package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Rows returns a hash over everything that Dump gives, in its order. It panics if that fails.
func Rows(s store.Store) string {
	h := sha256.New()
	err := s.Dump(context.Background(), func(r store.Row) error {
		fmt.Fprintf(h, "%d %q %q %x %x\n", r.Table, r.Tenant, r.Name, r.Key, r.Value)
		return nil
	})
	if err != nil {
		panic(fmt.Sprintf("the store cannot be dumped: %v", err))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// devices: what is put about one comes back, in order of ids, and no tenant sees another's.
func devices(t *testing.T, s store.Store) {
	both(t, s, func(tx store.Tx) error {
		return all(
			tx.PutDevice("a", "two", []byte("2")), tx.PutDevice("a", "one", []byte("1")), tx.PutDevice("a", "one", []byte("1b")),
			tx.PutDevice("a\x00", "three", []byte("3")), tx.PutDevice("", "four", nil),
		)
	}, func(t *testing.T, r store.Reader) {
		of := bytesOf(t)
		want(t, "one", of(r.Device("a", "one")), "<1b>")
		want(t, "a device of another tenant", of(r.Device("a", "three")), "nil")
		want(t, "an empty value", of(r.Device("", "four")), "<>")
		for after, wanted := range map[string]string{"": "one=1b two=2 ", "one": "two=2 ", "p": "two=2 ", "two": ""} {
			seen := ""
			if err := r.Devices("a", after, func(id string, device []byte) error {
				seen += id + "=" + string(device) + " "
				return nil
			}); err != nil {
				t.Errorf("Devices: %v", err)
			}
			want(t, "devices after "+after, seen, wanted)
		}
	})
}

// rowsGoFromStoreToStore: what one store dumps, another one takes, and then they are the same.
func rowsGoFromStoreToStore(t *testing.T, from, to store.Store) {
	for seed := range uint64(4) {
		Play(seed, from)
	}
	update(t, from, func(tx store.Tx) error { return tx.PutDevice("a", "tablet", []byte("known")) })
	var rows []store.Row
	if err := from.Dump(context.Background(), func(r store.Row) error {
		r.Key, r.Value = append([]byte{}, r.Key...), append([]byte{}, r.Value...)
		rows = append(rows, r)
		return nil
	}); err != nil {
		t.Fatalf("Dump: %v", err)
	}
	for _, row := range rows {
		update(t, to, func(tx store.Tx) error { return store.PutRow(tx, row) })
	}
	want(t, "what is read", Dump(to, Organisations()...), Dump(from, Organisations()...))
	want(t, "what is dumped", Rows(to), Rows(from))
}

// dumpIsSnapshot: what is written meanwhile is not in it, an error ends it, an ended context too.
func dumpIsSnapshot(t *testing.T, s store.Store) {
	update(t, s, func(tx store.Tx) error {
		return all(tx.PutHead(care, []byte("head")), tx.Append(care, 1, []byte("one")), tx.PutDevice("t", "d", nil))
	})
	n := 0
	err := s.Dump(context.Background(), func(store.Row) error {
		n++
		return s.Update(context.Background(), func(tx store.Tx) error { return tx.Append(care, uint64(1+n), nil) })[0]
	})
	wantErr(t, "the dump", err, nil)
	want(t, "rows", n, 3)
	wantErr(t, "a dump that its callback ends", s.Dump(context.Background(), func(store.Row) error { return errNo }), errNo)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	wantErr(t, "a dump without time", s.Dump(ended, func(store.Row) error { return nil }), context.Canceled)
}

// rowsRefused: what is no row is not taken for one.
func rowsRefused(t *testing.T, s store.Store) {
	for _, row := range []store.Row{
		{}, {Table: 99}, {Table: store.RowEntry, Key: []byte("short")}, {Table: store.RowMutation, Key: make([]byte, 16), Value: []byte("no number")},
		{Table: store.RowWaiting, Key: make([]byte, 16), Value: []byte("no ids")}, {Table: store.RowHead, Key: []byte("a key")},
		{Table: store.RowDigest, Key: store.NumberKey(1 << 40)}, {Table: store.RowRecord, Key: make([]byte, 15)},
	} {
		err := s.Update(context.Background(), func(tx store.Tx) error { return store.PutRow(tx, row) })[0]
		wantErr(t, fmt.Sprintf("putting a row of table %d", row.Table), err, store.ErrRow)
	}
	row := store.Row{Table: store.RowEntry, Tenant: "t", Name: "s", Key: store.NumberKey(1), Value: []byte("entry")}
	update(t, s, func(tx store.Tx) error { return store.PutRow(tx, row) })
	err := s.Update(context.Background(), func(tx store.Tx) error { return store.PutRow(tx, row) })[0]
	wantErr(t, "putting an entry twice", err, store.ErrExists)
}
