package badger

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Files of the folder that are not the driver's.
const (
	sentinelFile = "store.json"
	lockFile     = "store.lock"
	ballastFile  = "ballast"
)

// sentinel says that the folder is a store. It is there before the driver makes its first file, so that a folder
// without the driver's files is known to have lost them.
type sentinel struct {
	StoreID       string `json:"storeID"`
	FormatVersion int    `json:"formatVersion"`
	// Ready is false until the driver has opened the folder for the first time.
	Ready bool `json:"ready"`
}

// takeFolder makes the folder if it is missing and locks it. The lock is ours and taken before anything is looked at:
// what another process has just begun to write would look damaged.
func takeFolder(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the store's folder %s cannot be made; nothing was changed, check its path and permissions: %w", dir, err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the store's folder %s cannot be written to; nothing was changed, check its owner and permissions: %w", dir, err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("another process uses the store in %s; nothing was changed, stop that one first", dir)
	}
	return lock, nil
}

// checkFolder returns the folder's sentinel, and makes one if the folder is empty. It refuses a folder that the driver
// would take for a new store although it is not: opening it would delete every table.
func checkFolder(dir string) (sentinel, error) {
	var s sentinel
	content, err := os.ReadFile(filepath.Join(dir, sentinelFile))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return newSentinel(dir)
	case err != nil:
		return s, fmt.Errorf("the store's %s cannot be read; nothing was changed, check its owner and permissions: %w", sentinelFile, err)
	}
	if err := json.Unmarshal(content, &s); err != nil || s.StoreID == "" {
		return s, fmt.Errorf("the store's %s is damaged; nothing was changed, keep the folder %s and restore from a backup", sentinelFile, dir)
	}
	if s.FormatVersion < oldestFormat || s.FormatVersion > formatVersion {
		return s, fmt.Errorf("the store has format %d and this program reads %d to %d; nothing was changed, start the version that wrote it", s.FormatVersion, oldestFormat, formatVersion)
	}
	if err := checkDriverFiles(dir, s.Ready); err != nil || s.FormatVersion == formatVersion {
		return s, err
	}
	s.FormatVersion = formatVersion
	return s, s.write(dir)
}

// checkDriverFiles refuses a folder without the files that the driver would make anew.
func checkDriverFiles(dir string, ready bool) error {
	for _, file := range [...]string{"MANIFEST", "KEYREGISTRY"} {
		_, err := os.Stat(filepath.Join(dir, file))
		if err == nil {
			continue
		}
		if !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("the store's %s cannot be read; nothing was changed, check its owner and permissions: %w", file, err)
		}
		tables, _ := filepath.Glob(filepath.Join(dir, "*.sst"))
		if ready || len(tables) > 0 {
			return fmt.Errorf("the store in %s has lost its %s; nothing was changed, keep the folder and restore from a backup", dir, file)
		}
	}
	return nil
}

// newSentinel makes an empty folder a store.
func newSentinel(dir string) (sentinel, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return sentinel{}, err
	}
	for _, f := range files {
		switch f.Name() {
		case lockFile, sentinelFile + ".new", "lost+found":
		default:
			return sentinel{}, fmt.Errorf("the folder %s is not empty and holds no store; nothing was changed, name another one or restore %s with the rest of the backup", dir, sentinelFile)
		}
	}
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return sentinel{}, err
	}
	s := sentinel{StoreID: hex.EncodeToString(id[:]), FormatVersion: formatVersion}
	return s, s.write(dir)
}

// write makes the sentinel durable before it returns.
func (s sentinel) write(dir string) error {
	content, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return writeDurably(filepath.Join(dir, sentinelFile), append(content, '\n'), 0o600)
}

// writeDurably replaces a file as a whole: content first, then the name.
func writeDurably(path string, content []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// removeEmptyLogs removes log files without a byte: a process was killed while it made them. The driver would not
// open, and nothing was ever in them.
func removeEmptyLogs(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".mem") && !strings.HasSuffix(f.Name(), ".vlog") {
			continue
		}
		info, err := f.Info()
		if err != nil {
			return err
		}
		if info.Size() == 0 {
			if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
