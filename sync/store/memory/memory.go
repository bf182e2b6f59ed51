// Package memory is the reference engine of the port: everything in one immutable tree in memory.
//
// It promises what the port says, with snapshots that cost a pointer, and faults on demand for a simulator. Nothing
// is ever on disk: what "durable" means here is that Snapshot has it. It starts no goroutine, reads no clock and
// draws no random number; equal calls make equal stores.
package memory

import (
	"context"
	"sync"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Store is a store in memory. It may be used by many goroutines at once.
type Store struct {
	writing sync.Mutex     // held while closures run: one at a time
	running sync.WaitGroup // every Update and View that has begun

	mu     sync.Mutex // guards what follows
	root   *node      // what is committed
	closed bool
	faults faults
}

var _ store.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store { return &Store{} }

// Update runs the closures and commits what they wrote.
func (s *Store) Update(ctx context.Context, closures ...func(store.Tx) error) []error {
	if len(closures) > store.MaxClosures {
		return store.Repeat(store.ErrTooLarge, len(closures))
	}
	if _, err := s.begin(); err != nil {
		return store.Repeat(err, len(closures))
	}
	defer s.running.Done()
	s.writing.Lock()
	defer s.writing.Unlock()

	root, errs := s.committed(), make([]error, len(closures))
	for i, closure := range closures {
		if errs[i] = ctx.Err(); errs[i] != nil {
			continue
		}
		t := &tx{reader: reader{ctx: context.WithoutCancel(ctx), root: root}}
		if errs[i] = store.Call(closure, t, &t.budget); errs[i] == nil {
			root = t.root
		}
	}
	if err := s.commit(root); err != nil {
		return store.Repeat(err, len(closures))
	}
	return errs
}

// View runs fn against what is committed now.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	root, err := s.begin()
	if err != nil {
		return err
	}
	defer s.running.Done()
	if err := ctx.Err(); err != nil {
		return err
	}
	return fn(&reader{ctx: ctx, root: root})
}

// Close refuses what comes and waits for what runs.
func (s *Store) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.running.Wait()
	return nil
}

// begin counts a use and returns what is committed.
func (s *Store) begin() (*node, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, store.ErrClosed
	}
	s.running.Add(1)
	return s.root, nil
}

func (s *Store) committed() *node {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.root
}
