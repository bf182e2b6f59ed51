package storetest

import (
	"fmt"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// own names a row of the server's own.
func own(tenant string, t store.ServerTable, key string) store.ServerKey {
	return store.ServerKey{Tenant: tenant, Table: t, Key: key}
}

// ownRows are the rows of one table above a key, one after the other.
func ownRows(t *testing.T, r store.Reader, tenant string, tab store.ServerTable, after string) (seen string) {
	t.Helper()
	err := r.ServerRows(tenant, tab, after, func(key string, row []byte) error {
		seen += fmt.Sprintf("%q=%s ", key, row)
		return nil
	})
	if err != nil {
		t.Errorf("ServerRows: %v", err)
	}
	return seen
}

// serverRows: what is put comes back under its tenant, table and key alone, in order of key, from any key on.
func serverRows(t *testing.T, s store.Store) {
	put := func(rows ...string) func(store.Tx) error { // key, value
		return func(tx store.Tx) error {
			for i := 0; i < len(rows); i += 2 {
				if err := tx.PutServerRow(own("t", store.TableRota, rows[i]), []byte(rows[i+1])); err != nil {
					return err
				}
			}
			return all(tx.PutServerRow(own("t\x00", store.TableRota, "a"), []byte("another tenant's")),
				tx.PutServerRow(own("", store.TableRota, "t"), nil),
				tx.PutServerRow(own("t", store.TablePolicy, "a"), []byte("another table's")))
		}
	}
	update(t, s, put("b", "3", "a\x00\x01", "old", "\xff", "9"))
	both(t, s, put("a", "0", "a\x00", "1", "a\x00\x01", "2", "b/1", "4", "患者", "5"), func(t *testing.T, r store.Reader) {
		want(t, "all of them", ownRows(t, r, "t", store.TableRota, ""),
			`"a"=0 "a\x00"=1 "a\x00\x01"=2 "b"=3 "b/1"=4 "患者"=5 "\xff"=9 `)
		want(t, "those after one", ownRows(t, r, "t", store.TableRota, "a\x00\x01"), `"b"=3 "b/1"=4 "患者"=5 "\xff"=9 `)
		want(t, "those after none of them", ownRows(t, r, "t", store.TableRota, "b."), `"b/1"=4 "患者"=5 "\xff"=9 `)
		want(t, "those after the last", ownRows(t, r, "t", store.TableRota, "\xff"), "")
		want(t, "another tenant's", ownRows(t, r, "t\x00", store.TableRota, ""), `"a"=another tenant's `)
		want(t, "another table's", ownRows(t, r, "t", store.TablePolicy, ""), `"a"=another table's `)
		want(t, "those of an empty table", ownRows(t, r, "t", store.TableDuty, ""), "")
		of := bytesOf(t)
		want(t, "one", of(r.ServerRow(own("t", store.TableRota, "a\x00"))), "<1>")
		want(t, "an empty one", of(r.ServerRow(own("", store.TableRota, "t"))), "<>")
		want(t, "none", of(r.ServerRow(own("t", store.TableDuty, "a"))), "nil")
		want(t, "none under no key", of(r.ServerRow(own("t", store.TableRota, ""))), "nil")
		want(t, "streams", scanned(t, r, store.Stream{Tenant: "t", Name: "a"}, office), "")
	})
}

// serverIsolation: rows of a closure that fails are not there, later closures see earlier ones, a view sees what it began
// with.
func serverIsolation(t *testing.T, s store.Store) {
	k := own("t", store.TableEscalation, "k")
	put := func(value string, then error) func(store.Tx) error {
		return func(tx store.Tx) error {
			return all(tx.PutServerRow(k, []byte(value)), tx.PutServerRow(own("t", store.TableEscalation, "k"+value), nil), then)
		}
	}
	see := func(seen string) func(store.Tx) error {
		return func(tx store.Tx) error {
			want(t, "seen", ownRows(t, tx, "t", store.TableEscalation, ""), seen)
			return nil
		}
	}
	errs := s.Update(t.Context(), see(""), put("1", nil), put("2", errNo), see(`"k"=1 "k1"= `), put("3", nil), see(`"k"=3 "k1"= "k3"= `))
	want(t, "errors", fmt.Sprint(errs), fmt.Sprint([]error{nil, nil, errNo, nil, nil, nil}))
	view(t, s, func(r store.Reader) error {
		update(t, s, func(tx store.Tx) error { return all(put("4", nil)(tx), tx.PutDue(1, k)) })
		want(t, "a snapshot", ownRows(t, r, "t", store.TableEscalation, ""), `"k"=3 "k1"= "k3"= `)
		want(t, "its marks", dueUntil(t, r, 1), "")
		return nil
	})
	view(t, s, func(r store.Reader) error { want(t, "afterwards", bytesOf(t)(r.ServerRow(k)), "<4>"); return nil })
}

// serverScansEnd as all do: with ErrStop silently, with anything else with that.
func serverScansEnd(t *testing.T, s store.Store) {
	both(t, s, func(tx store.Tx) error {
		for _, key := range []string{"a", "b"} {
			if err := all(tx.PutServerRow(own("t", store.TableRota, key), nil), tx.PutDue(1, own("t", store.TableRota, key))); err != nil {
				return err
			}
		}
		return nil
	}, func(t *testing.T, r store.Reader) {
		for _, end := range []error{fmt.Errorf("wrapped: %w", store.ErrStop), errNo} {
			calls, wanted := 0, error(nil)
			if end == errNo {
				wanted = errNo
			}
			wantErr(t, "ServerRows", r.ServerRows("t", store.TableRota, "", func(string, []byte) error { calls++; return end }), wanted)
			wantErr(t, "Due", r.Due(1, func(int64, store.ServerKey) error { calls++; return end }), wanted)
			want(t, "calls", calls, 2)
		}
	})
}
