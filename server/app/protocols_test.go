package app

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/proto"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1/syncv1connect"
	"github.com/tsunagu-care/tsunagu/server/internal/httpx"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

func TestEveryProtocol(t *testing.T) {
	r := start(t, settings(t))
	for name, c := range map[string]*client{"h1": h1(t, r), "h2c": h2c(t, r)} {
		t.Run(name, func(t *testing.T) { speak(t, c, name == "h2c") })
	}
}

func TestTLS(t *testing.T) {
	c := settings(t)
	var pool *x509.CertPool
	c.TLSCert, c.TLSKey, pool = certificate(t)
	r := start(t, c)
	secure := &tls.Config{RootCAs: pool}
	base := "https://" + r.Addr()
	t.Run("h1", func(t *testing.T) {
		speak(t, over(t, base, func(p *http.Protocols) { p.SetHTTP1(true) }, secure), false)
	})
	t.Run("h2", func(t *testing.T) {
		speak(t, over(t, base, func(p *http.Protocols) { p.SetHTTP2(true) }, secure), true)
	})
}

// speak signs in, syncs in every RPC protocol that the connection allows, and watches.
func speak(t *testing.T, c *client, trailers bool) {
	c = c.signedIn(t, "sato", "tablet-a")
	options := map[string][]connect.ClientOption{
		"connect": nil, "json": {connect.WithProtoJSON()}, "grpc-web": {connect.WithGRPCWeb()},
		"gzip": {connect.WithSendGzip()},
		"zstd": {zstdClient(), connect.WithSendCompression("zstd")},
	}
	if trailers {
		options["grpc"] = []connect.ClientOption{connect.WithGRPC()}
	}
	for name, option := range options {
		answer, err := c.sync(option...).Sync(t.Context(), pull())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if answer.Msg.GetServerTime().GetUnixMs() == 0 {
			t.Errorf("%s: no server time", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stream, err := c.sync().Watch(ctx, connect.NewRequest(&syncv1.WatchRequest{}))
	if err != nil {
		t.Fatal(err)
	}
	if !stream.Receive() || stream.Msg().GetAt() == nil {
		t.Errorf("no sign of life: %v", stream.Err())
	}
}

// zstdClient reads and writes zstd as a client would.
func zstdClient() connect.ClientOption {
	return connect.WithAcceptCompression("zstd",
		func() connect.Decompressor { d, _ := zstd.NewReader(nil); return decoder{d} },
		func() connect.Compressor { e, _ := zstd.NewWriter(nil); return e })
}

type decoder struct{ *zstd.Decoder }

func (d decoder) Close() error { return d.Reset(nil) }

func TestBrowserGetsZstdThoughItListsGzipFirst(t *testing.T) {
	r := start(t, settings(t), withSync(large))
	c := h1(t, r).signedIn(t, "sato", "tablet-a")
	for accept, want := range map[string]string{
		"gzip, deflate, br, zstd": "zstd", "gzip": "gzip", "br": "", "zstd;q=0, gzip": "gzip", "": "",
	} {
		request := raw(t, c, "application/proto", message(t))
		request.Header.Set("Accept-Encoding", accept)
		answer, err := c.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if got := answer.Header.Get("Content-Encoding"); got != want || answer.StatusCode != http.StatusOK {
			t.Errorf("%q: %d, compressed with %q, want %q", accept, answer.StatusCode, got, want)
		}
		if want != "" && len(body) > 10_000 {
			t.Errorf("%q: %d bytes", accept, len(body))
		}
	}
}

// large answers with more than is worth compressing.
func large(context.Context, hub.Call, *syncv1.SyncRequest) (*syncv1.SyncResponse, []hub.Moved, error) {
	return &syncv1.SyncResponse{Verdicts: []*syncv1.StreamVerdict{{StreamId: strings.Repeat("a", 100_000)}}}, nil, nil
}

func TestAnswersCarryTheirHeaders(t *testing.T) {
	r := start(t, settings(t))
	answer, err := h1(t, r).Do(raw(t, h1(t, r), "application/json", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
		"X-Frame-Options": "DENY", "Access-Control-Allow-Origin": "",
	} {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if answer.Header.Get(httpx.RequestIDHeader) == "" {
		t.Error("no request id")
	}
}

func TestOnlyPostFromTheSameOrigin(t *testing.T) {
	r := start(t, settings(t))
	c := h1(t, r).signedIn(t, "sato", "tablet-a")
	for name, test := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"GET":         {func(r *http.Request) { r.Method, r.Body, r.ContentLength = http.MethodGet, nil, 0 }, http.StatusMethodNotAllowed},
		"PUT":         {func(r *http.Request) { r.Method = http.MethodPut }, http.StatusMethodNotAllowed},
		"preflight":   {func(r *http.Request) { r.Method, r.Body, r.ContentLength = http.MethodOptions, nil, 0 }, http.StatusMethodNotAllowed},
		"cross-site":  {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, http.StatusForbidden},
		"foreign":     {func(r *http.Request) { r.Header.Set("Origin", "https://elsewhere.example") }, http.StatusForbidden},
		"same-origin": {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }, http.StatusOK},
		"brotli":      {func(r *http.Request) { r.Header.Set("Content-Encoding", "br") }, http.StatusUnsupportedMediaType},
		"text":        {func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, http.StatusUnsupportedMediaType},
		"nowhere":     {func(r *http.Request) { r.URL.Path = "/tsunagu.sync.v1.SyncService/Drop" }, http.StatusNotFound},
	} {
		request := raw(t, c, "application/proto", message(t))
		test.change(request)
		answer, err := c.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != test.want {
			t.Errorf("%s: %d, want %d", name, answer.StatusCode, test.want)
		}
	}
}

// message is the encoded message of a pull.
func message(t *testing.T) []byte {
	t.Helper()
	body, err := proto.Marshal(pull().Msg)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// raw is a call of Sync made by hand.
func raw(t *testing.T, c *client, contentType string, body []byte) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.base+syncv1connect.SyncServiceSyncProcedure, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	return r
}

// certificate makes one for the loopback address.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", keyDER), pool
}
