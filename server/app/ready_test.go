package app

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"
)

// stuck is a store on a disk that does not answer, from when a test says so. It lets go of what is taken back.
type stuck struct {
	store.Store
	still   atomic.Bool
	entered chan struct{}
	slow    chan struct{} // if there is one: until it is closed, even what is taken back is not let go
	inside  atomic.Int32
	closed  atomic.Int32 // how many were inside when it was closed
}

func (s *stuck) Update(ctx context.Context, closures ...func(store.Tx) error) []error {
	if !s.still.Load() {
		return s.Store.Update(ctx, closures...)
	}
	s.inside.Add(1)
	defer s.inside.Add(-1)
	s.entered <- struct{}{}
	<-ctx.Done()
	if s.slow != nil {
		<-s.slow
	}
	return store.Repeat(ctx.Err(), len(closures))
}

func (s *stuck) Close() error {
	s.closed.Store(s.inside.Load())
	return s.Store.Close()
}

// TestCloseTakesItsQuestionBack: whether the store takes writes is asked beside everything else, and not any more once
// Close has returned.
func TestCloseTakesItsQuestionBack(t *testing.T) {
	disk := &stuck{Store: memory.New(), entered: make(chan struct{}, 1)}
	a, err := Open(t.Context(), settings(t), zerolog.Nop(), WithStore(disk))
	if err != nil {
		t.Fatal(err)
	}
	disk.still.Store(true)
	answer := make(chan error, 1)
	go func() { answer <- a.ready() }()
	<-disk.entered
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if n := disk.closed.Load() + disk.inside.Load(); n != 0 {
		t.Error("the store was closed while it was being asked")
	}
	if err := <-answer; !errors.Is(err, errStopping) {
		t.Errorf("whoever asked is told %v", err)
	}
	if err := a.readiness.check(); !errors.Is(err, errStopping) || disk.inside.Load() != 0 {
		t.Errorf("the store is asked after the end: %v", err)
	}
}

// TestEndWaitsForTheStore: a question that was taken back is not over before the store has let go of it.
func TestEndWaitsForTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &stuck{Store: memory.New(), entered: make(chan struct{}, 1), slow: make(chan struct{})}
		disk.still.Store(true)
		r := newReadiness(disk)
		go func() { _ = r.check() }()
		<-disk.entered
		var ended atomic.Bool
		go func() { r.end(); ended.Store(true) }()
		synctest.Wait()
		if ended.Load() {
			t.Error("it ended while the store was being asked")
		}
		close(disk.slow)
		synctest.Wait()
		if !ended.Load() {
			t.Error("it does not end")
		}
	})
}
