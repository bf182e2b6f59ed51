package api

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"connectrpc.com/connect"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

func session(person string) hub.Session {
	return hub.Session{Tenant: "t", PersonID: person, DeviceID: "tablet"}
}

// collect runs a watch and returns what it was sent, and how to wait for its end.
func collect(ctx context.Context, a *API, s hub.Session) (seen chan *syncv1.WatchResponse, end func() error) {
	seen = make(chan *syncv1.WatchResponse, 100)
	ended := make(chan error, 1)
	go func() {
		ended <- a.watch(ctx, s, func(m *syncv1.WatchResponse) error { seen <- m; return nil })
	}()
	return seen, func() error { return <-ended }
}

func TestWatchTellsOnlyWhatMayBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := at(start)
		a := newAPI(t, &people{}, c, Limits{})
		ctx, cancel := context.WithCancel(t.Context())
		seen, end := collect(ctx, a, session("sato"))
		if alive := <-seen; alive.GetStreamId() != "" {
			t.Fatalf("the first message is %v", alive)
		}
		a.Publish([]hub.Moved{
			{Tenant: "t", StreamID: "stream-of-suzuki", Seq: 1},
			{Tenant: "other", StreamID: "stream-of-sato", Seq: 2},
			{Tenant: "t", StreamID: "stream-of-sato", Seq: 3},
		})
		c.set(start.Add(2 * time.Hour)) // the grant has ended
		a.Publish([]hub.Moved{{Tenant: "t", StreamID: "stream-of-sato", Seq: 4}})
		if hint := <-seen; hint.GetSeq() != 3 {
			t.Fatalf("told of %v", hint)
		}
		time.Sleep(a.config.Limits.SignOfLife)
		if hint := <-seen; hint.GetStreamId() != "" {
			t.Fatalf("told of %v after the grant ended", hint)
		}
		cancel()
		if err := end(); connect.CodeOf(err) != connect.CodeCanceled {
			t.Fatal(err)
		}
		if a.watchers.open != 0 || len(a.watchers.tenants) != 0 || len(a.watchers.perDevice) != 0 {
			t.Fatal("an ended watch is still known")
		}
	})
}

func TestWatchEndsWhenTheDeviceIsTakenOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &people{}
		a := newAPI(t, p, at(start), Limits{})
		seen, end := collect(t.Context(), a, session("sato"))
		<-seen
		p.gone.Store(true)
		if err := end(); connect.CodeOf(err) != connect.CodeUnauthenticated {
			t.Fatal(err)
		}
	})
}

func TestWatchSlowOneIsDropped(t *testing.T) {
	a := newAPI(t, &people{}, at(start), Limits{})
	stuck, freed := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- a.watch(t.Context(), session("sato"), func(*syncv1.WatchResponse) error {
			select {
			case <-freed:
			case stuck <- struct{}{}:
				<-freed
			}
			return nil
		})
	}()
	<-stuck
	for seq := range uint64(hintsWaiting + 2) { // none of these waits for the watcher
		a.Publish([]hub.Moved{{Tenant: "t", StreamID: "stream-of-sato", Seq: seq + 1}})
	}
	if a.watchers.open != 0 {
		t.Fatal("a slow watcher was not dropped")
	}
	close(freed)
	if err := <-ended; connect.CodeOf(err) != connect.CodeAborted {
		t.Fatal(err)
	}
}

func TestWatchesAreCounted(t *testing.T) {
	a := newAPI(t, &people{}, at(start), Limits{WatchesPerDevice: 1, Watches: 2})
	first, err := a.watchers.add(session("sato"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.watchers.add(session("suzuki")); connect.CodeOf(err) != connect.CodeResourceExhausted {
		t.Fatalf("a second watch of the device: %v", err)
	}
	a.watchers.remove(first, nil)
	a.watchers.remove(first, nil)
	if _, err := a.watchers.add(session("suzuki")); err != nil {
		t.Fatalf("after the first ended: %v", err)
	}
	a.EndWatches()
	if _, err := a.watchers.add(session("sato")); connect.CodeOf(err) != connect.CodeUnavailable {
		t.Fatalf("after the end: %v", err)
	}
}

func TestWatchFailedSendEndsIt(t *testing.T) {
	a := newAPI(t, &people{}, at(start), Limits{})
	broken := errors.New("broken")
	if err := a.watch(t.Context(), session("sato"), func(*syncv1.WatchResponse) error { return broken }); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if a.watchers.open != 0 {
		t.Fatal("still open")
	}
}
