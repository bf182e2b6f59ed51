package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// KeyFile returns where the key of a store lies if the app does not keep it: beside the folder, so that a copy of
// the folder alone opens nowhere.
func KeyFile(dir string) string {
	return strings.TrimRight(dir, string(filepath.Separator)) + ".key"
}

// MissingKeyError: a store without the file that its key was in.
type MissingKeyError struct{ File string }

// Error names the file.
func (e *MissingKeyError) Error() string {
	return "the key file of this tablet's store is missing: " + e.File + "; nothing was changed, put it back beside the folder"
}

// Is makes it a kind of ErrKey.
func (e *MissingKeyError) Is(target error) bool { return target == ErrKey }

// Key reads the key of a store from its file, and makes one if there is neither key nor store.
func Key(dir string) ([]byte, error) {
	name := KeyFile(dir)
	key, err := os.ReadFile(name)
	switch {
	case err == nil && len(key) == 32:
		return key, nil
	case err == nil:
		return nil, ErrKey
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the key of the tablet's store cannot be read: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, sentinel)); err == nil {
		return nil, &MissingKeyError{File: filepath.Base(name)}
	}
	key = make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	return key, writeDurably(name, key)
}

func writeDurably(name string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
