package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

// sentinel says that a store was made in the folder. Badger opens a folder without its manifest as an empty store,
// and deletes what it finds there.
const (
	sentinel     = "tablet-store"
	sentinelText = "tsunagu tablet store, format 1\n"
	manifest     = "MANIFEST"
)

// Open opens the store in a folder, or makes one if the folder is empty or not there. The key has 32 bytes.
func Open(dir string, key []byte) (*Store, error) {
	if len(key) != 32 {
		return nil, ErrKey
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the tablet's folder cannot be made: %w", err)
	}
	if err := check(dir); err != nil {
		return nil, err
	}
	if err := prepare(dir, key); err != nil {
		return nil, err
	}
	db, err := badger.Open(settings(dir, key))
	if err != nil {
		return nil, explain(err)
	}
	if err := mark(dir); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Store{db: db}, nil
}

// settings are small: a tablet has little memory. Values stay far below the threshold, so nothing goes into the
// value log.
func settings(dir string, key []byte) badger.Options {
	return badger.DefaultOptions(dir).
		WithSyncWrites(true).
		WithMemTableSize(16 << 20).WithNumMemtables(2).
		WithNumLevelZeroTables(2).WithNumLevelZeroTablesStall(8).
		WithNumCompactors(2).
		WithBlockCacheSize(8 << 20).WithIndexCacheSize(8 << 20).
		WithValueLogFileSize(16 << 20).WithValueThreshold(1 << 20).
		WithNumVersionsToKeep(1).WithDetectConflicts(false).
		WithChecksumVerificationMode(options.OnTableRead).
		WithVerifyValueChecksum(true).
		WithCompactL0OnClose(true).WithMetricsEnabled(false).
		WithEncryptionKey(key).WithEncryptionKeyRotationDuration(10 * 24 * time.Hour).
		WithLogger(nil)
}

// check refuses a folder in which a store was, but is no longer whole, and one that holds something else.
func check(dir string) error {
	_, made := os.Stat(filepath.Join(dir, sentinel))
	_, has := os.Stat(filepath.Join(dir, manifest))
	if made == nil && has != nil {
		return ErrDamaged
	}
	if made == nil || has == nil {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("the tablet's folder cannot be read: %w", err)
	}
	for _, e := range entries {
		if e.Name() != "LOCK" {
			return errors.New("the folder holds other things than a tablet's store; choose an empty one")
		}
	}
	return nil
}

func explain(err error) error {
	switch {
	case errors.Is(err, badger.ErrEncryptionKeyMismatch):
		return ErrKey
	case strings.Contains(err.Error(), "directory lock"):
		return ErrInUse
	default:
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
}

// mark writes the sentinel and makes the folder's entries durable.
func mark(dir string) error {
	name := filepath.Join(dir, sentinel)
	if _, err := os.Stat(name); err != nil {
		if err := os.WriteFile(name, []byte(sentinelText), 0o600); err != nil {
			return fmt.Errorf("the tablet's folder cannot be written: %w", err)
		}
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
