package badger

import (
	"bytes"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// serverGroup is what all keys of one of the server's own tables begin with.
func serverGroup(t store.ServerTable) group { return tableServer.of(uint32(t)) }

// serverSuffix is a tenant, and behind it a row's key as it is: nothing follows, so rows sort as keys do.
func serverSuffix(tenant, key string) []byte { return append(tenantSuffix(nil, tenant), key...) }

// tenantSuffix appends a tenant so that none is the beginning of another.
func tenantSuffix(b []byte, tenant string) []byte {
	return append(b, bytes.TrimSuffix(nameSuffix(tenant, ""), []byte{0, 1})...)
}

// cutTenant reads back what tenantSuffix wrote, and returns what follows.
func cutTenant(suffix []byte) (tenant string, rest []byte) {
	before, rest, _ := bytes.Cut(suffix, []byte{0, 1})
	return string(bytes.ReplaceAll(before, []byte{0, 255}, []byte{0})), rest
}

func (r *reader) ServerRow(k store.ServerKey) ([]byte, error) {
	return r.get(serverGroup(k.Table), serverSuffix(k.Tenant, k.Key))
}

func (r *reader) ServerRows(tenant string, t store.ServerTable, after string, fn func(string, []byte) error) error {
	prefix := tenantSuffix(nil, tenant)
	return r.scan(serverGroup(t), serverSuffix(tenant, after), true, func(x, row []byte) error {
		key, ok := bytes.CutPrefix(x, prefix)
		if !ok {
			return store.ErrStop
		}
		return fn(string(key), row)
	})
}

func (t *tx) PutServerRow(k store.ServerKey, row []byte) error {
	if err := t.budget.WriteServer(k, row); err != nil {
		return err
	}
	t.own.put(serverGroup(k.Table), serverSuffix(k.Tenant, k.Key), row)
	return t.room()
}
