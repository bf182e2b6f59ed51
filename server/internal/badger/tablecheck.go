package badger

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	driver "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	sst "github.com/dgraph-io/badger/v4/table"

	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/badgertables"
)

// The driver's files that are read before it is.
const (
	manifestFile = "MANIFEST"
	registryFile = "KEYREGISTRY"
	valueLogs    = "*.vlog"
)

// registryHead is what a registry begins with: a vector of 16 bytes, and 12 that only the right key turns into a word.
const registryHead = 28

// valueLogKey is how many bytes at the beginning of a value log name the key that it is encrypted with.
const valueLogKey = 8

// fileDamage refuses a store that has a damaged file. It is a store.ErrDamaged with a sentence of its own.
type fileDamage struct{ dir, file string }

func (d fileDamage) Error() string {
	return fmt.Sprintf("%s of the store in %s is damaged; nothing was changed: keep the folder, and restore from a backup into a new one, as the restore drill of the README shows", d.file, d.dir)
}

// Is makes errors.Is find store.ErrDamaged.
func (d fileDamage) Is(target error) bool { return target == store.ErrDamaged }

// checkTables reads the list of tables, the keys, every table and the heads of the value logs before the driver does,
// which panics at some kinds of damage, or ends as if the key were wrong. It changes nothing, and returns the names of
// the tables that the list has.
func checkTables(dir string, key []byte) (listed []string, err error) {
	manifest, err := readManifest(dir)
	if err != nil || manifest == nil {
		return nil, err
	}
	keys, err := readKeys(dir, key)
	if err != nil {
		return nil, err
	}
	for id, is := range manifest.Tables {
		listed = append(listed, sst.IDToFilename(id))
		dk, err := keys.DataKey(is.KeyID)
		if err != nil {
			return nil, fileDamage{dir, registryFile} // it has lost the end of its list
		}
		if err := checkTable(dir, listed[len(listed)-1], is, dk.GetData()); err != nil {
			return nil, err
		}
	}
	return listed, checkValueLogs(dir, keys)
}

// readManifest returns the list of tables; nil where there is none yet.
func readManifest(dir string) (*driver.Manifest, error) {
	f, err := os.Open(filepath.Join(dir, manifestFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(dir, manifestFile, err)
	}
	defer f.Close()
	manifest, _, err := driver.ReplayManifestFile(f, layoutVersion, driver.DefaultOptions(dir).WithLogger(nil))
	if err != nil {
		return nil, fileDamage{dir, manifestFile}
	}
	return &manifest, nil
}

// readKeys returns the keys of the tables. A registry that the key does not open may also be damaged: nobody can tell.
func readKeys(dir string, key []byte) (*driver.KeyRegistry, error) {
	if info, err := os.Stat(filepath.Join(dir, registryFile)); err == nil && info.Size() < registryHead {
		return nil, fileDamage{dir, registryFile}
	}
	keys, err := driver.OpenKeyRegistry(driver.KeyRegistryOptions{Dir: dir, ReadOnly: true, EncryptionKey: key})
	switch {
	case errors.Is(err, driver.ErrEncryptionKeyMismatch):
		return nil, fmt.Errorf("the key does not fit this store, or the %s in %s is damaged; nothing was changed: check which file the key file option names, and if it is the right one, restore from a backup into a new folder", registryFile, dir)
	case err != nil:
		return nil, fileDamage{dir, registryFile}
	}
	return keys, nil
}

func checkTable(dir, name string, is driver.TableManifest, key []byte) error {
	f, err := os.Open(filepath.Join(dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s of the store in %s is missing; nothing was changed: keep the folder, and restore from a backup into a new one, as the restore drill of the README shows (%w)", name, dir, store.ErrDamaged)
	}
	if err != nil {
		return unreadable(dir, name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return unreadable(dir, name, err)
	}
	if badgertables.Check(badgertables.Table{From: f, Size: info.Size(), Key: key, Snappy: is.Compression == options.Snappy}) != nil {
		return fileDamage{dir, name}
	}
	return nil
}

// checkValueLogs looks whether the keys that the value logs name are there. They hold nothing else of this store.
func checkValueLogs(dir string, keys *driver.KeyRegistry) error {
	logs, err := filepath.Glob(filepath.Join(dir, valueLogs))
	for _, path := range logs {
		head, read := readHead(path, valueLogKey)
		if read != nil {
			return unreadable(dir, filepath.Base(path), read)
		}
		if len(head) == 0 {
			continue // a process was killed while it made it
		}
		if len(head) < valueLogKey {
			return fileDamage{dir, filepath.Base(path)}
		}
		id := uint64(0)
		for _, b := range head {
			id = id<<8 | uint64(b)
		}
		if _, err := keys.DataKey(id); err != nil {
			return fileDamage{dir, filepath.Base(path)}
		}
	}
	return err
}

// readHead reads the first bytes of a file, fewer if it is shorter.
func readHead(path string, n int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, n))
}

func unreadable(dir, file string, err error) error {
	return fmt.Errorf("%s of the store in %s cannot be read; nothing was changed: check its owner, and the disk: %w", file, dir, err)
}

// saveTables keeps what the driver is about to delete: the tables that its list does not have. After a process was killed
// those are leftovers. But a list that has lost its end looks the same, and then they hold what was acknowledged: so they
// stay beside the saved logs, with the list, until the count of commits has shown that nothing is missing. A second name
// for a file costs no space. forget is that of the saved logs; the one that is returned takes this away too.
func saveTables(dir string, listed []string, forget func() error) (func() error, error) {
	tables, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	tables = slices.DeleteFunc(tables, func(path string) bool { return slices.Contains(listed, filepath.Base(path)) })
	if err != nil || len(tables) == 0 {
		return forget, err
	}
	to := filepath.Join(dir, savedLogs)
	if _, err := os.Stat(to); errors.Is(err, os.ErrNotExist) {
		forget = func() error { return os.RemoveAll(to) }
		if err := os.Mkdir(to, 0o700); err != nil {
			return nil, err
		}
	}
	err = keepOnce(copyWhole(filepath.Join(dir, manifestFile), filepath.Join(to, manifestFile)))
	for _, path := range tables {
		if err == nil {
			err = keepOnce(os.Link(path, filepath.Join(to, filepath.Base(path))))
		}
	}
	if err != nil {
		return nil, errors.Join(err, forget())
	}
	return forget, nil
}

// copyWhole copies a small file to a name that is free. The driver cuts its list in place, so a second name would not do.
func copyWhole(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = out.Write(content)
	return errors.Join(err, out.Close())
}

// keepOnce passes over what an earlier start has kept already.
func keepOnce(err error) error {
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	return err
}
