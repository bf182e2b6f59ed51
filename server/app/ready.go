package app

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// How often the store is asked at most, whoever asks, and how long it may take to answer.
const (
	askEvery = time.Second
	askWait  = 2 * time.Second
)

// readiness asks the store whether it takes writes, by a write of nothing: what is full, closed or stuck refuses that
// as it would refuse anything. The answer is kept for a moment, so that nobody can keep the store busy with questions.
type readiness struct {
	store store.Store
	// asking ends with the server, and with it the question that is under way.
	asking context.Context
	stop   context.CancelFunc

	mu       sync.Mutex
	asked    time.Time
	err      error
	answer   chan error // of a question that is under way
	answered sync.WaitGroup
}

func newReadiness(s store.Store) *readiness {
	r := &readiness{store: s}
	r.asking, r.stop = context.WithCancel(context.Background())
	return r
}

// end takes back the question that is under way and waits until the store has let go of it. None is asked after that.
func (r *readiness) end() {
	r.stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answered.Wait()
}

var errStopping = errors.New("the server is stopping")

func (r *readiness) check() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asking.Err() != nil {
		return errStopping
	}
	if time.Since(r.asked) < askEvery {
		return r.err
	}
	if r.answer == nil { // else the last question still waits for its answer
		answer := make(chan error, 1)
		r.answer = answer
		r.answered.Go(func() {
			ctx, cancel := context.WithTimeout(r.asking, askWait)
			defer cancel()
			answer <- r.store.Update(ctx, func(store.Tx) error { return nil })[0]
		})
	}
	select {
	case r.err = <-r.answer:
		r.answer = nil
	case <-time.After(askWait):
		r.err = context.DeadlineExceeded
	case <-r.asking.Done():
	}
	if r.asking.Err() != nil {
		return errStopping
	}
	if errors.Is(r.err, context.DeadlineExceeded) {
		r.err = errors.New("the store does not answer in time; what was answered is safe: look at the disk and the load")
	}
	r.asked = time.Now()
	return r.err
}

// ready tells why the server takes no writes; nil if it does.
func (a *App) ready() error {
	if a.stopping.Load() {
		return errStopping
	}
	return a.readiness.check()
}

func (a *App) answerReady(w http.ResponseWriter, _ *http.Request) {
	if err := a.ready(); err != nil {
		say(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	if a.journal.Unconfirmed() {
		say(w, http.StatusOK, "ready; restored and not confirmed: what tablets send is stored, no page is served")
		return
	}
	if a.ways.logOnly {
		say(w, http.StatusOK, "ready; no way to push to telephones is set up: pushes go to the log and reach nobody")
		return
	}
	say(w, http.StatusOK, "ready")
}
