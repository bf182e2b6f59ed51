package backup

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"filippo.io/age"
)

// ToFile makes a file of what fill writes, encrypted. Until it is whole and on disk it has the name with ".part" at its
// end; a process that dies leaves that, and nothing under the name itself. A file that is there is not overwritten.
func ToFile(path string, to age.Recipient, fill func(io.Writer) error) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s is there already; nothing was written: choose another name", path)
	}
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("%s cannot be made; nothing was written: check the folder and its owner: %w", part, err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(part)
		}
	}()
	if err := Into(f, to, fill); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("%s cannot be written; there is no backup: check its disk: %w", part, err)
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("%s cannot be renamed; there is no backup: check the folder: %w", part, err)
	}
	return syncFolder(filepath.Dir(path))
}

// Into encrypts what fill writes into any writer.
func Into(out io.Writer, to age.Recipient, fill func(io.Writer) error) error {
	w, err := Seal(out, to)
	if err != nil {
		return err
	}
	if err := fill(w); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("the backup cannot be written to its end; there is no backup: check its disk: %w", err)
	}
	return nil
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
