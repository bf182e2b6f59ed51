package badger

import (
	"errors"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// appendAt appends one entry, and then fails if it is told to.
func appendAt(t *testing.T, s *Store, seq uint64, fail error) error {
	t.Helper()
	return s.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.Append(benchStream, seq, []byte("entry")); err != nil {
			return err
		}
		return fail
	})[0]
}

// TestEnds appends below, at and beyond the end of a log that the store remembers, forgets with a failing closure, and
// has to look up when it is opened again.
func TestEnds(t *testing.T) {
	o := testOptions(t.TempDir())
	s := open(t, o)
	failed := errors.New("the closure failed")
	for _, step := range []struct {
		seq  uint64
		fail error
		want error
	}{
		{1, nil, nil}, {1, nil, store.ErrExists}, {5, failed, failed}, {5, nil, nil}, {5, nil, store.ErrExists},
		{3, nil, nil}, {3, nil, store.ErrExists}, {6, nil, nil},
	} {
		if err := appendAt(t, s, step.seq, step.fail); !errors.Is(err, step.want) {
			t.Fatalf("entry %d: got %v, want %v", step.seq, err, step.want)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, o)
	for seq, want := range map[uint64]error{1: store.ErrExists, 2: nil, 3: store.ErrExists, 4: nil, 5: store.ErrExists, 6: store.ErrExists, 7: nil} {
		if err := appendAt(t, s, seq, nil); !errors.Is(err, want) {
			t.Errorf("opened again, entry %d: got %v, want %v", seq, err, want)
		}
	}
}

// TestEndWithinOneCall appends the same entry twice in one closure, and in two closures that share a commit.
func TestEndWithinOneCall(t *testing.T) {
	s := open(t, testOptions(t.TempDir()))
	again := func(tx store.Tx) error { return tx.Append(benchStream, 1, []byte("again")) }
	twice := func(tx store.Tx) error { return errors.Join(again(tx), again(tx)) }
	if err := s.Update(t.Context(), twice)[0]; !errors.Is(err, store.ErrExists) {
		t.Fatalf("twice in one closure: %v", err)
	}
	errs := s.Update(t.Context(), again, again)
	if errs[0] != nil || !errors.Is(errs[1], store.ErrExists) {
		t.Fatalf("in two closures: %v", errs)
	}
}
