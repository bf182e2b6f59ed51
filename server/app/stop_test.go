package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/api"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/keys"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"
)

// held is a Sync that waits until it is let go, or its call ends.
type held struct{ entered, leave chan struct{} }

func newHeld() *held { return &held{make(chan struct{}, 8), make(chan struct{})} }

func (h *held) sync(ctx context.Context, _ hub.Call, _ *syncv1.SyncRequest) (*syncv1.SyncResponse, []hub.Moved, error) {
	h.entered <- struct{}{}
	select {
	case <-h.leave:
		return &syncv1.SyncResponse{SchemaVersion: 77}, nil, nil
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

func TestStopAnswersWhatIsInFlight(t *testing.T) {
	h := newHeld()
	r := start(t, settings(t), withSync(h.sync))
	calls := make(chan error, 2)
	for _, c := range []*client{h1(t, r), h2c(t, r)} {
		c = c.signedIn(t, "sato", "tablet-a")
		go func() {
			answer, err := c.sync().Sync(context.Background(), pull())
			if err == nil && answer.Msg.GetSchemaVersion() != 77 {
				err = errors.New("another answer")
			}
			calls <- err
		}()
		<-h.entered
	}
	watch, err := h2c(t, r).signedIn(t, "sato", "tablet-b").sync().Watch(t.Context(), connect.NewRequest(&syncv1.WatchRequest{}))
	if err != nil {
		t.Fatal(err)
	}
	watch.Receive()

	stopped := make(chan error, 1)
	go func() { stopped <- r.stop() }()
	for watch.Receive() { // until the stop ends it
	}
	if connect.CodeOf(watch.Err()) != connect.CodeUnavailable {
		t.Errorf("the watch ended with %v", watch.Err())
	}
	for refused := false; !refused; { // until the stop has closed the socket
		conn, err := net.Dial("tcp", r.Addr())
		if refused = err != nil; !refused {
			_ = conn.Close()
		}
	}
	close(h.leave)
	for range 2 {
		if err := <-calls; err != nil {
			t.Errorf("a call in flight: %v", err)
		}
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestStopDoesNotWaitForever(t *testing.T) {
	h := newHeld()
	c := settings(t)
	c.ShutdownDeadline = 10 * time.Millisecond
	r := start(t, c, withSync(h.sync))
	call := make(chan error, 1)
	tablet := h1(t, r).signedIn(t, "sato", "tablet-a")
	go func() {
		_, err := tablet.sync().Sync(context.Background(), pull())
		call <- err
	}()
	<-h.entered
	if err := r.stop(); err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("stopped with %v", err)
	}
	if err := <-call; err == nil {
		t.Error("a call that was cut off has an answer")
	}
}

func TestFatalStoreEndsTheServer(t *testing.T) {
	fatal := make(chan error, 1)
	broken := func(o *options) {
		o.open = func(context.Context, config.Server, [keys.Size]byte, zerolog.Logger) (*engine, error) {
			return &engine{Store: memory.New(), fatal: fatal}, nil
		}
	}
	a, err := Open(t.Context(), settings(t), zerolog.Nop(), broken)
	if err != nil {
		t.Fatal(err)
	}
	fatal <- errors.New("fsync failed")
	if err := a.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "fsync failed") {
		t.Errorf("ended with %v", err)
	}
	if err := errors.Join(a.Close(), a.Close()); err != nil {
		t.Error(err)
	}
}

// fillable is a store on a disk that a test fills.
type fillable struct {
	store.Store
	full atomic.Bool
}

func (f *fillable) Update(ctx context.Context, closures ...func(store.Tx) error) []error {
	if f.full.Load() {
		return store.Repeat(store.ErrFull, len(closures))
	}
	return f.Store.Update(ctx, closures...)
}

func TestHealthReadinessMetrics(t *testing.T) {
	disk := &fillable{Store: memory.New()}
	r := start(t, settings(t), WithStore(disk))
	get := func(path string, header ...string) (int, string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.Addr()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range header {
			request.Header.Set(name, "192.0.2.1")
		}
		answer, err := h1(t, r).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(body)
	}
	if status, _ := get("/healthz"); status != http.StatusOK {
		t.Errorf("healthz %d", status)
	}
	if status, _ := get("/readyz"); status != http.StatusOK {
		t.Errorf("readyz %d", status)
	}
	if status, body := get("/metrics"); status != http.StatusOK || !strings.Contains(body, "tsunagu_ready 1") {
		t.Errorf("metrics %d", status)
	}
	if status, _ := get("/metrics", "X-Forwarded-For"); status != http.StatusNotFound {
		t.Errorf("metrics through a proxy: %d", status)
	}
	disk.full.Store(true)
	r.readiness.mu.Lock()
	r.readiness.asked = time.Time{} // as if a while had passed
	r.readiness.mu.Unlock()
	status, body := get("/readyz")
	var said map[string]string
	if err := json.Unmarshal([]byte(body), &said); err != nil || status != http.StatusServiceUnavailable || !strings.Contains(said["status"], "full") {
		t.Errorf("readyz of a full disk: %d %s", status, body)
	}
	if status, _ := get("/healthz"); status != http.StatusOK {
		t.Errorf("healthz of a full disk: %d", status)
	}
}

func TestMetricsOnASocketOfTheirOwn(t *testing.T) {
	c := settings(t)
	c.MetricsListen = "127.0.0.1:0"
	r := start(t, c)
	for address, want := range map[string]int{r.Addr(): http.StatusMethodNotAllowed, r.MetricsAddr(): http.StatusOK} {
		answer, err := http.Get("http://" + address + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: %d, want %d", address, answer.StatusCode, want)
		}
	}
}

// TestWatchOutlivesTheTimeToReadARequest: the limit is for sending a request, not for listening to its answer.
func TestWatchOutlivesTheTimeToReadARequest(t *testing.T) {
	c := settings(t)
	c.ReadTimeout, c.IdleTimeout = 50*time.Millisecond, 50*time.Millisecond
	r := start(t, c, WithLimits(api.Limits{SignOfLife: 100 * time.Millisecond}))
	for name, caller := range map[string]*client{"h1": h1(t, r), "h2c": h2c(t, r)} {
		ctx, cancel := context.WithCancel(t.Context())
		watch, err := caller.signedIn(t, "sato", "tablet-a").sync().Watch(ctx, connect.NewRequest(&syncv1.WatchRequest{}))
		if err != nil {
			t.Fatal(err)
		}
		for i := range 4 {
			if !watch.Receive() {
				t.Errorf("%s: ended after %d signs of life: %v", name, i, watch.Err())
				break
			}
		}
		cancel()
		_ = watch.Close()
	}
}
