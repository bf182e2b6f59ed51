package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Run answers until the context ends, the store fails or a socket does. Then it takes no more requests, waits within
// the deadline for those in flight, and returns: nil for a stop that was asked for.
func (a *App) Run(ctx context.Context) error {
	failed := make(chan error, len(a.serving))
	var running sync.WaitGroup
	for _, s := range a.serving {
		running.Go(func() {
			if err := s.serve(); !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("the server cannot accept connections any more; what was answered is safe: start it again: %w", err)
			}
		})
	}
	daily, endDaily := context.WithCancel(ctx)
	running.Go(func() { a.workDaily(daily) })
	running.Go(func() { a.surveyNowAndThen(daily) })
	running.Go(func() { a.runAlarm(daily) })
	running.Go(func() { a.checkWaysNowAndThen(daily) })
	running.Go(func() { a.lookForMissingNowAndThen(daily) })
	a.warnOfWays()
	a.log.Info().Str("address", a.Addr()).Bool("tls", a.config.TLSCert != "").Msg("serving")
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	case cause := <-a.engine.fatal:
		err = fmt.Errorf("the store cannot go on; what was answered is safe, and clients send the rest again: check the disk and start the server again: %w", cause)
	}
	endDaily()
	late := a.stop(context.WithoutCancel(ctx))
	running.Wait()
	return errors.Join(err, late)
}

// When the daily work is done by the clock: soon after a start, so that a server which is started every day does it too.
const (
	firstDay = 10 * time.Minute
	everyDay = 24 * time.Hour
)

// workDaily does what is to be done every day, until the context ends.
func (a *App) workDaily(ctx context.Context) {
	if a.options.days != nil {
		a.collectDaily(ctx, a.options.days)
		return
	}
	first := time.NewTimer(firstDay)
	defer first.Stop()
	select {
	case <-ctx.Done():
		return
	case now := <-first.C:
		a.collectOnce(ctx, now)
	}
	days := time.NewTicker(everyDay)
	defer days.Stop()
	a.collectDaily(ctx, days.C)
}

// stop ends in order: no longer ready, no new connections, watches told to go, requests in flight answered.
func (a *App) stop(ctx context.Context) error {
	a.stopping.Store(true)
	a.log.Info().Dur("deadline", a.config.ShutdownDeadline).Msg("stopping: finishing what is in flight")
	a.api.EndWatches()
	ctx, cancel := context.WithTimeout(ctx, a.config.ShutdownDeadline)
	defer cancel()
	var late error
	for _, s := range a.serving {
		if err := s.server.Shutdown(ctx); err != nil {
			_ = s.server.Close()
			late = errors.New("some requests did not end in time and were cut off; what was answered is safe, and clients send the rest again")
		}
	}
	a.log.Info().Bool("in_time", late == nil).Msg("stopped")
	return late
}

func (s serving) serve() error {
	if s.server.TLSConfig != nil {
		return s.server.ServeTLS(s.listener, "", "")
	}
	return s.server.Serve(s.listener)
}
