package badger

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ReadKeyFile reads the store's key: 64 hexadecimal digits. It refuses a file that others than its owner may read.
func ReadKeyFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("the store's key file cannot be read; nothing was changed, check the key file option: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the key file %s may be read by others; nothing was changed, make it its owner's only (chmod 600)", path)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the store's key file cannot be read; nothing was changed, check its owner: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(content)))
	if err != nil || len(key) != KeyBytes {
		return nil, fmt.Errorf("the key file %s does not hold %d hexadecimal digits; nothing was changed, restore it from where it is kept", path, 2*KeyBytes)
	}
	return key, nil
}

// CreateKeyFile makes a new key and its file for the store that will be in dir. It refuses if that folder holds data
// already, which a new key could not read, and never overwrites a file.
func CreateKeyFile(path, dir string) ([]byte, error) {
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the store's folder %s cannot be read; no key was made, check its owner and permissions: %w", dir, err)
	}
	for _, f := range files {
		if f.Name() != lockFile && f.Name() != "lost+found" {
			return nil, fmt.Errorf("the folder %s holds data that a new key could not read; no key was made, restore the key file of this store", dir)
		}
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is a key file %s already; no key was made, use it or name another one", path)
	}
	key := make([]byte, KeyBytes)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("the folder of the key file cannot be made; no key was made, check the key file option: %w", err)
	}
	if err := writeDurably(path, []byte(hex.EncodeToString(key)+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("the key file cannot be written; no key was made, check the key file option: %w", err)
	}
	return key, nil
}
