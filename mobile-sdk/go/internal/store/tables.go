package store

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/badger/v4/table"

	"github.com/tsunagu-care/tsunagu/sync/store/badgertables"
)

// checkTables refuses a folder with a damaged table. Badger reads tables in goroutines of its own and panics there at
// damage, which nobody can catch: the app would end, at every start, without a word. Only the tables that the manifest
// names count; others are leftovers that Badger removes.
func checkTables(dir string, key []byte) error {
	f, err := os.Open(filepath.Join(dir, manifest))
	if os.IsNotExist(err) {
		return nil // a new store
	}
	if err != nil {
		return fmt.Errorf("the tablet's folder cannot be read: %w", err)
	}
	listed, _, err := badger.ReplayManifestFile(f, 0, badger.DefaultOptions(dir).WithLogger(nil))
	_ = f.Close()
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	keys, err := badger.OpenKeyRegistry(badger.KeyRegistryOptions{Dir: dir, ReadOnly: true, EncryptionKey: key})
	if err != nil {
		return explain(err)
	}
	for id, is := range listed.Tables {
		if err := checkTable(table.NewFilename(id, dir), is, keys); err != nil {
			return fmt.Errorf("%w (table %d: %w)", ErrDamaged, id, err)
		}
	}
	return nil
}

// checkTable reads one table whole.
func checkTable(name string, is badger.TableManifest, keys *badger.KeyRegistry) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	dk, err := keys.DataKey(is.KeyID)
	if err != nil {
		return err
	}
	return badgertables.Check(badgertables.Table{
		From: f, Size: info.Size(), Key: dk.GetData(), Snappy: is.Compression == options.Snappy,
	})
}
