package keys

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
)

// Restore makes the keys of a restored server in a folder that has none: the sealing key that the backup brought, and
// a new store key.
func Restore(folder string, seal []byte) (Keys, error) {
	var k Keys
	if len(seal) != Size {
		return k, fmt.Errorf("the sealing key of the backup has %d bytes instead of %d; nothing was restored: take another backup", len(seal), Size)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return k, fmt.Errorf("the folder of the keys cannot be made; check the path and its owner: %w", err)
	}
	copy(k.Seal[:], seal)
	if _, err := rand.Read(k.Store[:]); err != nil {
		return k, fmt.Errorf("the system gives no random bytes; nothing was restored: %w", err)
	}
	if err := write(filepath.Join(folder, SealFile), &k.Seal); err != nil {
		return k, err
	}
	return k, write(filepath.Join(folder, StoreFile), &k.Store)
}
