package memory

import (
	"strings"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// serverPrefix is the beginning of all keys of one of the server's own tables; the row's key follows as it is.
func serverPrefix(tenant string, t store.ServerTable) string {
	return string(appendName([]byte{byte(serverRows), byte(t)}, tenant))
}

// duePrefix is the beginning of all due marks.
var duePrefix = string([]byte{byte(dues)})

// dueKey is the key of a mark: time, tenant, table and the row's key. Flipping the sign makes times before 1970 sort
// before those after it.
func dueKey(atMs int64, k store.ServerKey) string {
	b := append([]byte(duePrefix), number(uint64(atMs)^1<<63)...)
	b = appendName(b, k.Tenant)
	return string(append(append(b, byte(k.Table)), k.Key...))
}

// parseDue reads a mark's key back.
func parseDue(key string) (atMs int64, k store.ServerKey) {
	key = key[len(duePrefix):]
	tenant, rest := cutName(key[8:])
	k = store.ServerKey{Tenant: tenant, Table: store.ServerTable(rest[0]), Key: rest[1:]}
	return int64(parseNumber(key[:8]) ^ 1<<63), k
}

// parseServer reads the key of a server's row back.
func parseServer(key string) store.ServerKey {
	tenant, rest := cutName(key[2:])
	return store.ServerKey{Tenant: tenant, Table: store.ServerTable(key[1]), Key: rest}
}

func (r *reader) ServerRow(k store.ServerKey) ([]byte, error) {
	return r.get(serverPrefix(k.Tenant, k.Table) + k.Key)
}

func (r *reader) ServerRows(tenant string, t store.ServerTable, from string, fn func(string, []byte) error) error {
	prefix := serverPrefix(tenant, t)
	return r.scan(prefix, after(from), func(key string, row []byte) error {
		return fn(strings.TrimPrefix(key, prefix), row)
	})
}

func (r *reader) Due(until int64, fn func(int64, store.ServerKey) error) error {
	return r.scan(duePrefix, "", func(key string, _ []byte) error {
		at, k := parseDue(key)
		if at > until {
			return store.ErrStop
		}
		return fn(at, k)
	})
}

func (t *tx) PutServerRow(k store.ServerKey, row []byte) error {
	return t.putServer(k, serverPrefix(k.Tenant, k.Table)+k.Key, row)
}

func (t *tx) PutDue(atMs int64, k store.ServerKey) error {
	return t.putServer(k, dueKey(atMs, k), nil)
}

// putServer copies the value, which stays the caller's.
func (t *tx) putServer(k store.ServerKey, key string, value []byte) error {
	if err := t.budget.WriteServer(k, value); err != nil {
		return err
	}
	t.root = t.root.put(key, append([]byte{}, value...))
	return nil
}

func (t *tx) EraseDue(atMs int64, k store.ServerKey) error {
	if err := t.budget.WriteServer(k, nil); err != nil {
		return err
	}
	t.root = t.root.without(dueKey(atMs, k))
	return nil
}
