package storetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

func limits(t *testing.T, s store.Store) {
	long := strings.Repeat("n", store.MaxNameBytes)
	big := make([]byte, store.MaxValueBytes)
	for what, c := range map[string]struct {
		fn   func(store.Tx) error
		want error
	}{
		"the largest value":   {func(tx store.Tx) error { return tx.Append(care, 1, big) }, nil},
		"a larger value":      {func(tx store.Tx) error { return tx.Append(care, 2, append(big, 0)) }, store.ErrTooLarge},
		"the longest names":   {func(tx store.Tx) error { return tx.PutHead(store.Stream{Tenant: long, Name: long}, nil) }, nil},
		"a longer tenant":     {func(tx store.Tx) error { return tx.PutHead(store.Stream{Tenant: long + "n"}, nil) }, store.ErrTooLarge},
		"a longer stream":     {func(tx store.Tx) error { return tx.PutHeld(store.Stream{Name: long + "n"}, 1) }, store.ErrTooLarge},
		"a longer inbox":      {func(tx store.Tx) error { return tx.PutInbox(store.Organisation{Name: long + "n"}, id(1), nil) }, store.ErrTooLarge},
		"too much, ignored":   {func(tx store.Tx) error { _ = tx.PutHead(care, append(big, 0)); return nil }, store.ErrTooLarge},
		"too much in all":     {func(tx store.Tx) error { return putMany(tx, store.MaxClosureBytes/4000, make([]byte, 4000)) }, store.ErrTooLarge},
		"too many writes":     {func(tx store.Tx) error { return putMany(tx, 1+store.MaxClosureBytes/store.WriteBytes, nil) }, store.ErrTooLarge},
		"too long a list":     {listLongerThan(0), store.ErrTooLarge},
		"the longest list":    {listLongerThan(-1), nil},
		"an ordinary closure": {func(tx store.Tx) error { return putMany(tx, 100, []byte("x")) }, nil},
	} {
		wantErr(t, what, s.Update(t.Context(), c.fn)[0], c.want)
	}
	view(t, s, func(r store.Reader) error {
		entry, err := r.Entry(care, 1)
		want(t, "the largest value", fmt.Sprint(len(entry), err), fmt.Sprint(store.MaxValueBytes, nil))
		want(t, "head", bytesOf(t)(r.Head(care)), "nil")
		return nil
	})
}

// putMany puts values under different ids.
func putMany(tx store.Tx, n int, value []byte) error {
	for i := range n {
		var x store.ID
		binary.BigEndian.PutUint64(x[:], uint64(i)+1)
		if err := tx.PutRecord(care, x, value); err != nil {
			return err
		}
	}
	return nil
}

// listLongerThan puts a list of its own of more than store.MaxListed ids, by as many as given.
func listLongerThan(by int) func(store.Tx) error {
	return func(tx store.Tx) error {
		for i := range store.MaxListed + 1 + by {
			var x store.ID
			binary.BigEndian.PutUint64(x[:], uint64(i)+1)
			if err := tx.PutKeyed(care, id(byte(10+by)), x); err != nil {
				return err
			}
		}
		return nil
	}
}

// fullClosureFits fills a closure's budget in two ways: many small writes, and few large ones.
func fullClosureFits(t *testing.T, s store.Store) {
	const room = store.WriteBytes
	for _, size := range []int{0, 400, 100_000, store.MaxValueBytes} {
		n := store.MaxClosureBytes / (room + size)
		update(t, s, func(tx store.Tx) error { return putMany(tx, n, bytes.Repeat([]byte{byte(size)}, size)) })
	}
}

// severalCommits writes more in one call than one commit has to hold, closures that fail in between.
func severalCommits(t *testing.T, s store.Store) {
	const n = 12
	value := make([]byte, store.MaxValueBytes-1000)
	var closures []func(store.Tx) error
	for i := range uint64(n) {
		closures = append(closures, func(tx store.Tx) error {
			count := uint64(0)
			if err := tx.Entries(care, 0, func(uint64, []byte) error { count++; return nil }); err != nil {
				return err
			}
			if i%4 == 3 {
				return all(tx.PutHeld(care, i), errNo)
			}
			return all(tx.Append(care, count+1, value), tx.Append(care, count+2, value))
		})
	}
	for i, err := range s.Update(t.Context(), closures...) {
		if i%4 == 3 {
			wantErr(t, "failing closure", err, errNo)
		} else {
			wantErr(t, "closure", err, nil)
		}
	}
	view(t, s, func(r store.Reader) error {
		var seqs []uint64
		err := r.Entries(care, 0, func(seq uint64, e []byte) error { seqs = append(seqs, seq); return nil })
		want(t, "entries", fmt.Sprint(len(seqs), err), "18 <nil>")
		want(t, "held", strings.Contains(scanned(t, r, care, office), "held"), false)
		return nil
	})
}

func tooManyClosures(t *testing.T, s store.Store) {
	fn := func(tx store.Tx) error { return tx.PutHead(care, nil) }
	most := make([]func(store.Tx) error, store.MaxClosures+1)
	for i := range most {
		most[i] = fn
	}
	errs := s.Update(t.Context(), most...)
	want(t, "errors", len(errs), len(most))
	for _, err := range errs {
		wantErr(t, "one too many", err, store.ErrTooLarge)
	}
	view(t, s, func(r store.Reader) error { want(t, "head", bytesOf(t)(r.Head(care)), "nil"); return nil })
	for _, err := range s.Update(t.Context(), most[1:]...) {
		wantErr(t, "as many as allowed", err, nil)
	}
	want(t, "errors of no closures", len(s.Update(t.Context())), 0)
}

