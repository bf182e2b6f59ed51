package memory

// faults are what the next commits do instead of succeeding.
type faults struct {
	fail error // the next commit stores nothing and has this error
	lose error // the next commit stores everything and has this error
}

// Snapshot returns a new, open store with what is committed now: a backup, or what a process finds after it was
// killed. It costs a pointer, works on a closed store too, and takes no pending fault along.
func (s *Store) Snapshot() *Store {
	return &Store{root: s.committed()}
}

// FailNext makes the next commit fail: nothing of it is stored, and every closure of that Update has the error.
func (s *Store) FailNext(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.fail = err
}

// CommitThenFailNext makes the next commit store everything, and still every closure of that Update has the error:
// the process died between the commit and its answer. store.ErrUnknownOutcome says so.
func (s *Store) CommitThenFailNext(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.lose = err
}

// commit makes root what is committed, or does what the next fault says.
func (s *Store) commit(root *node) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.faults.fail; err != nil {
		s.faults.fail = nil
		return err
	}
	s.root = root
	err := s.faults.lose
	s.faults.lose = nil
	return err
}
