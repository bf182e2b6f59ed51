package store

import (
	"fmt"
	"os"
	"path/filepath"
)

// prepare makes a folder ready for Badger while nobody else has it: a log file that another process has just made is
// empty too. Between this and Badger's own lock lies nothing that writes.
func prepare(dir string, key []byte) error {
	unlock, err := lock(dir)
	if err != nil {
		return err
	}
	defer unlock()
	if err := removeEmptyLogs(dir); err != nil {
		return err
	}
	return checkTables(dir, key)
}

// removeEmptyLogs removes log files without content. A tablet that is switched off while Badger makes one leaves it so,
// and Badger does not open with it; nothing was in it.
func removeEmptyLogs(dir string) error {
	for _, pattern := range []string{"*.mem", "*.vlog"} {
		names, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, name := range names {
			info, err := os.Stat(name)
			if err != nil || info.Size() != 0 {
				continue
			}
			if err := os.Remove(name); err != nil {
				return fmt.Errorf("the tablet's folder cannot be written: %w", err)
			}
		}
	}
	return nil
}
