package app

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"
)

// A bomb expands to so much; taking it must not allocate more than so much in all. The zstd decoder's window and the
// buffers of HTTP/2 are most of it.
const (
	expands   = 256 << 20
	allocates = 96 << 20
)

func TestBombs(t *testing.T) {
	r := start(t, settings(t))
	c := h1(t, r).signedIn(t, "sato", "tablet-a")
	fast := h2c(t, r)
	fast.token = c.token
	for encoding, bomb := range map[string][]byte{"gzip": gzipped(t, expands), "zstd": zstandard(t, expands)} {
		t.Logf("%s: %d bytes", encoding, len(bomb))
		calls := map[string]func() *http.Request{
			"connect": func() *http.Request {
				request := raw(t, c, "application/proto", bomb)
				request.Header.Set("Content-Encoding", encoding)
				return request
			},
			"grpc": func() *http.Request {
				frame := append([]byte{1}, binary.BigEndian.AppendUint32(nil, uint32(len(bomb)))...)
				request := raw(t, fast, "application/grpc", append(frame, bomb...))
				request.Header.Set("Grpc-Encoding", encoding)
				request.Header.Set("Te", "trailers")
				return request
			},
		}
		for protocol, request := range calls {
			caller := map[string]*client{"connect": c, "grpc": fast}[protocol]
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			answer, err := caller.Do(request())
			if err != nil {
				t.Fatalf("%s %s: %v", encoding, protocol, err)
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			runtime.ReadMemStats(&after)
			status := answer.Trailer.Get("Grpc-Status") + answer.Header.Get("Grpc-Status")
			if protocol == "connect" && answer.StatusCode != http.StatusTooManyRequests || protocol == "grpc" && status != "8" {
				t.Errorf("%s %s: status %d, gRPC status %q", encoding, protocol, answer.StatusCode, status)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > allocates {
				t.Errorf("%s %s: %d MiB allocated", encoding, protocol, took>>20)
			}
		}
	}
}

// TestBombsOfStrangersAreNotRead sends a bomb without a token, and to SignIn, which takes 16 KiB and no more.
func TestBombsOfStrangersAreNotRead(t *testing.T) {
	r := start(t, settings(t))
	c := h1(t, r)
	bomb := gzipped(t, expands)
	for path, want := range map[string]int{
		"": http.StatusUnauthorized, identityv1connect.IdentityServiceSignInProcedure: http.StatusTooManyRequests,
	} {
		request := raw(t, c, "application/proto", bomb)
		request.Header.Set("Content-Encoding", "gzip")
		if path != "" {
			request.URL.Path = path
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		answer, err := c.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		runtime.ReadMemStats(&after)
		if answer.StatusCode != want {
			t.Errorf("%q: %d, want %d", path, answer.StatusCode, want)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 16<<20 {
			t.Errorf("%q: %d MiB allocated", path, took>>20)
		}
	}
}

func TestOversized(t *testing.T) {
	r := start(t, settings(t))
	c := h1(t, r).signedIn(t, "sato", "tablet-a")
	for name, size := range map[string]int{"just": readBytes + 1, "far": 64 << 20} {
		// An endless field that the contract does not know: the message would be valid.
		body := append([]byte{0xfa, 0x3f}, binary.AppendUvarint(nil, uint64(size))...)
		answer, err := c.Do(raw(t, c, "application/proto", append(body, make([]byte, size)...)))
		if err != nil {
			continue // cut off while it was sending: as good
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusTooManyRequests {
			t.Errorf("%s: %d", name, answer.StatusCode)
		}
	}
	if _, err := c.charts(t.Context()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestSlowHeaderIsCutOff(t *testing.T) {
	c := settings(t)
	c.HeaderTimeout, c.ReadTimeout = 50*time.Millisecond, 100*time.Millisecond
	r := start(t, c)
	for name, begin := range map[string]string{
		"header": "POST /tsunagu.sync.v1.SyncService/Sync HTTP/1.1\r\nHost: a\r\nX-Slow: ",
		"body": "POST " + identityv1connect.IdentityServiceSignInProcedure +
			" HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
	} {
		conn, err := net.Dial("tcp", r.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = fmt.Fprint(conn, begin)
		// The guard only keeps a failing test from hanging.
		_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
		_, err = io.Copy(io.Discard, bufio.NewReader(conn))
		if err != nil {
			t.Errorf("%s: the connection was not ended: %v", name, err)
		}
	}
}

func TestLargeHeaderIsRefused(t *testing.T) {
	r := start(t, settings(t))
	c := h1(t, r)
	request := raw(t, c, "application/proto", nil)
	request.Header.Set("X-Large", string(bytes.Repeat([]byte("a"), 64<<10)))
	answer, err := c.Do(request)
	if err != nil {
		return // cut off
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("%d", answer.StatusCode)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func gzipped(t *testing.T, size int64) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	return expanded(t, &b, w, size)
}

func zstandard(t *testing.T, size int64) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	return expanded(t, &b, w, size)
}

func expanded(t *testing.T, b *bytes.Buffer, w io.WriteCloser, size int64) []byte {
	t.Helper()
	if _, err := io.CopyN(w, zeros{}, size); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
