package badger

import (
	"sync"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// gate counts the uses of the store, so that the driver is closed only when nobody is inside: an iterator over a closed
// database reads unmapped memory, which ends the process.
type gate struct {
	mu     sync.Mutex
	closed bool
	inside sync.WaitGroup
}

// enter counts a use. Whoever entered has to leave.
func (g *gate) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return store.ErrClosed
	}
	g.inside.Add(1)
	return nil
}

func (g *gate) leave() { g.inside.Done() }

// close refuses whoever comes and waits until nobody is inside.
func (g *gate) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.inside.Wait()
}
