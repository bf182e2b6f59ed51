package app

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

const (
	// firstMissing and everyMissing are when it is looked for what did not happen: soon after a start, then every half hour.
	firstMissing = 2 * time.Minute
	everyMissing = 30 * time.Minute
	// missingPause is between two charts, so that looking through all of them never keeps anybody's tablet waiting.
	missingPause = 5 * time.Millisecond
)

// lookForMissingNowAndThen looks, chart by chart, for what did not happen, until the context ends.
func (a *App) lookForMissingNowAndThen(ctx context.Context) {
	next := time.NewTimer(firstMissing)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
			if err := a.lookForMissing(ctx); err != nil && !errors.Is(err, context.Canceled) {
				a.log.Error().Str("why", cause(err)).Msg("what did not happen could not be looked for in every chart; it is tried again in half an hour")
			}
			next.Reset(everyMissing)
		}
	}
}

// lookForMissing goes through the care streams of every chart. One that fails does not keep the others from being looked at.
func (a *App) lookForMissing(ctx context.Context) error {
	if a.unjudged() {
		return nil
	}
	streams, failed := a.careStreams(ctx)
	for _, stream := range streams {
		call := hub.Call{Session: hub.Session{Tenant: stream.Tenant}, Now: time.Now(), Entropy: rand.Reader}
		moved, err := a.hub.LookForMissing(ctx, call, stream.Name)
		if err != nil {
			failed = err
		}
		a.api.Publish(moved)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(missingPause):
		}
	}
	return failed
}

// careStreams are those that somebody has written to.
func (a *App) careStreams(ctx context.Context) (streams []store.Stream, err error) {
	err = a.engine.View(ctx, func(r store.Reader) error {
		streams = nil
		return r.Streams(func(s store.Stream) error {
			if ref, known := a.directory.Stream(s.Tenant, s.Name); known && ref.Info.GetStreamClass() == carev1.StreamClass_STREAM_CLASS_CARE {
				streams = append(streams, s)
			}
			return nil
		})
	})
	return streams, err
}
