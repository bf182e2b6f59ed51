package journal

import (
	"fmt"
	"time"
)

// right is a right as the lines so far leave it.
type right struct {
	Right
	// gone is when it left the directory file; zero while it is there.
	gone time.Time
	// pinned: it had ended before a restore, and the directory file has not caught up with that yet.
	pinned bool
}

// end is when the right ended or will: the earlier of its own end and its leaving. Zero is never.
func (r right) end() time.Time {
	if r.gone.IsZero() || (!r.Until.IsZero() && r.Until.Before(r.gone)) {
		return r.Until
	}
	return r.gone
}

// state is what the lines say.
type state struct {
	lines       uint64
	rights      map[string]right
	first       chain // of line 1
	erasures    []Erasure
	done        map[Erasure]bool // which of them this store has carried out
	restored    Restore
	restoredAt  time.Time
	unconfirmed bool
	backup      Backup
	backupAt    time.Time
	newest      time.Time // when the newest verified backup was made
}

func newState() state { return state{rights: map[string]right{}, done: map[Erasure]bool{}} }

// apply adds a line to the state. Its error says what is wrong with the line.
func (s *state) apply(r Record) error {
	if r.N != s.lines+1 {
		return fmt.Errorf("it has the number %d", r.N)
	}
	s.lines = r.N
	switch {
	case r.Kind == KindRight && r.Right != nil:
		s.rights[r.Right.Key()] = right{Right: *r.Right}
	case r.Kind == KindGone && r.Right != nil:
		known := s.rights[r.Right.Key()]
		s.rights[r.Right.Key()] = right{Right: *r.Right, gone: r.At, pinned: known.pinned}
	case r.Kind == KindSettled && r.Right != nil:
		known := s.rights[r.Right.Key()]
		known.pinned = false
		s.rights[r.Right.Key()] = known
	case r.Kind == KindErased && r.Erasure != nil:
		s.erasures = append(s.erasures, *r.Erasure)
	case r.Kind == KindDone && r.Erasure != nil:
		s.done[*r.Erasure] = true
	case r.Kind == KindRestored && r.Restore != nil:
		s.restore(r)
	case r.Kind == KindConfirmed:
		s.unconfirmed = false
	case r.Kind == KindBackup && r.Backup != nil:
		s.backup, s.backupAt = *r.Backup, r.At
		if r.Backup.Made.After(s.newest) {
			s.newest = r.Backup.Made
		}
	case r.Kind == KindExported && r.Export != nil: // for people who ask later; nothing rests on it
	default:
		return fmt.Errorf("this program does not know what a line of the kind %q means", r.Kind)
	}
	return nil
}

// restore pins every end: the directory file that comes with a restore may be older than they are. And every erasure is
// open again: the backup is older than it, and what tablets offer until the confirmation may hold the record.
func (s *state) restore(r Record) {
	s.restored, s.restoredAt, s.unconfirmed = *r.Restore, r.At, true
	clear(s.done)
	for key, known := range s.rights {
		if !known.end().IsZero() {
			known.pinned = true
			s.rights[key] = known
		}
	}
}
