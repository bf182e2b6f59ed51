package api

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// chartPeople is the directory with a chart whose streams are those of sato.
type chartPeople struct{ people }

func (*chartPeople) Stream(_, id string) (hub.StreamRef, bool) {
	return hub.StreamRef{ID: id, Info: &syncv1.StreamInfo{ChartId: map[string]string{"stream-of-sato": "chart"}[id]}}, true
}

// oneChart is a core with one chart, of which so many changes are there to be told.
type oneChart struct {
	Core
	changes chan int // each is sent as one message of that many items
}

func (o *oneChart) ChangedSince(_ context.Context, c hub.Call, req *chartv1.WatchChartRequest) (*chartv1.WatchChartResponse, bool, error) {
	if c.Session.PersonID != "sato" || !c.Now.Before(start.Add(time.Hour)) {
		return nil, false, &hub.Error{Code: hub.NotFound, Message: "not found, or not yours to read"}
	}
	resp := &chartv1.WatchChartResponse{After: append(req.GetAfter(), &syncv1.StreamPosition{})}
	select {
	case n := <-o.changes:
		resp.Items = make([]*chartv1.TimelineItem, n)
	default:
	}
	return resp, len(o.changes) > 0, nil
}

// watchOne watches the chart as a person.
func watchOne(ctx context.Context, a *API, person string) (seen chan *chartv1.WatchChartResponse, end func() error) {
	seen, ended := make(chan *chartv1.WatchChartResponse, 100), make(chan error, 1)
	go func() {
		ended <- a.watchChart(ctx, session(person), &chartv1.WatchChartRequest{ChartId: "chart"}, func(m *chartv1.WatchChartResponse) error {
			seen <- m
			return nil
		})
	}()
	return seen, func() error { return <-ended }
}

func newChartAPI(t *testing.T, c *clock) (*API, *oneChart) {
	p := &chartPeople{}
	a, core := newAPI(t, &p.people, c, Limits{}), &oneChart{changes: make(chan int, 10)}
	a.config.Directory, a.config.Core = p, core
	return a, core
}

// TestWatchChartTellsOnHints: each hint for the chart brings what changed, message by message, from where the one before
// ended; a hint for another chart brings nothing; without hints there is a sign of life.
func TestWatchChartTellsOnHints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, core := newChartAPI(t, at(start))
		ctx, cancel := context.WithCancel(t.Context())
		seen, end := watchOne(ctx, a, "sato")
		if first := <-seen; len(first.GetItems()) != 0 || len(first.GetAfter()) != 1 {
			t.Fatalf("the first message is %v", first)
		}
		core.changes <- 2
		core.changes <- 1
		a.Publish([]hub.Moved{{Tenant: "t", StreamID: "stream-of-sato", Seq: 1}})
		if one, two := <-seen, <-seen; len(one.GetItems()) != 2 || len(two.GetItems()) != 1 || len(two.GetAfter()) != 3 {
			t.Fatalf("%v, then %v", one, two)
		}
		core.changes <- 5
		a.Publish([]hub.Moved{{Tenant: "t", StreamID: "stream-of-suzuki", Seq: 1}})
		synctest.Wait()
		if len(seen) != 0 {
			t.Fatal("told of another chart's stream")
		}
		time.Sleep(a.config.Limits.SignOfLife) // a lost hint is made good then
		if late := <-seen; len(late.GetItems()) != 5 {
			t.Fatalf("%v", late)
		}
		time.Sleep(a.config.Limits.SignOfLife)
		if alive := <-seen; len(alive.GetItems()) != 0 {
			t.Fatalf("%v", alive)
		}
		cancel()
		if err := end(); connect.CodeOf(err) != connect.CodeCanceled || a.watchers.open != 0 {
			t.Fatal(err)
		}
	})
}

// TestWatchChartEnds: without a grant it never begins, and it ends with the grant, with the device's place in the
// directory, with the server, and when it is too slow.
func TestWatchChartEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := at(start)
		a, _ := newChartAPI(t, c)
		if _, end := watchOne(t.Context(), a, "suzuki"); hub.CodeOf(end()) != hub.NotFound {
			t.Error("somebody without a grant watches")
		}
		seen, end := watchOne(t.Context(), a, "sato")
		<-seen
		c.set(start.Add(2 * time.Hour))
		if err := end(); hub.CodeOf(err) != hub.NotFound {
			t.Errorf("the grant ended: %v", err)
		}
		c.set(start)
		seen, end = watchOne(t.Context(), a, "sato")
		<-seen
		a.EndWatches()
		if err := end(); connect.CodeOf(err) != connect.CodeUnavailable {
			t.Errorf("the server ended: %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		a, _ := newChartAPI(t, at(start))
		seen, end := watchOne(t.Context(), a, "sato")
		<-seen
		a.config.Directory.(*chartPeople).gone.Store(true)
		if err := end(); connect.CodeOf(err) != connect.CodeUnauthenticated || len(seen) != 0 {
			t.Errorf("the device was taken out: %v", err)
		}
	})
}

// TestWatchChartTooSlow: who does not read is dropped, and nobody waits for them.
func TestWatchChartTooSlow(t *testing.T) {
	a, _ := newChartAPI(t, at(start))
	stuck, freed, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- a.watchChart(t.Context(), session("sato"), &chartv1.WatchChartRequest{ChartId: "chart"}, func(*chartv1.WatchChartResponse) error {
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
	close(freed)
	err := <-ended
	var said *connect.Error
	if connect.CodeOf(err) != connect.CodeAborted || !errors.As(err, &said) || said.Message() != textWatchChartSlow {
		t.Fatal(err)
	}
}
