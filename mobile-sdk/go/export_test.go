package sdk

import (
	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// Zstd lets a handler of the tests speak as the server does.
func Zstd() connect.HandlerOption {
	return connect.WithCompression("zstd", newZstdReader, newZstdWriter)
}

// StoredNames lists the charts whose names stand in the store, shown or not.
func (t *Tablet) StoredNames() (ids []string, err error) {
	return ids, t.store.View(func(r replica.Reader) error {
		return r.Scan([]byte{keyChart}, nil, func(key, _ []byte) error {
			ids = append(ids, string(key[1:]))
			return nil
		})
	})
}

// Damage changes one byte of the nth record in the store.
func (t *Tablet) Damage(n int) error {
	return t.store.Update(func(tx replica.Tx) error {
		var at, spoilt []byte
		err := tx.Scan([]byte("c"), nil, func(key, value []byte) error {
			if n--; n < 0 {
				at, spoilt = append(at, key...), append(spoilt, value...)
				return replica.ErrStop
			}
			return nil
		})
		if err != nil {
			return err
		}
		spoilt[len(spoilt)/2] ^= 1
		return tx.Set(at, spoilt)
	})
}

// CloseHard leaves the store as a tablet that is switched off hard does.
func (t *Tablet) CloseHard() error { return t.store.Close() }
