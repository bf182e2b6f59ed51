package httpx

import (
	"log"
	"net/http"
	"strings"
	"time"

	"github.com/rs/zerolog"
)

// Timeouts of the server. A zero field takes the default.
type Timeouts struct {
	// Header bounds the time to read a request's header. Default 5 s.
	Header time.Duration
	// Read bounds the time to read a whole request. Default 30 s.
	Read time.Duration
	// Idle bounds how long a connection may wait for its next request. Default 120 s.
	Idle time.Duration
}

// Bounds of a connection.
const (
	maxHeaderBytes = 16 << 10
	maxStreams     = 100
)

// NewServer makes a server for HTTP/1.1 and HTTP/2, the latter over TLS and, by prior knowledge, without.
func NewServer(handler http.Handler, timeouts Timeouts, log zerolog.Logger) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:           handler,
		Protocols:         protocols,
		ReadHeaderTimeout: orDefault(timeouts.Header, 5*time.Second),
		ReadTimeout:       orDefault(timeouts.Read, 30*time.Second),
		IdleTimeout:       orDefault(timeouts.Idle, 120*time.Second),
		MaxHeaderBytes:    maxHeaderBytes,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: maxStreams,
			SendPingTimeout:      15 * time.Second,
			PingTimeout:          10 * time.Second,
		},
		ErrorLog: quiet(log),
	}
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// quiet logs of what net/http reports only which report it is: some quote what a client sent.
func quiet(to zerolog.Logger) *log.Logger {
	return log.New(quietWriter{to}, "", 0)
}

type quietWriter struct{ log zerolog.Logger }

// reports are beginnings of net/http's messages that say what happened without quoting anybody.
var reports = []string{
	"http: TLS handshake error", "http: Accept error", "http: superfluous response.WriteHeader",
	"http: response.WriteHeader on hijacked", "http: panic serving", "http: request body",
	"http2: server: error reading preface", "http2: server connection error", "http2: ",
}

func (q quietWriter) Write(p []byte) (int, error) {
	said := "other"
	for _, report := range reports {
		if strings.HasPrefix(string(p), report) {
			said = strings.TrimSuffix(report, ": ")
			break
		}
	}
	q.log.Debug().Str("report", said).Msg("the HTTP layer reports a connection's trouble")
	return len(p), nil
}
