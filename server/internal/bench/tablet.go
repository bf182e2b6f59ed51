package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"connectrpc.com/connect"
	"github.com/klauspost/compress/zstd"

	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1/syncv1connect"
)

// tablet is a signed-in client that keeps nothing. It speaks as the SDK does: HTTP/2, zstd both ways.
type tablet struct {
	name    string
	base    string
	http    *http.Client
	traffic *traffic
	session *identityv1.SignInResponse
	sync    syncv1connect.SyncServiceClient
	answer  *zstd.Decoder
}

// compressFrom is the size from which the SDK compresses.
const compressFrom = 512

// dial signs somebody in.
func dial(ctx context.Context, address, name string) (*tablet, error) {
	return dialFrom(ctx, address, name, "")
}

// dialFrom signs somebody in from an address, as a trusted proxy would name it. The server bounds sign-ins by address.
func dialFrom(ctx context.Context, address, name, client string) (*tablet, error) {
	t := &tablet{name: name, base: "http://" + address, traffic: new(traffic)}
	t.http = t.traffic.client()
	if client != "" {
		t.http.Transport = from{t.http.Transport, client}
	}
	var err error
	if t.answer, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1)); err != nil {
		return nil, err
	}
	options := []connect.ClientOption{
		connect.WithAcceptCompression("zstd", newZstdReader, newZstdWriter), connect.WithSendCompression(upward),
		connect.WithCompressMinBytes(compressFrom),
	}
	t.sync = syncv1connect.NewSyncServiceClient(t.http, t.base, options...)
	identity := identityv1connect.NewIdentityServiceClient(t.http, t.base, options...)
	answer, err := identity.SignIn(ctx, connect.NewRequest(&identityv1.SignInRequest{
		DeviceId: name, DeviceSecret: benchSecret, PersonId: name, PersonSecret: benchSecret,
	}))
	if err != nil {
		return nil, fmt.Errorf("%s cannot sign in: %w", name, err)
	}
	t.session = answer.Msg
	return t, nil
}

func (t *tablet) close() {
	t.http.CloseIdleConnections()
	t.answer.Close()
}

// step is one call of Sync.
func (t *tablet) step(ctx context.Context, m *syncv1.SyncRequest) (*syncv1.SyncResponse, error) {
	r := connect.NewRequest(m)
	r.Header().Set("Authorization", "Bearer "+t.session.GetToken())
	answer, err := t.sync.Sync(ctx, r)
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// request is what every request says.
func request() *syncv1.SyncRequest {
	now := time.Now()
	return &syncv1.SyncRequest{
		ProtocolVersion: 1, Clock: &syncv1.DeviceClock{WallMs: now.UnixMilli(), MonotonicMs: uint64(now.UnixMilli()), BootId: boot},
	}
}

// boot is the boot that all clocks of the bench belong to.
var boot = []byte("bench-01")

// traffic counts the bytes on a client's sockets, frames and headers included.
type traffic struct{ up, down atomic.Int64 }

// client returns an HTTP client whose connections are counted.
func (c *traffic) client() *http.Client {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	dialer := new(net.Dialer)
	return &http.Client{Transport: &http.Transport{
		Protocols: protocols, DisableCompression: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &counted{conn, c}, nil
		},
	}}
}

// take returns what was counted since the last time.
func (c *traffic) take() (up, down int64) { return c.up.Swap(0), c.down.Swap(0) }

type counted struct {
	net.Conn
	traffic *traffic
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.traffic.down.Add(int64(n))
	return n, err
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.traffic.up.Add(int64(n))
	return n, err
}
