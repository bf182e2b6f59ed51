package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/keys"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// temporary is a store that goes with whoever opened it. Its key is nowhere but in memory, so that what a dead process
// leaves of it cannot be read.
type temporary struct {
	store.Store
	folder string
}

func openTemporary(in string, minFree config.Size) (*temporary, error) {
	folder, err := os.MkdirTemp(in, "tsunagu-verify-")
	if err != nil {
		return nil, fmt.Errorf("there is no folder to unpack the backup in; nothing was changed: name one with --temp: %w", err)
	}
	var key [keys.Size]byte
	if _, err := rand.Read(key[:]); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	e, err := openBadger(context.Background(), config.Server{Storage: config.Storage{Data: folder}, MinFree: minFree}, key, zerolog.Nop())
	if err != nil {
		return nil, errors.Join(cannotMake(err, folder, "--temp"), os.RemoveAll(folder))
	}
	return &temporary{Store: e, folder: folder}, nil
}

// cannotMake says that a store which never was cannot be opened: the engine's own sentence speaks of one that was.
func cannotMake(err error, folder, flag string) error {
	if isFull(err) {
		return noRoom(err, folder, flag)
	}
	cause := errors.Unwrap(err)
	if cause == nil {
		return err // its sentence is about the disk or the folder
	}
	return fmt.Errorf("no store can be made in %s to unpack the backup in; nothing was changed: look at its disk and its owner, or name another folder with %s: %w", folder, flag, cause)
}

// isFull tells whether a disk has too little room.
func isFull(err error) bool { return errors.Is(err, store.ErrFull) || errors.Is(err, syscall.ENOSPC) }

// noRoom says in one sentence that a disk is too full to unpack a backup on. Any other error it returns as it is.
func noRoom(err error, folder, flag string) error {
	if isFull(err) {
		return fmt.Errorf("there is too little room to unpack the backup in %s; nothing was changed: free some, or name a folder on another disk with %s", folder, flag)
	}
	return err
}

// Close removes the store.
func (t *temporary) Close() error {
	return errors.Join(t.Store.Close(), os.RemoveAll(t.folder))
}
