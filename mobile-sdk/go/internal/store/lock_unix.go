//go:build darwin || linux

package store

import (
	"fmt"
	"os"
	"syscall"
)

// lock takes the lock that Badger takes, for the moment before it does.
func lock(dir string) (unlock func(), err error) {
	folder, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("the tablet's folder cannot be read: %w", err)
	}
	if err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = folder.Close()
		return nil, ErrInUse
	}
	return func() { _ = folder.Close() }, nil
}
