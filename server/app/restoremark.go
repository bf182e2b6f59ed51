package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
)

// checkRestored refuses a data folder into which a restore has not come to its end.
func checkRestored(s config.Storage) error {
	if _, err := os.Stat(s.UnfinishedMark()); err == nil {
		return fmt.Errorf("a restore into %s did not come to its end; nothing was changed: remove the folder and restore again", s.Data)
	}
	return nil
}

// checkMark refuses a journal that does not belong to a restored folder: it would not know that the restore waits to be
// confirmed.
func checkMark(s config.Storage, j *journal.Journal) error {
	text, err := os.ReadFile(s.RestoreMark())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s cannot be read; nothing was started: check its owner: %w", s.RestoreMark(), err)
	}
	if last, _, ok := j.LastRestore(); !ok || last.ID != strings.TrimSpace(string(text)) {
		return fmt.Errorf("the journal in %s does not know of the restore that %s came from; nothing was started: name the journal's folder with --journal, as for the restore", s.JournalFolder(), s.Data)
	}
	return nil
}

// writeDurably makes a small file, content and name.
func writeDurably(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
