package sdk

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"connectrpc.com/connect"
	"github.com/klauspost/compress/zstd"

	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1/alertv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1/chartv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1/syncv1connect"
)

// Limits of the transport.
const (
	maxAnswerBytes   = 4 << 20 // decompressed
	compressFrom     = 512     // smaller messages would only grow
	callTimeout      = 60 * time.Second
	zstdWindow       = 8 << 20
	zstdMemory       = 32 << 20
	sentWindow       = 1 << 20 // no request is larger
	idleConnection   = 90 * time.Second
	headersAreWaited = 45 * time.Second
)

// defaultHTTP speaks HTTP/2: in cleartext if the address says so, else over TLS with HTTP/1.1 to fall back to.
func defaultHTTP(server string) *http.Client {
	protocols := new(http.Protocols)
	if strings.HasPrefix(server, "http://") {
		protocols.SetUnencryptedHTTP2(true)
	} else {
		protocols.SetHTTP1(true)
		protocols.SetHTTP2(true)
	}
	return &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, Protocols: protocols, DisableCompression: true,
		IdleConnTimeout: idleConnection, ResponseHeaderTimeout: headersAreWaited,
	}}
}

// connect makes the clients of the services.
func (t *Tablet) connect() {
	options := []connect.ClientOption{
		connect.WithAcceptCompression("zstd", newZstdReader, newZstdWriter), connect.WithSendCompression("zstd"),
		connect.WithCompressMinBytes(compressFrom), connect.WithReadMaxBytes(maxAnswerBytes),
	}
	server := strings.TrimRight(t.opts.Server, "/")
	t.identity = identityv1connect.NewIdentityServiceClient(t.opts.HTTP, server, options...)
	t.sync = syncv1connect.NewSyncServiceClient(t.opts.HTTP, server, options...)
	t.charts = chartv1connect.NewChartServiceClient(t.opts.HTTP, server, options...)
	t.alerts = alertv1connect.NewAlertServiceClient(t.opts.HTTP, server, options...)
}

// authorised makes a request that carries the session.
func authorised[M any](token string, m *M) *connect.Request[M] {
	r := connect.NewRequest(m)
	r.Header().Set("Authorization", "Bearer "+token)
	return r
}

// zstdReader decompresses within bounds: a small message must not become a large one.
type zstdReader struct {
	d    *zstd.Decoder
	read int
}

var errBomb = errors.New("the answer is too large when decompressed")

func newZstdReader() connect.Decompressor {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(zstdWindow), zstd.WithDecodeBuffersBelow(0), zstd.WithDecoderMaxMemory(zstdMemory))
	if err != nil {
		return brokenReader{err}
	}
	return &zstdReader{d: d}
}

func (z *zstdReader) Read(p []byte) (int, error) {
	n, err := z.d.Read(p)
	if z.read += n; z.read > maxAnswerBytes+1 {
		return n, errBomb
	}
	return n, err
}

func (z *zstdReader) Reset(r io.Reader) error { z.read = 0; return z.d.Reset(r) }

// Close keeps the decoder: it is pooled.
func (z *zstdReader) Close() error { return z.d.Reset(bytes.NewReader(nil)) }

// newZstdWriter compresses requests. An answer comes in the encoding of its request, and zstd takes the server less time
// than gzip and the network fewer bytes, both ways.
func newZstdWriter() connect.Compressor {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(sentWindow))
	if err != nil {
		return nil
	}
	return w
}

// brokenReader stands for a decoder that could not be made; its options are constants, so it never is.
type brokenReader struct{ err error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }
func (b brokenReader) Close() error             { return nil }
func (b brokenReader) Reset(io.Reader) error    { return b.err }
