package mobile

import (
	"context"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
)

// Report says what a synchronisation did. Pushed are the entries that the server answered; Held and Rejected ones are
// not safe in the chart, whether they were sent now or before.
type Report struct {
	Pushed, Pulled, Held, Conflicts, Rejected, Repaired int
	NeedsUpdate                                         bool
	// Taken of the pushed ones are in their charts.
	Taken int
	// Restoring: the server was restored and waits for its operator.
	Restoring bool
	// Unfinished: there is more to do; synchronise again.
	Unfinished bool
}

func report(r sdk.SyncReport) *Report {
	return &Report{
		Pushed: r.Pushed, Taken: r.Taken, Restoring: r.Restoring, Pulled: r.Pulled, Held: r.Held, Conflicts: r.Conflicts, Rejected: r.Rejected,
		Repaired: r.Repaired, NeedsUpdate: r.NeedsUpdate, Unfinished: r.Unfinished || r.Waiting,
	}
}

// Sync synchronises once. Call it from a background thread: it waits for the network.
func (t *Tablet) Sync() (*Report, error) {
	r, err := t.tablet.Sync(context.Background())
	return report(r), t.words(err)
}

// Listener is told about every synchronisation of a watch, on a thread of its own.
type Listener interface {
	Synced(r *Report)
	Failed(words string)
}

// Watching is a watch that runs until it is stopped.
type Watching struct {
	cancel context.CancelFunc
	ended  chan struct{}
}

// Watch synchronises now and whenever the server says that something has moved.
func (t *Tablet) Watch(l Listener) *Watching {
	ctx, cancel := context.WithCancel(context.Background())
	w := &Watching{cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(w.ended)
		_ = t.tablet.Watch(ctx, func(r sdk.SyncReport, err error) {
			if err != nil {
				l.Failed(t.words(err).Error())
				return
			}
			l.Synced(report(r))
		})
	}()
	return w
}

// Stop ends the watch and waits for it.
func (w *Watching) Stop() {
	w.cancel()
	<-w.ended
}
