package badger

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"
	"github.com/tsunagu-care/tsunagu/sync/store/storetest"
)

// carry puts every row of one store into another.
func carry(t *testing.T, from, to store.Store) {
	t.Helper()
	err := from.Dump(t.Context(), func(row store.Row) error {
		return to.Update(context.Background(), func(tx store.Tx) error { return store.PutRow(tx, row) })[0]
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestRowsGoBetweenEngines: what one engine dumps the other takes, there and back, and nothing is lost or changed.
func TestRowsGoBetweenEngines(t *testing.T) {
	from, there, back := memory.New(), open(t, testOptions(t.TempDir())), memory.New()
	for seed := range uint64(6) {
		storetest.Play(seed, from)
	}
	tables := map[store.Table]bool{}
	if err := from.Dump(t.Context(), func(row store.Row) error { tables[row.Table] = true; return nil }); err != nil {
		t.Fatal(err)
	}
	if !tables[store.RowServer] || !tables[store.RowDue] {
		t.Fatal("nothing of the server's own was played")
	}
	carry(t, from, there)
	compare(t, "there", there, from)
	carry(t, there, back)
	compare(t, "and back", back, from)
}

// mark is one of the marks of a test.
func mark(n int) store.ServerKey {
	return store.ServerKey{Tenant: "t", Table: store.TableOutbox, Key: fmt.Sprint(n)}
}

// dueKeys are the keys of what is due in a reader.
func dueKeys(t *testing.T, r store.Reader, until int64) (keys []string) {
	t.Helper()
	if err := r.Due(until, func(_ int64, k store.ServerKey) error { keys = append(keys, k.Key); return nil }); err != nil {
		t.Error(err)
	}
	return keys
}

// dueNow are those of what is committed.
func dueNow(t *testing.T, s *Store, until int64) (keys []string) {
	t.Helper()
	if err := s.View(t.Context(), func(r store.Reader) error { keys = dueKeys(t, r, until); return nil }); err != nil {
		t.Error(err)
	}
	return keys
}

// change runs one closure that has to succeed.
func change(t *testing.T, s *Store, fn func(store.Tx) error) {
	t.Helper()
	if err := s.Update(context.Background(), fn)[0]; err != nil {
		t.Error(err)
	}
}

// TestOldViewsSeeTheirMarks: what other views and commits learn of where the marks begin is nothing to a view that began
// before.
func TestOldViewsSeeTheirMarks(t *testing.T) {
	s := open(t, testOptions(t.TempDir()))
	change(t, s, func(tx store.Tx) error { return tx.PutDue(1, mark(1)) })
	err := s.View(t.Context(), func(old store.Reader) error {
		change(t, s, func(tx store.Tx) error { return tx.EraseDue(1, mark(1)) })
		if now := dueNow(t, s, math.MaxInt64); len(now) != 0 {
			t.Errorf("due now: %v", now)
		}
		if then := dueKeys(t, old, 1); fmt.Sprint(then) != "[1]" {
			t.Errorf("due then: %v", then)
		}
		change(t, s, func(tx store.Tx) error { return tx.PutDue(0, mark(0)) })
		if then := dueKeys(t, old, 1); fmt.Sprint(then) != "[1]" {
			t.Errorf("due then, asked again: %v", then)
		}
		return nil
	})
	if now := dueNow(t, s, 0); err != nil || fmt.Sprint(now) != "[0]" {
		t.Errorf("due in the end: %v, %v", now, err)
	}
}

// TestOldViewsTeachNothing about marks that were put after they began.
func TestOldViewsTeachNothing(t *testing.T) {
	s := open(t, testOptions(t.TempDir()))
	err := s.View(t.Context(), func(old store.Reader) error {
		change(t, s, func(tx store.Tx) error { return tx.PutDue(0, mark(0)) })
		if then := dueKeys(t, old, math.MaxInt64); len(then) != 0 {
			t.Errorf("due then: %v", then)
		}
		return nil
	})
	if now := dueNow(t, s, 0); err != nil || fmt.Sprint(now) != "[0]" {
		t.Errorf("due now: %v, %v", now, err)
	}
}

// TestMarksThatNobodyCommittedTeachNothing: a closure that takes marks out and fails, or puts some, changes for nobody where
// the marks begin.
func TestMarksThatNobodyCommittedTeachNothing(t *testing.T) {
	s := open(t, testOptions(t.TempDir()))
	change(t, s, func(tx store.Tx) error { return errors.Join(tx.PutDue(1, mark(1)), tx.PutDue(9, mark(9))) })
	failed := errors.New("no")
	for range 2 {
		err := s.Update(t.Context(), func(tx store.Tx) error {
			erased := tx.EraseDue(1, mark(1))
			if left := dueKeys(t, tx, 9); fmt.Sprint(left) != "[9]" {
				t.Errorf("left for the closure: %v", left)
			}
			put := tx.PutDue(0, mark(0))
			if left := dueKeys(t, tx, 9); fmt.Sprint(left) != "[0 9]" {
				t.Errorf("there for the closure: %v", left)
			}
			return errors.Join(erased, put, failed)
		})[0]
		if now := dueNow(t, s, 9); !errors.Is(err, failed) || fmt.Sprint(now) != "[1 9]" {
			t.Errorf("due now: %v, %v", now, err)
		}
	}
}

// TestMarksAreSeenAtOnce: while many ask what is due, every mark is seen as soon as it is acknowledged, each earlier than
// those that were looked at before, by views and by closures; and it is gone as soon as that is acknowledged.
func TestMarksAreSeenAtOnce(t *testing.T) {
	const writers, marks = 4, 60
	s := open(t, testOptions(t.TempDir()))
	ctx, stop := context.WithCancel(t.Context())
	var asking, writing sync.WaitGroup
	for range 3 {
		asking.Go(func() {
			for ctx.Err() == nil {
				dueNow(t, s, math.MaxInt64)
			}
		})
	}
	for w := range writers {
		writing.Go(func() {
			for n := range marks {
				at, k := int64((marks-n)*writers), mark(n*writers+w)
				change(t, s, func(tx store.Tx) error { return tx.PutDue(at, k) })
				if !slices.Contains(dueNow(t, s, at), k.Key) {
					t.Errorf("mark %s is not seen", k.Key)
				}
				change(t, s, func(tx store.Tx) error {
					if !slices.Contains(dueKeys(t, tx, at), k.Key) {
						t.Errorf("mark %s is not seen by a closure", k.Key)
					}
					return tx.EraseDue(at, k)
				})
				if slices.Contains(dueNow(t, s, at), k.Key) {
					t.Errorf("mark %s is seen although it was taken out", k.Key)
				}
			}
		})
	}
	writing.Wait()
	stop()
	asking.Wait()
}

// TestMarksAfterOpening: marks are found in a store that was opened again, earlier ones than those of before too.
func TestMarksAfterOpening(t *testing.T) {
	dir := t.TempDir()
	s := open(t, testOptions(dir))
	change(t, s, func(tx store.Tx) error {
		row := tx.PutServerRow(mark(5), []byte("row"))
		return errors.Join(row, tx.PutDue(5, mark(5)), tx.PutDue(4, mark(4)), tx.EraseDue(4, mark(4)))
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, testOptions(dir))
	if now := dueNow(t, s, 5); fmt.Sprint(now) != "[5]" {
		t.Errorf("due: %v", now)
	}
	change(t, s, func(tx store.Tx) error {
		if row, err := tx.ServerRow(mark(5)); string(row) != "row" || err != nil {
			t.Errorf("the row: %s, %v", row, err)
		}
		return tx.PutDue(-1, mark(1))
	})
	if now := dueNow(t, s, 5); fmt.Sprint(now) != "[1 5]" {
		t.Errorf("due: %v", now)
	}
}
