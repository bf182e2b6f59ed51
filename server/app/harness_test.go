package app

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/api"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1/chartv1connect"
	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1/syncv1connect"
	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"
)

// settings are a server's on the demo directory, on a free port, in a folder of its own.
func settings(t *testing.T) config.Server {
	t.Helper()
	return config.Server{
		Storage:   config.Storage{Data: t.TempDir()},
		Directory: filepath.Join("..", "..", "testdata", "demo", "directory.yaml"),
		Listen:    "127.0.0.1:0",
		TokenLife: time.Hour, HeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		IdleTimeout: time.Minute, ShutdownDeadline: 20 * time.Second,
	}
}

// running is a server that runs until the test ends, or stop is called.
type running struct {
	*App
	log  *logs
	stop func() error
}

func start(t *testing.T, c config.Server, with ...Option) *running {
	t.Helper()
	r := &running{log: new(logs)}
	with = append([]Option{WithStore(memory.New())}, with...)
	a, err := Open(t.Context(), c, zerolog.New(r.log).Level(zerolog.DebugLevel), with...)
	if err != nil {
		t.Fatal(err)
	}
	r.App = a
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		err := <-ended
		if closed := a.Close(); err == nil {
			err = closed
		}
		return err
	})
	t.Cleanup(func() { _ = r.stop() })
	return r
}

// logs keeps what was logged.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// client speaks one protocol of HTTP and carries a token, if it has one.
type client struct {
	http  *http.Client
	base  string
	token string
}

func (c *client) Do(r *http.Request) (*http.Response, error) {
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	return c.http.Do(r)
}

func (c *client) sync(options ...connect.ClientOption) syncv1connect.SyncServiceClient {
	return syncv1connect.NewSyncServiceClient(c, c.base, options...)
}

func (c *client) chart(options ...connect.ClientOption) chartv1connect.ChartServiceClient {
	return chartv1connect.NewChartServiceClient(c, c.base, options...)
}

func h1(t *testing.T, r *running) *client {
	return over(t, "http://"+r.Addr(), func(p *http.Protocols) { p.SetHTTP1(true) }, nil)
}

func h2c(t *testing.T, r *running) *client {
	return over(t, "http://"+r.Addr(), func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }, nil)
}

func over(t *testing.T, base string, choose func(*http.Protocols), secure *tls.Config) *client {
	t.Helper()
	protocols := new(http.Protocols)
	choose(protocols)
	transport := &http.Transport{
		Protocols: protocols, TLSClientConfig: secure, DisableCompression: true,
		DialContext: (&net.Dialer{}).DialContext,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{http: &http.Client{Transport: transport}, base: base}
}

// signedIn signs a person of the demo in on a device.
func (c *client) signedIn(t *testing.T, person, device string) *client {
	t.Helper()
	answer, err := identityv1connect.NewIdentityServiceClient(c, c.base).SignIn(t.Context(), connect.NewRequest(&identityv1.SignInRequest{
		DeviceId: device, DeviceSecret: "demo-" + device, PersonId: person, PersonSecret: "demo-" + person,
	}))
	if err != nil {
		t.Fatal(err)
	}
	return &client{http: c.http, base: c.base, token: answer.Msg.GetToken()}
}

// pull is a request that is valid and writes nothing.
func pull() *connect.Request[syncv1.SyncRequest] {
	return connect.NewRequest(&syncv1.SyncRequest{
		ProtocolVersion: 1, Clock: &syncv1.DeviceClock{WallMs: time.Now().UnixMilli()}, Pull: true, ManifestComplete: true,
	})
}

// charts lists charts: a call that needs a token and reads.
func (c *client) charts(ctx context.Context) (int, error) {
	answer, err := c.chart().ListCharts(ctx, connect.NewRequest(&chartv1.ListChartsRequest{}))
	if err != nil {
		return 0, err
	}
	return len(answer.Msg.GetCharts()), nil
}

// withSync puts a function of the test in place of the core's Sync.
func withSync(sync func(context.Context, hub.Call, *syncv1.SyncRequest) (*syncv1.SyncResponse, []hub.Moved, error)) Option {
	return WithCore(func(core api.Core) api.Core { return &replaced{core, sync} })
}

type replaced struct {
	api.Core
	sync func(context.Context, hub.Call, *syncv1.SyncRequest) (*syncv1.SyncResponse, []hub.Moved, error)
}

func (r *replaced) Sync(ctx context.Context, c hub.Call, m *syncv1.SyncRequest) (*syncv1.SyncResponse, []hub.Moved, error) {
	return r.sync(ctx, c, m)
}
