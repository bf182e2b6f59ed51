package sdk

import (
	"errors"
	"fmt"
	"os"

	"github.com/tsunagu-care/tsunagu/mobile-sdk/go/internal/store"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// SetAside moves a store that does not open out of the way, with its key file, and returns where it is now. It may
// hold the only copy of what somebody wrote: keep it. Of a store that opens, or is in use, nothing is moved. Dir,
// Device and Key are used of the options.
func SetAside(o Options) (string, error) {
	if _, err := os.Stat(o.Dir); err != nil {
		return "", store.ErrNoStore
	}
	t, err := Open(o)
	switch {
	case err == nil:
		return "", errors.Join(t.whole(), t.Close())
	case errors.Is(err, store.ErrInUse), errors.Is(err, replica.ErrOtherDevice):
		return "", err
	}
	return store.SetAside(o.Dir)
}

// whole says that a store opens, and how much in it the server does not have.
func (t *Tablet) whole() error {
	unsent := 0
	queue, err := t.Queue()
	for _, own := range queue {
		if own.State == replica.OnTablet || own.State == replica.TooLarge {
			unsent++
		}
	}
	if err != nil {
		return err
	}
	return &Problem{
		En: fmt.Sprintf("This store opens, so nothing was moved; entries in it that were not sent yet: %d.", unsent),
		Ja: fmt.Sprintf("この保存先は正常に開くため、退避していません。未送信の入力: %d件。", unsent),
	}
}
