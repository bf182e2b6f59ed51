package app

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/journal"
)

// maxMark bounds the file that names the journal.
const maxMark = 1 << 10

// openJournal opens the journal of this data folder and no other: a start without --journal, or without the disk that it
// names, would write erasures and revocations where no restore looks for them. exists tells whether there is a store.
func (a *App) openJournal(exists bool) (err error) {
	anew := a.beginsAnew()
	if exists && !anew && !journal.Exists(a.config.JournalFolder()) {
		return fmt.Errorf("there is no journal in %s though there is a store; nothing was changed: mount its disk, or name its folder with --journal; if it is lost for good, bring it back from a copy, or run tsunagu serve --new-journal once", a.config.JournalFolder())
	}
	if a.journal, err = journal.Open(a.config.JournalFolder()); err != nil {
		return err
	}
	if exists && anew {
		return a.beginJournalAnew()
	}
	return a.checkJournalMark()
}

// beginsAnew tells whether a new journal was asked for and there is none, or one that a crash left without a line: what is
// there is never replaced.
func (a *App) beginsAnew() bool {
	return a.options.newJournal && journal.Empty(a.config.JournalFolder())
}

// checkJournalMark refuses a journal that is not the one this data folder was served with.
func (a *App) checkJournalMark() error {
	mark, err := readSmall(a.config.JournalMark())
	if err != nil {
		return fmt.Errorf("%s cannot be read; nothing was started: check its owner: %w", a.config.JournalMark(), err)
	}
	if mark != "" && mark != a.journal.ID() {
		return fmt.Errorf("the journal in %s is not that of the store in %s; nothing was changed: name the folder that the server had it in with --journal", a.config.JournalFolder(), a.config.Data)
	}
	return nil
}

// beginJournalAnew lets the data folder go over to a journal that has just begun. If the folder was restored, nobody
// knows any more whether that was confirmed, so it has to be confirmed again.
func (a *App) beginJournalAnew() error {
	a.log.Warn().Msg("the journal was begun anew, as it was told to: what was revoked or erased before is not known to a restore any more")
	if err := os.Remove(a.config.JournalMark()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s cannot be removed; nothing was started: check its owner: %w", a.config.JournalMark(), err)
	}
	restored, err := readSmall(a.config.RestoreMark())
	if err != nil || restored == "" {
		return err
	}
	return a.journal.Restored(journal.Restore{ID: restored}, time.Now().UTC())
}

// keepJournal brings the directory into force under the journal's eyes, and names the journal in the data folder.
func (a *App) keepJournal() error {
	if a.journal.Unconfirmed() {
		a.log.Warn().Msg("this store was restored and nobody has confirmed it: what tablets send is stored and not judged, no page is served; run tsunagu restore confirm")
	}
	if err := a.directory.Keep(a.journal); err != nil {
		return err
	}
	mark, err := readSmall(a.config.JournalMark())
	if err == nil && mark == "" && a.journal.ID() != "" {
		err = writeDurably(a.config.JournalMark(), []byte(a.journal.ID()+"\n"))
	}
	if err != nil {
		return fmt.Errorf("%s cannot be written; nothing was started: look at the data folder's disk and owner: %w", a.config.JournalMark(), err)
	}
	return nil
}

// readSmall reads a file of one line; empty if it is not there.
func readSmall(path string) (string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err == nil && info.Size() > maxMark {
		err = errors.New("it is larger than any mark")
	}
	if err != nil {
		return "", err
	}
	content, err := os.ReadFile(path)
	return strings.TrimSpace(string(content)), err
}
