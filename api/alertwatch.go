package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

const (
	// groupsWaiting is how many groups may wait for one watcher of alerts. One that falls further behind is dropped.
	groupsWaiting = 256
	// groupsLooked is how many running groups a watcher is told of without a hint, the worst ones.
	groupsLooked = 200
	// groupsKept is of how many groups a watcher remembers what was sent.
	groupsKept = 2 * groupsLooked
)

const textWatchAlertsSlow = "this watch was too slow and was ended: nothing is lost; list the alerts, then watch again"

// WatchAlerts sends groups as they change until the caller goes, is too slow, is no longer in the directory, or the
// server ends. It counts as one of the device's watches.
func (h *alertHandler) WatchAlerts(ctx context.Context, r *connect.Request[alertv1.WatchAlertsRequest], stream *connect.ServerStream[alertv1.WatchAlertsResponse]) error {
	err := h.watchAlerts(ctx, h.call(ctx).Session, stream.Send)
	var wired *connect.Error
	if err == nil || errors.As(err, &wired) {
		return err
	}
	return h.failure(ctx, r.Spec().Procedure, err)
}

// watchAlerts reads a group at every hint, and at every sign of life those that run: a hint that was lost only makes a
// watcher wait until then. Rights are looked at on each read.
func (a *API) watchAlerts(ctx context.Context, session hub.Session, send func(*alertv1.WatchAlertsResponse) error) error {
	w, err := a.watchers.admit(&watcher{session: session, groups: make(chan [16]byte, groupsWaiting), ended: make(chan struct{})})
	if err != nil {
		return err
	}
	defer a.watchers.remove(w, nil)
	alive := time.NewTicker(a.config.Limits.SignOfLife)
	defer alive.Stop()
	g := &groupWatch{api: a, session: session, send: send, sent: map[[16]byte][32]byte{}}
	// The first sign of life says that the watch stands: whoever lists the alerts after it misses nothing.
	if err := g.alive(ctx, false); err != nil {
		return err
	}
	for {
		select {
		case id := <-w.groups:
			err = g.hint(ctx, id)
		case <-alive.C:
			err = g.alive(ctx, true)
		case <-w.ended:
			return w.why
		case <-ctx.Done():
			return wire(connect.CodeCanceled, textCancelled)
		}
		if err != nil {
			return err
		}
	}
}

// groupWatch is what one watcher of alerts has been sent.
type groupWatch struct {
	api     *API
	session hub.Session
	send    func(*alertv1.WatchAlertsResponse) error
	sent    map[[16]byte][32]byte // groups that run, and the hash of what was last sent of each
}

// call is the core's view of what is asked now; device or person may have gone meanwhile.
func (g *groupWatch) call() (hub.Call, error) {
	s := g.session
	if _, ok := g.api.config.Accounts.Enrolled(s.Tenant, s.DeviceID, s.PersonID); !ok {
		return hub.Call{}, wire(connect.CodeUnauthenticated, textUnauthenticated)
	}
	return hub.Call{Session: s, Now: g.api.config.Now(), Entropy: g.api.config.Entropy}, nil
}

// alive sends a sign of life, and then what has changed without a hint, if that is to be told.
func (g *groupWatch) alive(ctx context.Context, tell bool) error {
	c, err := g.call()
	if err != nil {
		return err
	}
	list, err := g.api.config.Alerts.ListAlerts(ctx, c, &alertv1.ListAlertsRequest{PageSize: groupsLooked})
	if err != nil {
		return err
	}
	if err := g.send(&alertv1.WatchAlertsResponse{}); err != nil {
		return err
	}
	listed := map[[16]byte]bool{}
	for _, group := range list.GetGroups() {
		listed[[16]byte(group.GetId())] = true
		if err := g.take(group, tell); err != nil {
			return err
		}
	}
	for id := range g.sent {
		if listed[id] {
			continue
		}
		if err := g.hint(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// hint reads one group. One of which the caller may read nothing is passed over.
func (g *groupWatch) hint(ctx context.Context, id [16]byte) error {
	c, err := g.call()
	if err != nil {
		return err
	}
	group, err := g.api.config.Alerts.Group(ctx, c, id)
	if err != nil && hub.CodeOf(err) == hub.NotFound {
		delete(g.sent, id)
		return nil
	}
	if err != nil {
		return err
	}
	return g.take(group, true)
}

// take sends a group, if it is to be told and not as it was sent before.
func (g *groupWatch) take(group *alertv1.AlertGroup, tell bool) error {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(group)
	if err != nil {
		return err
	}
	id, now := [16]byte(group.GetId()), sha256.Sum256(raw)
	before, known := g.sent[id]
	switch {
	case group.GetState() == alertv1.GroupState_GROUP_STATE_ANSWERED:
		delete(g.sent, id)
	case known || len(g.sent) < groupsKept:
		g.sent[id] = now
	}
	if !tell || before == now {
		return nil
	}
	return g.send(&alertv1.WatchAlertsResponse{Group: group})
}

// publishGroup hands a group to whoever watches alerts and may read its chart at the time, and drops who has no room.
func (ws *watchers) publishGroup(tenant, chartID string, groupID [16]byte, directory hub.Directory, now time.Time) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if len(ws.tenants[tenant]) == 0 {
		return
	}
	chart, _ := directory.Chart(tenant, chartID)
	for w := range ws.tenants[tenant] {
		if w.groups == nil || !mayReadAny(directory, w.session, chart.Streams, now) {
			continue
		}
		select {
		case w.groups <- groupID:
		default:
			ws.drop(w, wire(connect.CodeAborted, textWatchAlertsSlow))
		}
	}
}

func mayReadAny(directory hub.Directory, s hub.Session, streams []hub.StreamRef, now time.Time) bool {
	for _, stream := range streams {
		if mayRead(directory, s, stream.ID, now) {
			return true
		}
	}
	return false
}
