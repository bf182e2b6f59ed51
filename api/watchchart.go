package api

import (
	"context"
	"errors"
	"time"

	"connectrpc.com/connect"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

const textWatchChartSlow = "this watch was too slow and was ended: nothing is lost; read the timeline, then watch again"

// WatchChart sends what changes in a chart until the caller goes, is too slow, may no longer read it, or the server
// ends. It counts as one of the device's watches.
func (h *chartHandler) WatchChart(ctx context.Context, r *connect.Request[chartv1.WatchChartRequest], stream *connect.ServerStream[chartv1.WatchChartResponse]) error {
	err := h.watchChart(ctx, h.call(ctx).Session, r.Msg, stream.Send)
	var wired *connect.Error
	if err == nil || errors.As(err, &wired) {
		return err
	}
	return h.failure(ctx, r.Spec().Procedure, err)
}

// watchChart reads from the core at every hint for the chart, and at every sign of life: a hint that was lost only
// makes a watcher wait until then. Rights are looked at on each read.
func (a *API) watchChart(ctx context.Context, session hub.Session, req *chartv1.WatchChartRequest, send func(*chartv1.WatchChartResponse) error) error {
	// The watcher is there before the first read, so that nothing moves unseen between the two.
	w, err := a.watchers.add(session)
	if err != nil {
		return err
	}
	defer a.watchers.remove(w, nil)
	alive := time.NewTicker(a.config.Limits.SignOfLife)
	defer alive.Stop()
	reading := &chartv1.WatchChartRequest{ChartId: req.GetChartId(), After: req.GetAfter()}
	if err := a.tellChanges(ctx, session, reading, true, send); err != nil {
		return err
	}
	for {
		select {
		case hint := <-w.hints:
			if at, ok := a.config.Directory.Stream(session.Tenant, hint.GetStreamId()); ok && at.Info.GetChartId() == req.GetChartId() {
				err = a.tellChanges(ctx, session, reading, false, send)
			}
		case <-alive.C:
			err = a.tellChanges(ctx, session, reading, true, send)
		case <-w.ended:
			if connect.CodeOf(w.why) == connect.CodeAborted {
				return wire(connect.CodeAborted, textWatchChartSlow)
			}
			return w.why
		case <-ctx.Done():
			return wire(connect.CodeCanceled, textCancelled)
		}
		if err != nil {
			return err
		}
	}
}

// tellChanges sends what changed since the position in the request, message by message, and moves that on. With
// nothing to tell it sends a sign of life, if one is wanted.
func (a *API) tellChanges(ctx context.Context, s hub.Session, req *chartv1.WatchChartRequest, alive bool, send func(*chartv1.WatchChartResponse) error) error {
	if _, ok := a.config.Accounts.Enrolled(s.Tenant, s.DeviceID, s.PersonID); !ok {
		return wire(connect.CodeUnauthenticated, textUnauthenticated)
	}
	for more := true; more && ctx.Err() == nil; {
		call := hub.Call{Session: s, Now: a.config.Now(), Entropy: a.config.Entropy}
		var answer *chartv1.WatchChartResponse
		var err error
		if answer, more, err = a.config.Core.ChangedSince(ctx, call, req); err != nil {
			return err
		}
		req.After = answer.GetAfter()
		if len(answer.GetItems()) > 0 || alive {
			if err := send(answer); err != nil {
				return err
			}
		}
		alive = false
	}
	return nil
}
