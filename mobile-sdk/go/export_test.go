package sdk

import "github.com/tsunagu-care/tsunagu/sync/replica"

// StoredNames lists the charts whose names stand in the store, shown or not.
func (t *Tablet) StoredNames() (ids []string, err error) {
	return ids, t.store.View(func(r replica.Reader) error {
		return r.Scan([]byte{keyChart}, nil, func(key, _ []byte) error {
			ids = append(ids, string(key[1:]))
			return nil
		})
	})
}
