package alerts

import (
	"context"
	"encoding/hex"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// noGroup stands in the key of a delivery that is about no group of alerts.
const noGroup = "00000000000000000000000000000000"

// hexID is how an id stands in a key.
func hexID(id []byte) string { return hex.EncodeToString(id) }

// message is a pointer to a message of the contract.
type message[M any] interface {
	*M
	proto.Message
}

// row reads a row of the server's own tables; nil if there is none.
func row[M any, P message[M]](r store.Reader, k store.ServerKey) (P, error) {
	raw, err := r.ServerRow(k)
	if err != nil || raw == nil {
		return nil, err
	}
	return decode[M, P](raw)
}

// decode reads the bytes of a row.
func decode[M any, P message[M]](raw []byte) (P, error) {
	m := P(new(M))
	if proto.Unmarshal(raw, m) != nil {
		return nil, store.ErrDamaged
	}
	return m, nil
}

// rows calls fn for every row whose key has the prefix, in order of key, above after.
func rows[M any, P message[M]](r store.Reader, tenant string, t store.ServerTable, prefix, after string, fn func(key string, m P) error) error {
	if after < prefix {
		after = prefix
	}
	return r.ServerRows(tenant, t, after, func(key string, raw []byte) error {
		if !strings.HasPrefix(key, prefix) {
			return store.ErrStop
		}
		m, err := decode[M, P](raw)
		if err != nil {
			return err
		}
		return fn(key, m)
	})
}

// put writes a row. The same message has the same bytes.
func put(tx store.Tx, k store.ServerKey, m proto.Message) error {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return err
	}
	return tx.PutServerRow(k, raw)
}

// update runs one closure and says what became of it.
func (s *Service) update(ctx context.Context, closure func(store.Tx) error) error {
	return outward(s.Store.Update(ctx, closure)[0])
}

// view runs fn on one snapshot.
func (s *Service) view(ctx context.Context, fn func(store.Reader) error) error {
	return outward(s.Store.View(ctx, fn))
}
