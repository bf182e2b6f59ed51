package journal

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// LastRestoreIn reads which restore the journal in a folder tells of last; false if it tells of none, or is not there. It
// writes nothing and begins none, so it may be asked while another process has the journal open.
func LastRestoreIn(folder string) (r Restore, ok bool, err error) {
	j, err := look(folder)
	if j == nil {
		return r, false, err
	}
	r, _, ok = j.LastRestore()
	return r, ok, nil
}

// NewestBackupIn reads when the newest backup was made that the journal in a folder knows to be verified; the zero time
// if it knows of none, or is not there. It writes nothing, as LastRestoreIn.
func NewestBackupIn(folder string) (made time.Time, err error) {
	j, err := look(folder)
	if j == nil {
		return made, err
	}
	return j.state.newest, nil
}

// look reads a journal without opening it; nil if there is none, or it cannot be read.
func look(folder string) (*Journal, error) {
	path := filepath.Join(folder, File)
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the journal %s cannot be opened; nothing was started: check its owner: %w", path, err)
	}
	defer file.Close()
	j := &Journal{folder: folder, file: file, state: newState()}
	if _, err := j.follow(path); err != nil {
		return nil, err
	}
	return j, nil
}

// Empty tells whether there is no line of a journal in a folder.
func Empty(folder string) bool {
	info, err := os.Stat(filepath.Join(folder, File))
	return errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0
}

// ID tells journals apart: it is the link of the first line, which no two journals share. Empty for one without lines.
func (j *Journal) ID() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.state.lines == 0 {
		return ""
	}
	return hex.EncodeToString(j.state.first[:])[:linkDigits]
}
