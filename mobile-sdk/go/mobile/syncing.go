package mobile

import (
	"context"
	"errors"

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
	// Alerts that are open and came with it, Answers of others, and Instructions that whoever uses the tablet has to
	// receive: show them.
	Alerts, Answers, Instructions int
}

// brought counts what a synchronisation brought of alerts since a mark.
func (t *Tablet) brought(r *Report, since sdk.Mark) error {
	if r.Pulled == 0 {
		return nil
	}
	news, err := t.tablet.NewsSince(since)
	r.Alerts, r.Answers, r.Instructions = len(news.Alerts), len(news.Answers), len(news.Instructions)
	return err
}

func report(r sdk.SyncReport) *Report {
	return &Report{
		Pushed: r.Pushed, Taken: r.Taken, Restoring: r.Restoring, Pulled: r.Pulled, Held: r.Held, Conflicts: r.Conflicts, Rejected: r.Rejected,
		Repaired: r.Repaired, NeedsUpdate: r.NeedsUpdate, Unfinished: r.Unfinished || r.Waiting,
	}
}

// Sync synchronises once. Call it from a background thread: it waits for the network.
func (t *Tablet) Sync() (*Report, error) {
	mark, err := t.tablet.Mark()
	if err != nil {
		return nil, t.words(err)
	}
	r, err := t.tablet.Sync(context.Background())
	told := report(r)
	return told, t.words(errors.Join(err, t.brought(told, mark)))
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
		mark, _ := t.tablet.Mark() // unread, all that is open is news
		_ = t.tablet.Watch(ctx, func(r sdk.SyncReport, err error) {
			told := report(r)
			if err == nil {
				err = t.brought(told, mark)
			}
			if err != nil {
				l.Failed(t.words(err).Error())
				return
			}
			if now, err := t.tablet.Mark(); err == nil { // unread, the next news has these again
				mark = now
			}
			l.Synced(told)
		})
	}()
	return w
}

// Stop ends the watch and waits for it.
func (w *Watching) Stop() {
	w.cancel()
	<-w.ended
}
