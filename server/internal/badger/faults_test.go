package badger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	driver "github.com/dgraph-io/badger/v4"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// TestUnknownOutcomeIsFatal: a commit fails after the driver may have written it.
func TestUnknownOutcomeIsFatal(t *testing.T) {
	o, broken := testOptions(t.TempDir()), errors.New("input/output error")
	var breaks atomic.Bool
	o.commit = func(txn *driver.Txn) error {
		if breaks.Load() {
			return broken
		}
		return txn.Commit()
	}
	s := open(t, o)
	write(t, s, "acknowledged")
	breaks.Store(true)
	for _, err := range s.Update(t.Context(), putHead("a"), putHead("b")) {
		if !errors.Is(err, store.ErrUnknownOutcome) {
			t.Errorf("error is %v", err)
		}
	}
	breaks.Store(false)
	if err := s.Update(t.Context(), putHead("c"))[0]; !errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("Update after it gives %v", err)
	}
	if err := s.View(t.Context(), func(store.Reader) error { return nil }); !errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("View after it gives %v", err)
	}
	select {
	case err := <-s.Fatal():
		if !errors.Is(err, broken) {
			t.Errorf("Fatal gives %v", err)
		}
	default:
		t.Error("Fatal is silent")
	}
	copied := t.TempDir() // what the next process finds
	if err := os.CopyFS(copied, os.DirFS(o.Dir)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); !errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("Close gives %v", err)
	}
	if head(t, open(t, testOptions(copied))) != "acknowledged" {
		t.Error("what was acknowledged before is gone")
	}
}

// TestFailingClosureLeavesNoNumber looks at the numbers themselves.
func TestFailingClosureLeavesNoNumber(t *testing.T) {
	s := open(t, testOptions(t.TempDir()))
	no := errors.New("no")
	lost, kept := store.Stream{Tenant: "t", Name: "lost"}, store.Stream{Tenant: "t", Name: "kept"}
	errs := s.Update(t.Context(),
		func(tx store.Tx) error { return errors.Join(tx.PutHead(lost, nil), no) },
		func(tx store.Tx) error { return tx.PutHead(kept, nil) })
	if fmt.Sprint(errs) != "[no <nil>]" {
		t.Fatal(errs)
	}
	if n, ok := s.numbers.get(name{tableStreams, "t", "lost"}); ok {
		t.Errorf("the failing closure's stream has number %d", n)
	}
	if n, _ := s.numbers.get(name{tableStreams, "t", "kept"}); n != 1 {
		t.Errorf("the first stream that was stored has number %d", n)
	}
	dir := s.opts.Dir
	_ = s.Close()
	s = open(t, testOptions(dir))
	write(t, s, "again")
	if n, _ := s.numbers.get(name{tableStreams, stream.Tenant, stream.Name}); n != 2 {
		t.Errorf("the second stream has number %d", n)
	}
}

func TestLowDisk(t *testing.T) {
	o := testOptions(t.TempDir())
	o.MinFreeBytes = 300 << 20
	var free atomic.Uint64
	o.free = func(string) (uint64, error) { return free.Load(), nil }
	free.Store(1 << 40)
	s := open(t, o)
	write(t, s, "1")
	free.Store(299 << 20)
	s.look()
	if err := s.Update(t.Context(), putHead("2"))[0]; !errors.Is(err, store.ErrFull) {
		t.Errorf("writing on a low disk gives %v", err)
	}
	if head(t, s) != "1" {
		t.Error("reading does not go on")
	}
	_ = s.Close()

	s = open(t, o)
	if err := s.Update(t.Context(), putHead("2"))[0]; !errors.Is(err, store.ErrFull) || head(t, s) != "1" {
		t.Errorf("a start on a low disk: %v", err)
	}
	free.Store(1 << 40)
	for deadline := time.Now().Add(5 * time.Second); s.full.Load() && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond) // the guard looks each second
	}
	write(t, s, "3")
	_ = s.Close()
	free.Store(10 << 20)
	refused(t, o, "has only 10 MiB left and opening takes 96 MiB; nothing was changed")
}

