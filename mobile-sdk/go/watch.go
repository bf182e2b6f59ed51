package sdk

import (
	"context"
	"errors"
	"time"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Pauses between two attempts to watch.
const (
	firstPause = time.Second
	maxPause   = time.Minute
)

// Watch synchronises now and whenever the server says that something has moved, until the context ends. Each
// synchronisation is told to the callback, with its error if it had one. A watch that breaks is taken up again, after
// a pause that grows: nothing depends on it.
func (t *Tablet) Watch(ctx context.Context, told func(SyncReport, error)) error {
	pause := firstPause
	for ctx.Err() == nil {
		report, err := t.Sync(ctx)
		if ctx.Err() != nil {
			break
		}
		told(report, err)
		if errors.Is(err, ErrSignIn) || errors.Is(err, ErrNeedsUpdate) {
			return err
		}
		moved := false
		if err == nil {
			moved = t.awaitHint(ctx)
		}
		if moved {
			pause = firstPause
			continue
		}
		if t.opts.Wait(ctx, pause) != nil {
			break
		}
		pause = min(2*pause, maxPause)
	}
	return nil
}

// awaitHint waits for the first hint; false if the watch ended without one.
func (t *Tablet) awaitHint(ctx context.Context) bool {
	by, err := t.caller()
	if err != nil {
		return false
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := t.sync.Watch(ctx, authorised(by.token, &syncv1.WatchRequest{}))
	if err != nil {
		return false
	}
	defer func() { _ = stream.Close() }()
	first := true
	for stream.Receive() {
		if stream.Msg().GetStreamId() != "" {
			return true
		}
		if first { // the watch stands now; what moved before it did was not told
			first = false
			if moved, err := t.movedMeanwhile(ctx, by.token); err != nil || moved {
				return moved
			}
		}
	}
	return false
}

// movedMeanwhile asks once whether anything moved between the synchronisation and the watch.
func (t *Tablet) movedMeanwhile(ctx context.Context, token string) (bool, error) {
	t.syncing.Lock()
	defer t.syncing.Unlock()
	progress, err := t.exchange(ctx, token)
	return progress.More || progress.Pulled > 0 || progress.Pushed > 0, err
}
