package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/badger"
	"github.com/tsunagu-care/tsunagu/server/internal/keys"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// Verify opens a store that no server has open and checks everything in it: the checksums of its tables, every hash
// chain, every record's version and every digest. It calls after when a stream is done. It opens the store as the server
// does, which folds logs into tables; a store that is not there is not made. Of the settings it takes
// where the store is, and how much of the disk stays free.
func Verify(ctx context.Context, s config.Server, log zerolog.Logger, after func(stream int, sofar *hub.Verified)) (verified *hub.Verified, err error) {
	if err := checkRestored(s.Storage); err != nil {
		return nil, err
	}
	exists, err := holdsFiles(s.StoreFolder())
	if err != nil {
		return nil, err
	}
	if !exists {
		return nil, fmt.Errorf("there is no store in %s; nothing was made: name the data folder with --data", s.StoreFolder())
	}
	k, err := keys.Load(s.KeysFolder(), true)
	if err != nil {
		return nil, err
	}
	e, err := openBadger(ctx, s, k.Store, log)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	if checked, ok := e.Store.(*badger.Store); ok {
		if err := checked.VerifyChecksums(); err != nil {
			return &hub.Verified{Damage: []string{err.Error()}}, nil
		}
	}
	return hub.New(hub.Config{Store: e, Seals: k.Seal}).Verify(ctx, after)
}
