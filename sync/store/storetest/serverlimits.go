package storetest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// serverLimits: what is too long or has no place is refused with its whole closure, whatever that says.
func serverLimits(t *testing.T, s store.Store) {
	key, tenant := strings.Repeat("k", store.MaxServerKey), strings.Repeat("t", store.MaxNameBytes)
	big := make([]byte, store.MaxValueBytes)
	row := func(k store.ServerKey, value []byte) func(store.Tx) error {
		return func(tx store.Tx) error { _ = tx.PutServerRow(k, value); return nil }
	}
	due := func(k store.ServerKey) func(store.Tx) error {
		return func(tx store.Tx) error { _ = tx.PutDue(1, k); return nil }
	}
	for what, c := range map[string]struct {
		fn   func(store.Tx) error
		want error
	}{
		"the longest key":       {row(own(tenant, store.TableRota, key), big), nil},
		"a longer key":          {row(own("t", store.TableRota, key+"k"), nil), store.ErrTooLarge},
		"a longer tenant":       {row(own(tenant+"t", store.TableRota, "k"), nil), store.ErrTooLarge},
		"a longer value":        {row(own("t", store.TableRota, "k"), append(big, 0)), store.ErrTooLarge},
		"no key":                {row(own("t", store.TableRota, ""), nil), store.ErrServerKey},
		"no table":              {row(own("t", 0, "k"), nil), store.ErrServerKey},
		"a table of nobody":     {row(own("t", store.TableDefaults+1, "k"), nil), store.ErrServerKey},
		"the longest mark":      {due(own(tenant, store.TableRota, key)), nil},
		"a mark on no key":      {due(own("t", store.TableRota, "")), store.ErrServerKey},
		"a mark on no table":    {due(own("t", 0, "k")), store.ErrServerKey},
		"a mark on a long key":  {due(own("t", store.TableRota, key+"k")), store.ErrTooLarge},
		"erasing what is none":  {func(tx store.Tx) error { _ = tx.EraseDue(1, own("t", 0, "k")); return nil }, store.ErrServerKey},
		"too many marks":        {marks(1+store.MaxClosureBytes/markBytes, store.Tx.PutDue), store.ErrTooLarge},
		"too many erased marks": {marks(1+store.MaxClosureBytes/markBytes, store.Tx.EraseDue), store.ErrTooLarge},
		"as many as fit":        {marks(store.MaxClosureBytes/markBytes, store.Tx.PutDue), nil},
	} {
		wantErr(t, what, s.Update(t.Context(), c.fn)[0], c.want)
	}
	view(t, s, func(r store.Reader) error {
		want(t, "rows of a refused closure", ownRows(t, r, "t", store.TableRota, ""), "")
		longest, err := r.ServerRow(own(tenant, store.TableRota, key))
		want(t, "the longest row", fmt.Sprint(len(longest), err), fmt.Sprint(store.MaxValueBytes, nil))
		return nil
	})
}

// markBytes is what one of the marks below costs.
const markBytes = store.WriteBytes + 1 + store.MaxServerKey

// marks puts marks on the longest keys, or takes them out.
func marks(n int, do func(store.Tx, int64, store.ServerKey) error) func(store.Tx) error {
	return func(tx store.Tx) error {
		for i := range n {
			if err := do(tx, 1, own("t", store.TableRota, fmt.Sprintf("%0*d", store.MaxServerKey, i))); err != nil {
				return err
			}
		}
		return nil
	}
}

// serverRowsRefused: what is no row of the server's own is not taken for one.
func serverRowsRefused(t *testing.T, s store.Store) {
	k := own("t", store.TableRota, "k")
	for _, row := range []store.Row{
		{Table: store.RowServer}, {Table: store.RowServer, Key: []byte{1}}, {Table: store.RowServer, Key: []byte{0, 'k'}},
		{Table: store.RowServer, Key: []byte{99, 'k'}}, {Table: store.RowServer, Name: "a name", Key: store.ServerRowKey(k)},
		{Table: store.RowServer, Key: store.ServerRowKey(own("t", 1, strings.Repeat("k", store.MaxServerKey+1)))},
		{Table: store.RowDue}, {Table: store.RowDue, Key: store.NumberKey(1)}, {Table: store.RowDue, Key: store.DueKey(1, own("t", 1, ""))},
		{Table: store.RowDue, Key: store.DueKey(1, own("t", 99, "k"))}, {Table: store.RowDue, Name: "a name", Key: store.DueKey(1, k)},
	} {
		err := s.Update(t.Context(), func(tx store.Tx) error { return store.PutRow(tx, row) })[0]
		wantErr(t, fmt.Sprintf("putting a row of table %d, %x", row.Table, row.Key), err, store.ErrRow)
	}
	both(t, s, func(tx store.Tx) error {
		return all(store.PutRow(tx, store.Row{Table: store.RowServer, Tenant: "t", Key: store.ServerRowKey(k), Value: []byte("v")}),
			store.PutRow(tx, store.Row{Table: store.RowDue, Tenant: "t", Key: store.DueKey(-3, k)}))
	}, func(t *testing.T, r store.Reader) {
		want(t, "the row", bytesOf(t)(r.ServerRow(k)), "<v>")
		want(t, "the mark", dueUntil(t, r, 0), `-3:"t"/6/"k" `)
	})
}
