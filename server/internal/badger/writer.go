package badger

import (
	"context"
	"errors"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Limits of the writer.
const (
	// maxQueued bounds the calls that wait for the writer; more wait to be queued.
	maxQueued = 1024
	// maxGathered bounds the closures that share a commit, so that the first of them does not wait for ever.
	maxGathered = 4096
)

// request is one call of Update.
type request struct {
	ctx      context.Context
	closures []func(store.Tx) error
	errs     []error
	done     chan struct{}
}

// Update hands the closures to the writer and waits for the commit that holds them.
func (s *Store) Update(ctx context.Context, closures ...func(store.Tx) error) []error {
	if len(closures) > store.MaxClosures {
		return store.Repeat(store.ErrTooLarge, len(closures))
	}
	if err := s.gate.enter(); err != nil {
		return store.Repeat(err, len(closures))
	}
	defer s.gate.leave()
	r := &request{ctx: ctx, closures: closures, errs: make([]error, len(closures)), done: make(chan struct{})}
	select {
	case s.queue <- r:
	case <-ctx.Done():
		return store.Repeat(ctx.Err(), len(closures))
	}
	<-r.done
	return r.errs
}

// write is the writer: it commits what waits, together, until Close. One goroutine writes, so that no two commits can
// conflict and one fsync serves all who wait.
func (s *Store) write() {
	defer s.joined.Done()
	for s.writeUntilExit() {
	}
}

// writeUntilExit runs the writer on a goroutine that a closure may end (a test's Fatal does), and says whether it has
// to be run again.
func (s *Store) writeUntilExit() (again bool) {
	ended := make(chan struct{})
	again = true
	go func() {
		defer close(ended)
		for {
			select {
			case r := <-s.queue:
				s.gather(r)
			case <-s.stop:
				again = false
				return
			}
		}
	}()
	<-ended
	return again
}

// gather runs the closures of a call and of those that wait behind it, and commits them.
func (s *Store) gather(first *request) {
	b := newBatch(s)
	defer b.close()
	for r := first; r != nil; r = s.waiting(b) {
		b.run(r)
	}
	b.commit()
}

// waiting returns the next call if it may share the commit.
func (s *Store) waiting(b *batch) *request {
	if b.closures >= maxGathered || b.writes.bytes > s.maxBytes/2 || b.writes.count > s.maxWrites/2 {
		return nil
	}
	select {
	case r := <-s.queue:
		return r
	default:
		return nil
	}
}

// refusal says why the store takes no writes now; nil if it does.
func (s *Store) refusal() error {
	switch {
	case s.failed.Load():
		return store.ErrUnknownOutcome
	case s.full.Load():
		return store.ErrFull
	}
	return nil
}

// errExit is the error of a closure that ended its goroutine instead of returning.
var errExit = errors.New("a closure ended its goroutine; nothing of it was stored, return an error instead")