func TestBallast(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux gives a file its blocks")
	}
	o := testOptions(t.TempDir())
	o.BallastBytes = 1 << 20
	s := open(t, o)
	info, err := os.Stat(filepath.Join(o.Dir, ballastFile))
	if err != nil || info.Size() != 1<<20 {
		t.Errorf("the ballast is %v (%v)", info, err)
	}
	if onDisk(o.Dir) > 1<<20 {
		t.Error("the ballast is counted as data")
	}
	_ = s.Close()
	open(t, o)
}

func TestLongView(t *testing.T) {
	o := testOptions(t.TempDir())
	o.limit = 20 * time.Millisecond
	s := open(t, o)
	newFeed().fill(t, s, 1000)
	err := s.View(t.Context(), func(r store.Reader) error {
		return r.Entries(benchStream, 0, func(uint64, []byte) error { time.Sleep(time.Millisecond); return nil })
	})
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "read in smaller parts") {
		t.Errorf("a long view ends with %v", err)
	}
}

// TestCloseUnderLoad closes while many read and write; nobody may crash, and what was acknowledged is there.
func TestCloseUnderLoad(t *testing.T) {
	dir := t.TempDir()
	s := open(t, testOptions(dir))
	newFeed().fill(t, s, 3000)
	var wg sync.WaitGroup
	var acknowledged [8]uint64
	for w := range acknowledged {
		own := store.Stream{Tenant: "load", Name: fmt.Sprint(w)}
		wg.Go(func() {
			for seq := uint64(1); ; seq++ {
				err := s.Update(context.Background(), func(tx store.Tx) error { return tx.Append(own, seq, make([]byte, 300)) })[0]
				if err != nil {
					if !errors.Is(err, store.ErrClosed) {
						t.Error(err)
					}
					return
				}
				acknowledged[w] = seq
			}
		})
		wg.Go(func() {
			for {
				err := s.View(context.Background(), func(r store.Reader) error {
					return r.Current(benchStream, 0, func(uint64, []byte) error { return nil })
				})
				if err != nil {
					return
				}
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	err := open(t, testOptions(dir)).View(t.Context(), func(r store.Reader) error {
		for w, last := range acknowledged {
			n := uint64(0)
			own := store.Stream{Tenant: "load", Name: fmt.Sprint(w)}
			err := r.Entries(own, 0, func(uint64, []byte) error { n++; return nil })
			if err != nil || n != last || n == 0 {
				t.Errorf("writer %d: %d acknowledged, %d there (%v)", w, last, n, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestClosureThatEndsItsGoroutine: a test's FailNow inside a closure does that. The writer must go on.
func TestClosureThatEndsItsGoroutine(t *testing.T) {
	s := open(t, testOptions(t.TempDir()))
	errs := s.Update(t.Context(), putHead("1"), func(store.Tx) error { runtime.Goexit(); return nil }, putHead("2"))
	if errs[0] != nil || !errors.Is(errs[1], errExit) || !errors.Is(errs[2], errExit) || head(t, s) != "1" {
		t.Errorf("errors are %v, the head is %s", errs, head(t, s))
	}
	write(t, s, "3")
}

// TestCommitsAreShared: while one fsync runs, the others gather.
func TestCommitsAreShared(t *testing.T) {
	o := testOptions(t.TempDir())
	begun, proceed := make(chan struct{}, 100), make(chan struct{})
	o.commit = func(txn *driver.Txn) error { begun <- struct{}{}; <-proceed; return txn.Commit() }
	s := open(t, o)
	var wg sync.WaitGroup
	one := func() { wg.Go(func() { write(t, s, "x") }) }
	one()
	<-begun
	for range 20 {
		one()
	}
	for deadline := time.Now().Add(5 * time.Second); len(s.queue) < 20 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	close(proceed)
	wg.Wait()
	stats := s.Stats()
	if stats.Commits != 2 || stats.Closures != 21 || stats.GatheredMax != 20 || stats.Gathered[0] != 1 || stats.Gathered[5] != 1 {
		t.Errorf("stats are %+v", stats)
	}
}
