package api

import (
	"context"
	"sync"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// hintsWaiting is how many hints may wait for one watcher. One that falls further behind is dropped: it learns at
// its next sync, and nobody else waits for it.
const hintsWaiting = 256

const (
	textWatchEnded = "the server ends this watch: nothing is lost; sync, then watch again"
	textWatchSlow  = "this watch was too slow and missed hints: nothing is lost; sync, then watch again"
	textWatchMany  = "the device has too many watches open: nothing is lost; end one of them, or sync now and then instead"
	textWatchFull  = "the server has too many watches open: nothing is lost; sync now and then instead"
)

// deviceKey names a device over all tenants.
type deviceKey struct{ tenant, device string }

// watchers knows who watches. It may be used by many goroutines at once; nothing in it ever waits for a watcher.
type watchers struct {
	limits Limits
	tell   func(open int)

	mu        sync.Mutex
	closed    bool
	open      int
	perDevice map[deviceKey]int
	tenants   map[string]map[*watcher]struct{}
}

// watcher is one open watch, of streams or of groups of alerts. Whoever takes it out of the set closes ended, once, with
// why set before.
type watcher struct {
	session hub.Session
	hints   chan *syncv1.WatchResponse // nil for a watch of groups
	groups  chan [16]byte              // nil for a watch of streams
	ended   chan struct{}
	why     *connect.Error
}

func newWatchers(limits Limits, tell func(open int)) *watchers {
	if tell == nil {
		tell = func(int) {}
	}
	return &watchers{
		limits: limits, tell: tell,
		perDevice: map[deviceKey]int{}, tenants: map[string]map[*watcher]struct{}{},
	}
}

// watch sends hints to one caller until one of the two ends it.
func (a *API) watch(ctx context.Context, session hub.Session, send func(*syncv1.WatchResponse) error) error {
	w, err := a.watchers.add(session)
	if err != nil {
		return err
	}
	defer a.watchers.remove(w, nil)
	alive := time.NewTicker(a.config.Limits.SignOfLife)
	defer alive.Stop()
	// The first sign of life says that the watch stands: what moves from here on is told.
	if err := a.alive(session, send); err != nil {
		return err
	}
	for {
		select {
		case hint := <-w.hints:
			err = send(hint)
		case <-alive.C:
			err = a.alive(session, send)
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

// alive sends a sign of life, unless device or person are no longer in the directory.
func (a *API) alive(s hub.Session, send func(*syncv1.WatchResponse) error) error {
	if _, ok := a.config.Accounts.Enrolled(s.Tenant, s.DeviceID, s.PersonID); !ok {
		return wire(connect.CodeUnauthenticated, textUnauthenticated)
	}
	return send(&syncv1.WatchResponse{At: timestamppb.New(a.config.Now())})
}

// add takes up a watch of streams.
func (ws *watchers) add(session hub.Session) (*watcher, error) {
	return ws.admit(&watcher{
		session: session,
		hints:   make(chan *syncv1.WatchResponse, hintsWaiting),
		ended:   make(chan struct{}),
	})
}

// admit takes up a watch, if there is room for it.
func (ws *watchers) admit(w *watcher) (*watcher, error) {
	session := w.session
	ws.mu.Lock()
	defer ws.mu.Unlock()
	device := deviceKey{session.Tenant, session.DeviceID}
	switch {
	case ws.closed:
		return nil, wire(connect.CodeUnavailable, textWatchEnded)
	case ws.perDevice[device] >= ws.limits.WatchesPerDevice:
		return nil, wire(connect.CodeResourceExhausted, textWatchMany)
	case ws.open >= ws.limits.Watches:
		return nil, wire(connect.CodeResourceExhausted, textWatchFull)
	}
	if ws.tenants[session.Tenant] == nil {
		ws.tenants[session.Tenant] = map[*watcher]struct{}{}
	}
	ws.tenants[session.Tenant][w] = struct{}{}
	ws.perDevice[device]++
	ws.open++
	ws.tell(ws.open)
	return w, nil
}

// remove takes a watcher out; doing it again changes nothing.
func (ws *watchers) remove(w *watcher, why *connect.Error) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.drop(w, why)
}

func (ws *watchers) drop(w *watcher, why *connect.Error) {
	tenant := ws.tenants[w.session.Tenant]
	if _, there := tenant[w]; !there {
		return
	}
	delete(tenant, w)
	if len(tenant) == 0 {
		delete(ws.tenants, w.session.Tenant)
	}
	device := deviceKey{w.session.Tenant, w.session.DeviceID}
	if ws.perDevice[device]--; ws.perDevice[device] == 0 {
		delete(ws.perDevice, device)
	}
	ws.open--
	ws.tell(ws.open)
	w.why = why
	close(w.ended)
}

// close ends every watch and lets no new one begin.
func (ws *watchers) close() {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.closed = true
	for _, tenant := range ws.tenants {
		for w := range tenant {
			ws.drop(w, wire(connect.CodeUnavailable, textWatchEnded))
		}
	}
}

// publish hands hints to whoever may read the streams at the time, and drops who has no room for one.
func (ws *watchers) publish(moved []hub.Moved, directory hub.Directory, now time.Time) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.open == 0 {
		return
	}
	at := timestamppb.New(now)
	for _, m := range moved {
		hint := &syncv1.WatchResponse{StreamId: m.StreamID, Seq: m.Seq, At: at}
		for w := range ws.tenants[m.Tenant] {
			if w.hints == nil || !mayRead(directory, w.session, m.StreamID, now) {
				continue
			}
			select {
			case w.hints <- hint:
			default:
				ws.drop(w, wire(connect.CodeAborted, textWatchSlow))
			}
		}
	}
}

// mayRead tells whether a grant covers the moment: a watcher's rights are those of now, not those of when it began.
func mayRead(directory hub.Directory, s hub.Session, streamID string, now time.Time) bool {
	for _, grant := range directory.Grants(s.Tenant, s.PersonID, streamID) {
		if grant.Covers(now, now) {
			return true
		}
	}
	return false
}