func endedContext(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	errs := s.Update(ctx, func(tx store.Tx) error { return tx.PutHead(care, nil) })
	wantErr(t, "Update", errs[0], context.Canceled)
	wantErr(t, "View", s.View(ctx, func(store.Reader) error { return nil }), context.Canceled)
	view(t, s, func(r store.Reader) error { want(t, "head", bytesOf(t)(r.Head(care)), "nil"); return nil })

	update(t, s, func(tx store.Tx) error { return putMany(tx, 1000, nil) })
	ctx, cancel = context.WithCancel(t.Context())
	calls := 0
	wantErr(t, "a scan whose context ends", s.View(ctx, func(r store.Reader) error {
		return r.Records(care, store.ID{}, func(store.ID, []byte) error { cancel(); calls++; return nil })
	}), context.Canceled)
	if calls > 500 {
		t.Errorf("a scan went on for %d calls after its context had ended", calls)
	}
}

func viewsAreSnapshots(t *testing.T, s store.Store) {
	update(t, s, writeAll)
	view(t, s, func(r store.Reader) error {
		before := scanned(t, r, care, office)
		update(t, s, func(tx store.Tx) error {
			return all(tx.PutHead(care, []byte("later")), tx.Append(care, 2, nil), tx.PutInbox(office, id(1), nil),
				tx.PutPlace(care, store.Place{Seq: 9}), tx.PutKeyed(care, id(6), id(1)),
				tx.PutHead(store.Stream{Tenant: "new", Name: "new"}, nil))
		})
		want(t, "head in a snapshot", bytesOf(t)(r.Head(care)), "<head>")
		want(t, "head of a new stream", bytesOf(t)(r.Head(store.Stream{Tenant: "new", Name: "new"})), "nil")
		want(t, "scans in a snapshot", scanned(t, r, care, office), before)
		size, err := r.InboxSize(office)
		want(t, "inbox size in a snapshot", fmt.Sprint(size, err), "1 <nil>")
		return nil
	})
	view(t, s, func(r store.Reader) error { want(t, "head", bytesOf(t)(r.Head(care)), "<later>"); return nil })
}

// concurrentUpdates appends to one stream from many goroutines, each entry after the last, while others read.
func concurrentUpdates(t *testing.T, s store.Store) {
	const writers, each = 8, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				errs := s.Update(t.Context(), appendNext(byte(w)), func(tx store.Tx) error { return errNo })
				if errs[0] != nil || errs[1] != errNo {
					t.Errorf("writer %d, %d: %v", w, i, errs)
				}
			}
		})
		wg.Go(func() {
			for range each {
				if err := s.View(t.Context(), func(r store.Reader) error { return checkDense(r) }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	view(t, s, func(r store.Reader) error {
		head, err := r.Head(care)
		want(t, "entries", fmt.Sprint(binary.BigEndian.Uint64(head), err), fmt.Sprint(writers*each, nil))
		return checkDense(r)
	})
}

// appendNext appends after the head and moves it.
func appendNext(value byte) func(store.Tx) error {
	return func(tx store.Tx) error {
		head, err := tx.Head(care)
		if err != nil {
			return err
		}
		seq := uint64(1)
		if head != nil {
			seq = binary.BigEndian.Uint64(head) + 1
		}
		return all(tx.Append(care, seq, []byte{value}), tx.PutHead(care, binary.BigEndian.AppendUint64(nil, seq)))
	}
}

// checkDense compares the head with the log.
func checkDense(r store.Reader) error {
	head, err := r.Head(care)
	if head == nil {
		return err
	}
	last := uint64(0)
	err = r.Entries(care, 0, func(seq uint64, _ []byte) error {
		if seq != last+1 {
			return fmt.Errorf("entry %d after %d", seq, last)
		}
		last = seq
		return nil
	})
	if err == nil && last != binary.BigEndian.Uint64(head) {
		err = fmt.Errorf("the head is %d, the last entry %d", binary.BigEndian.Uint64(head), last)
	}
	return err
}

func closing(t *testing.T, s store.Store) {
	update(t, s, writeAll)
	for range 3 {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	errs := s.Update(t.Context(), writeAll, writeAll)
	want(t, "errors", len(errs), 2)
	for _, err := range errs {
		wantErr(t, "Update after Close", err, store.ErrClosed)
	}
	wantErr(t, "View after Close", s.View(t.Context(), func(store.Reader) error { return nil }), store.ErrClosed)
}

// closeWaits closes while a view reads and writers write.
func closeWaits(t *testing.T, s store.Store) {
	update(t, s, writeAll)
	inside, leave, closed := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := s.View(t.Context(), func(r store.Reader) error {
			close(inside)
			<-leave
			want(t, "head while closing", bytesOf(t)(r.Head(care)), "<head>")
			return nil
		})
		if err != nil {
			t.Errorf("View: %v", err)
		}
	})
	<-inside
	wg.Go(func() { _ = s.Close(); close(closed) })
	select {
	case <-closed:
		t.Error("Close did not wait for a view")
	case <-time.After(30 * time.Millisecond):
	}
	close(leave)
	wg.Wait()
}
