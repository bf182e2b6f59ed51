package config

import "path/filepath"

// JournalFolder is where the journal is, with its default.
func (s Storage) JournalFolder() string {
	if s.Journal == "" {
		return filepath.Join(s.Data, "journal")
	}
	return s.Journal
}

// OperatorSocket is where a running server listens to commands of its own machine.
func (s Storage) OperatorSocket() string { return filepath.Join(s.Data, "operator.sock") }

// JournalMark names the journal that the data folder is served with, so that another one is noticed.
func (s Storage) JournalMark() string { return filepath.Join(s.Data, "journal.mark") }

// RestoreMark names the restore that the data folder came from. The journal has the same name, so that a folder and a
// journal which do not belong together are noticed.
func (s Storage) RestoreMark() string { return filepath.Join(s.Data, "restore.mark") }

// UnfinishedMark stands in a data folder for as long as a restore into it is under way.
func (s Storage) UnfinishedMark() string { return filepath.Join(s.Data, "restore.unfinished") }
