package webhook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

var (
	noon = time.Date(2026, 4, 1, 3, 4, 5, 0, time.UTC)
	key  = []byte("0123456789abcdef0123456789abcdef")
)

func message() push.Message {
	return push.Message{
		Delivery: [16]byte{0xd1, 2, 3}, Group: [16]byte{0xa1, 2, 3}, Kind: storev1.PushKind_PUSH_KIND_ALERT,
		Severity: carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL, Sent: noon, Deadline: noon.Add(15 * time.Minute),
	}
}

func target(url string) push.Target {
	return push.Target{Kind: alertv1.TargetKind_TARGET_KIND_WEBHOOK, Value: url, SigningKey: key}
}

// receiver starts a server that speaks TLS on this machine, and a channel that trusts it.
func receiver(t *testing.T, handler http.HandlerFunc) (string, *Channel) {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL + "/ring?for=somebody", open(t, Options{Roots: roots(s), Loopback: true})
}

func roots(s *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

func open(t *testing.T, o Options) *Channel {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// never starts a server that must not be called.
func never(t *testing.T, version uint16) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a receiver was called that must not be")
	}))
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: version}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func send(t *testing.T, c push.Channel, to push.Target) push.Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return c.Send(ctx, to, message())
}
