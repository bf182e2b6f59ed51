package alarm

import (
	"encoding/hex"
	"errors"
	"strings"

	"google.golang.org/protobuf/proto"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// errRow: a row that cannot be read, or is not there although something refers to it. It is put aside.
var errRow = errors.New("a row of the alerts cannot be read; it was put aside and the others go on")

// mark is one due mark: a row, and since when it is to be looked at.
type mark struct {
	at  int64
	key store.ServerKey
}

// read decodes a row into m; false if there is none.
func read(r store.Reader, key store.ServerKey, m proto.Message) (bool, error) {
	row, err := r.ServerRow(key)
	if err != nil || row == nil {
		return false, err
	}
	if proto.Unmarshal(row, m) != nil {
		return false, errRow
	}
	return true, nil
}

// write encodes a row.
func write(tx store.Tx, key store.ServerKey, m proto.Message) error {
	row, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return errRow // a row that was read from the store, or made here, has no text that is not UTF-8
	}
	return tx.PutServerRow(key, row)
}

// move takes the mark of a row from one time to another; 0 is none.
func move(tx store.Tx, key store.ServerKey, from, to int64) error {
	if from != 0 {
		if err := tx.EraseDue(from, key); err != nil {
			return err
		}
	}
	if to == 0 {
		return nil
	}
	return tx.PutDue(to, key)
}

// each calls fn for every row of a table whose key begins so, at most limit of them. A row that cannot be read is passed
// over: what refers to it finds out.
func each[M any, P interface {
	*M
	proto.Message
}](r store.Reader, tenant string, table store.ServerTable, prefix, after string, limit int, fn func(key string, m P) error) error {
	seen := 0
	return r.ServerRows(tenant, table, after, func(key string, row []byte) error {
		if seen++; seen > limit || !strings.HasPrefix(key, prefix) {
			return store.ErrStop
		}
		m := P(new(M))
		if proto.Unmarshal(row, m) != nil {
			return nil
		}
		return fn(key, m)
	})
}

func escalationKey(tenant string, id []byte) store.ServerKey {
	return store.ServerKey{Tenant: tenant, Table: store.TableEscalation, Key: hex.EncodeToString(id)}
}

func runningKey(tenant, chart string) store.ServerKey {
	return store.ServerKey{Tenant: tenant, Table: store.TableRunning, Key: chart}
}

// deliveryPrefix is what the keys of a group's deliveries begin with; those of no group have zeros.
func deliveryPrefix(group []byte) string {
	var none [16]byte
	if len(group) == 0 {
		group = none[:]
	}
	return hex.EncodeToString(group) + "-"
}

func deliveryKey(tenant string, d *storev1.PushDelivery) store.ServerKey {
	return store.ServerKey{Tenant: tenant, Table: store.TableDelivery, Key: deliveryPrefix(d.GetGroupId()) + hex.EncodeToString(d.GetId())}
}

func targetKey(tenant, person string, id []byte) store.ServerKey {
	return store.ServerKey{Tenant: tenant, Table: store.TableTarget, Key: person + "/" + hex.EncodeToString(id)}
}

// trail calls fn for the deliveries of a group that were put down since a time, oldest first.
func trail(r store.Reader, tenant string, group []byte, since int64, fn func(key store.ServerKey, d *storev1.PushDelivery) error) error {
	prefix, from := deliveryPrefix(group), idsFrom(since)
	after := prefix + hex.EncodeToString(from[:])
	return each(r, tenant, store.TableDelivery, prefix, after, maxTrail, func(key string, d *storev1.PushDelivery) error {
		return fn(store.ServerKey{Tenant: tenant, Table: store.TableDelivery, Key: key}, d)
	})
}
