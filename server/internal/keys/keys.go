// Package keys keeps the server's two keys in files of their own: store.key, which encrypts the store, and seal.key,
// which proves what the server once answered.
//
// It promises that a key is on disk before it is used, readable by its owner alone, and that a new one is never made
// where an old one must have been: a store cannot be read without its key, and receipts and author seals made before a
// restore can be checked only with the seal.key of then. Back seal.key up apart from the store: it must survive the
// store's loss. It never logs or prints a key.
package keys

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Size of a key in bytes.
const Size = 32

// Names of the files.
const (
	StoreFile = "store.key"
	SealFile  = "seal.key"
)

// Keys are both keys.
type Keys struct {
	Store [Size]byte
	Seal  [Size]byte
}

// Load reads the keys in the folder. Where there is no store yet, what is missing is made.
func Load(folder string, storeExists bool) (Keys, error) {
	var k Keys
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return k, fmt.Errorf("the folder of the keys cannot be made; check the path and its owner: %w", err)
	}
	for _, file := range []struct {
		name string
		key  *[Size]byte
	}{{StoreFile, &k.Store}, {SealFile, &k.Seal}} {
		path := filepath.Join(folder, file.name)
		err := read(path, file.key)
		if errors.Is(err, fs.ErrNotExist) {
			if storeExists {
				return k, fmt.Errorf("%s is missing though there is a store; nothing was changed: bring it back from your backup of the keys", path)
			}
			err = create(path, file.key)
		}
		if err != nil {
			return k, err
		}
	}
	return k, nil
}

func read(path string, key *[Size]byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s can be read by others than its owner; nothing was changed: run chmod 600 on it, and consider whether somebody has a copy", path)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s cannot be read; nothing was changed: check its owner: %w", path, err)
	}
	raw, err := hex.DecodeString(strings.TrimSpace(string(content)))
	if err != nil || len(raw) != Size {
		return fmt.Errorf("%s is not a key (%d hexadecimal digits); nothing was changed: bring it back from your backup of the keys", path, 2*Size)
	}
	copy(key[:], raw)
	return nil
}

func create(path string, key *[Size]byte) error {
	if _, err := rand.Read(key[:]); err != nil {
		return fmt.Errorf("the system gives no random bytes for %s: %w", path, err)
	}
	return write(path, key)
}

// write makes the file of a key, which must not be there.
func write(path string, key *[Size]byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("%s cannot be made; check the folder and its owner: %w", path, err)
	}
	_, err = f.WriteString(hex.EncodeToString(key[:]) + "\n")
	err = errors.Join(err, f.Sync(), f.Close(), syncFolder(filepath.Dir(path)))
	if err != nil {
		return fmt.Errorf("%s cannot be written; remove it and start again: %w", path, err)
	}
	return nil
}

// syncFolder makes a new file's name durable.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// CheckSeal compares the sealing key with the mark that it left when it was first used. With another key no receipt
// would prove anything, and everything that tablets wrote offline would be held. Without a mark it says nothing.
func CheckSeal(mark string, key [Size]byte) error {
	content, err := os.ReadFile(mark)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("%s cannot be read; nothing was changed: check its owner: %w", mark, err)
	case strings.TrimSpace(string(content)) != fingerprint(key):
		return fmt.Errorf("%s is not the key that this server has sealed with so far; nothing was changed: bring the right one back from your backup of the keys", SealFile)
	}
	return nil
}

// MarkSeal leaves the mark of the sealing key, now that it is in use.
func MarkSeal(mark string, key [Size]byte) error {
	err := os.MkdirAll(filepath.Dir(mark), 0o700)
	if err == nil {
		err = os.WriteFile(mark, []byte(fingerprint(key)+"\n"), 0o600)
	}
	if err != nil {
		return fmt.Errorf("%s cannot be written; check the disk and start again: %w", mark, err)
	}
	return nil
}

func fingerprint(key [Size]byte) string {
	sum := sha256.Sum256(append([]byte("tsunagu/seal/mark/v1"), key[:]...))
	return hex.EncodeToString(sum[:8])
}
