package sdk

import (
	"errors"

	"github.com/tsunagu-care/tsunagu/mobile-sdk/go/internal/store"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// keyClean → a mark: the store was closed in order. It is not there while the tablet is open.
const keyClean = 'U'

// began takes the mark of a clean end away. If it is not there the tablet was switched off hard, and its copy is looked
// at again at the next synchronisation.
func (t *Tablet) began() error {
	clean := false
	err := t.store.Update(func(tx replica.Tx) error {
		mark, err := tx.Get([]byte{keyClean})
		if clean = mark != nil; err != nil || !clean {
			return err
		}
		return tx.Delete([]byte{keyClean})
	})
	if err != nil || clean {
		return err
	}
	return t.replica.Unclean()
}

// ended leaves the mark. A store that is closed already, or has failed, gets none.
func (t *Tablet) ended() error {
	err := t.store.Update(func(tx replica.Tx) error { return tx.Set([]byte{keyClean}, []byte{1}) })
	if errors.Is(err, store.ErrClosed) || errors.Is(err, store.ErrFailed) {
		return nil
	}
	return err
}
