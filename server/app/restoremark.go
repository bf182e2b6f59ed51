package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

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

// checkMark refuses a folder and a journal that do not belong together: the folder has to be the one that the journal's
// last restore made. A journal that knows nothing of a folder's restore would not know that it waits to be confirmed; and
// a folder from before the journal's last restore would write on under epochs and covers of backups that are the new one's.
func checkMark(s config.Storage) error {
	mark, err := readSmall(s.RestoreMark())
	if err != nil {
		return fmt.Errorf("%s cannot be read; nothing was started: check its owner: %w", s.RestoreMark(), err)
	}
	last, restored, err := journal.LastRestoreIn(s.JournalFolder())
	switch {
	case err != nil:
		return err
	case mark != "" && !restored:
		return fmt.Errorf("the journal in %s does not know of the restore that %s came from; nothing was started: name the journal's folder with --journal, as for the restore; if the restore was cut off, remove this folder and restore again", s.JournalFolder(), s.Data)
	case mark != last.ID:
		return fmt.Errorf("the journal in %s went on with a restore that made another folder than %s; nothing was started or changed: name the restored folder with --data, or this folder's own journal with --journal", s.JournalFolder(), s.Data)
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
