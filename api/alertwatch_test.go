package api

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// ward is a directory in which the streams of a chart are those of its person: the chart of sato is "chart-of-sato".
type ward struct{ people }

func (*ward) Chart(_, id string) (hub.Chart, bool) {
	return hub.Chart{ID: id, Streams: []hub.StreamRef{{ID: "stream" + id[len("chart"):]}}}, true
}

// groups answers what a watcher of alerts asks: the groups that run, and every one that there is.
type groups struct {
	Alerts
	mu  sync.Mutex
	all map[byte]*alertv1.AlertGroup
	err error
}

func (g *groups) set(id byte, state alertv1.GroupState, step uint32) [16]byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := [16]byte{id}
	g.all[id] = &alertv1.AlertGroup{Id: key[:], State: state, Step: step}
	return key
}

func (g *groups) ListAlerts(_ context.Context, c hub.Call, _ *alertv1.ListAlertsRequest) (*alertv1.ListAlertsResponse, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	resp := &alertv1.ListAlertsResponse{}
	for _, group := range g.all {
		if c.Session.PersonID == "sato" && group.GetState() == alertv1.GroupState_GROUP_STATE_RUNNING {
			resp.Groups = append(resp.Groups, group)
		}
	}
	return resp, g.err
}

func (g *groups) Group(_ context.Context, c hub.Call, id [16]byte) (*alertv1.AlertGroup, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if group := g.all[id[0]]; group != nil && c.Session.PersonID == "sato" {
		return group, g.err
	}
	return nil, &hub.Error{Code: hub.NotFound, Message: "not found, or not yours to read"}
}

const (
	runs     = alertv1.GroupState_GROUP_STATE_RUNNING
	answered = alertv1.GroupState_GROUP_STATE_ANSWERED
)

func newWard(t *testing.T, c *clock) (*API, *groups) {
	p := &ward{}
	a, g := newAPI(t, &p.people, c, Limits{}), &groups{all: map[byte]*alertv1.AlertGroup{}}
	a.config.Directory, a.config.Alerts = p, g
	return a, g
}

// watchGroups watches the alerts as a person.
func watchGroups(ctx context.Context, a *API, person string) (seen chan *alertv1.WatchAlertsResponse, end func() error) {
	seen, ended := make(chan *alertv1.WatchAlertsResponse, 100), make(chan error, 1)
	go func() {
		ended <- a.watchAlerts(ctx, session(person), func(m *alertv1.WatchAlertsResponse) error { seen <- m; return nil })
	}()
	return seen, func() error { return <-ended }
}

// TestWatchAlertsTells: a watch begins with a sign of life and tells nothing that is there already; each hint brings the
// group as it is now, one that changes nothing brings nothing, and a hint that was lost is made good at the next sign of
// life, also for a group that was answered meanwhile.
func TestWatchAlertsTells(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, g := newWard(t, at(start))
		old := g.set(1, runs, 1)
		ctx, cancel := context.WithCancel(t.Context())
		seen, end := watchGroups(ctx, a, "sato")
		if first := <-seen; first.GetGroup() != nil {
			t.Fatalf("the first message is %v", first)
		}
		synctest.Wait()
		a.PublishGroup("t", "chart-of-sato", old) // nothing changed
		a.PublishGroup("t", "chart-of-sato", g.set(2, runs, 1))
		if told := <-seen; told.GetGroup().GetId()[0] != 2 {
			t.Fatalf("told of %v", told)
		}
		a.PublishGroup("t", "chart-of-suzuki", g.set(3, answered, 1))
		a.PublishGroup("other", "chart-of-sato", g.set(3, answered, 1))
		synctest.Wait()
		if len(seen) != 0 {
			t.Fatal("told of a chart of somebody else, or of another tenant")
		}
		g.set(1, answered, 1)
		g.set(2, runs, 2)
		time.Sleep(a.config.Limits.SignOfLife)
		alive, one, two := <-seen, <-seen, <-seen
		if alive.GetGroup() != nil || one.GetGroup().GetStep() != 2 || two.GetGroup().GetState() != answered {
			t.Fatalf("%v, then %v, then %v", alive, one, two)
		}
		time.Sleep(a.config.Limits.SignOfLife)
		if alive := <-seen; alive.GetGroup() != nil || len(seen) != 0 {
			t.Fatalf("%v and %d more", alive, len(seen))
		}
		cancel()
		if err := end(); connect.CodeOf(err) != connect.CodeCanceled || a.watchers.open != 0 {
			t.Fatal(err)
		}
	})
}

// TestWatchAlertsEnds with the server, with the device's place in the directory, and with what cannot be read; what may
// not be read is passed over.
func TestWatchAlertsEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, g := newWard(t, at(start))
		seen, end := watchGroups(t.Context(), a, "suzuki")
		<-seen
		a.PublishGroup("t", "chart-of-suzuki", g.set(1, runs, 1))
		synctest.Wait()
		if len(seen) != 0 {
			t.Error("told of a group that may not be read")
		}
		a.EndWatches()
		if err := end(); connect.CodeOf(err) != connect.CodeUnavailable {
			t.Errorf("the server ended: %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		a, _ := newWard(t, at(start))
		seen, end := watchGroups(t.Context(), a, "sato")
		<-seen
		a.config.Directory.(*ward).gone.Store(true)
		if err := end(); connect.CodeOf(err) != connect.CodeUnauthenticated || len(seen) != 0 {
			t.Errorf("the device was taken out: %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		a, g := newWard(t, at(start))
		g.err = &hub.Error{Code: hub.Unavailable, Message: "later"}
		if _, end := watchGroups(t.Context(), a, "sato"); hub.CodeOf(end()) != hub.Unavailable {
			t.Error("a list that cannot be read does not end the watch")
		}
	})
}

// TestWatchAlertsTooSlow: who does not read is dropped, and nobody waits for them; a hint of a stream is none for them.
func TestWatchAlertsTooSlow(t *testing.T) {
	a, g := newWard(t, at(start))
	id := g.set(1, runs, 1)
	stuck, freed, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- a.watchAlerts(t.Context(), session("sato"), func(*alertv1.WatchAlertsResponse) error {
			select {
			case <-freed:
			case stuck <- struct{}{}:
				<-freed
			}
			return nil
		})
	}()
	<-stuck
	for seq := range uint64(hintsWaiting + 2) {
		a.Publish([]hub.Moved{{Tenant: "t", StreamID: "stream-of-sato", Seq: seq + 1}})
	}
	if a.watchers.open != 1 {
		t.Fatal("hints of streams were kept for a watcher of alerts")
	}
	for range groupsWaiting + 2 {
		a.PublishGroup("t", "chart-of-sato", id)
	}
	if a.watchers.open != 0 {
		t.Fatal("a slow watcher was not dropped")
	}
	close(freed)
	err := <-ended
	var said *connect.Error
	if connect.CodeOf(err) != connect.CodeAborted || !errors.As(err, &said) || said.Message() != textWatchAlertsSlow {
		t.Fatal(err)
	}
}
