package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/badger"
	"github.com/tsunagu-care/tsunagu/server/internal/keys"
	"github.com/tsunagu-care/tsunagu/server/internal/metrics"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// engine is a store with what a process has to know of it.
type engine struct {
	store.Store
	// fatal gives an error once the store cannot go on; nil if that cannot happen.
	fatal <-chan error
	// commits counts what was written; nil if the engine does not count.
	commits func() metrics.Commits
}

// ballastBytes is the size of a file that may be deleted when the disk is full, so that the store can be opened.
const ballastBytes = 64 << 20

// openBadger opens the embedded engine. Its errors are sentences already.
func openBadger(_ context.Context, c config.Server, key [keys.Size]byte, log zerolog.Logger) (*engine, error) {
	s, err := badger.Open(badger.Options{
		Dir: c.StoreFolder(), Key: key[:], MinFreeBytes: uint64(c.MinFree), BallastBytes: ballastBytes,
		Logger: slog.New(storeLog{log: log.With().Str("part", "store").Logger()}),
	})
	if err != nil {
		return nil, err
	}
	commits := func() metrics.Commits {
		c := s.Counts()
		return metrics.Commits{Commits: c.Commits, Closures: c.Closures, Writes: c.Writes, Bytes: c.Bytes}
	}
	return &engine{Store: s, fatal: s.Fatal(), commits: commits}, nil
}

// holdsFiles tells whether there is anything in a folder.
func holdsFiles(folder string) (bool, error) {
	d, err := os.Open(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("the store's folder cannot be opened; check its owner: %w", err)
	}
	defer d.Close()
	names, err := d.Readdirnames(2)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	fresh := len(names) == 1 && names[0] == "lost+found" // a file system that was mounted there
	return err == nil && !fresh, err
}
