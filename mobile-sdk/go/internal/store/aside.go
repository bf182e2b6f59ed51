package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrNoStore: there is nothing to set aside.
var ErrNoStore = errors.New("there is no tablet's store at this place; nothing was changed, check the folder's name")

// SetAside moves a folder and its key out of the way and returns where the folder is now. Nothing in it is changed;
// with the key beside it, it can be opened there. The caller knows that nobody uses it.
func SetAside(dir string) (string, error) {
	dir = strings.TrimRight(dir, string(filepath.Separator))
	if _, err := os.Stat(dir); err != nil {
		return "", ErrNoStore
	}
	for n := 1; n < 1000; n++ {
		to := fmt.Sprintf("%s.aside-%d", dir, n)
		if !exists(to) && !exists(KeyFile(to)) {
			return to, moveWithKey(dir, to)
		}
	}
	return "", errors.New("too many stores were set aside here; move them elsewhere first")
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

// moveWithKey copies the key before the folder moves: switched off in between, the key lies at both places, and
// nowhere is a folder without it.
func moveWithKey(dir, to string) error {
	key, err := os.ReadFile(KeyFile(dir))
	has := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the key of the tablet's store cannot be read: %w", err)
	}
	if has {
		if err := writeDurably(KeyFile(to), key); err != nil {
			return fmt.Errorf("the key of the tablet's store cannot be copied: %w", err)
		}
	}
	if err := os.Rename(dir, to); err != nil {
		if has {
			err = errors.Join(err, os.Remove(KeyFile(to)))
		}
		return fmt.Errorf("the tablet's folder cannot be moved: %w", err)
	}
	if has {
		return os.Remove(KeyFile(dir))
	}
	return nil
}
