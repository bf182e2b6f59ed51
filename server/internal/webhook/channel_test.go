package webhook

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

func TestReceiverCanVerifyWhatItGets(t *testing.T) {
	var trouble error
	url, c := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		trouble = Verify(key, r.Header.Get(SignatureHeader), content, noon.Add(time.Minute), 5*time.Minute)
		w.WriteHeader(http.StatusAccepted)
	})
	if got := send(t, c, target(url)); got != (push.Outcome{Verdict: push.Accepted}) {
		t.Errorf("an answer of 202 means %+v", got)
	}
	if trouble != nil {
		t.Error(trouble)
	}
	if err := c.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDemosNeedNoCertificate(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	if got := send(t, open(t, Options{Loopback: true}), target(s.URL)); got.Verdict != push.Accepted {
		t.Errorf("a receiver of a demo means %+v", got)
	}
	if got := send(t, open(t, Options{AllowHosts: []string{"127.0.0.1"}}), target(s.URL)); got != aside("address") {
		t.Errorf("a receiver without https means %+v", got)
	}
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		status int
		header string
		want   push.Outcome
	}{
		{200, "", push.Outcome{Verdict: push.Accepted}},
		{204, "", push.Outcome{Verdict: push.Accepted}},
		{304, "", push.Outcome{Verdict: push.Refused, Trouble: "redirect", Alarm: true}},
		{400, "", push.Outcome{Verdict: push.Refused, Trouble: "refused", Alarm: true}},
		{401, "", push.Outcome{Verdict: push.Aside, Trouble: "signature_refused", Alarm: true}},
		{403, "", push.Outcome{Verdict: push.Aside, Trouble: "signature_refused", Alarm: true}},
		{404, "", push.Outcome{Verdict: push.Aside, Trouble: "not_found", Alarm: true}},
		{408, "", push.Outcome{Verdict: push.Later, Trouble: "timeout"}},
		{410, "", push.Outcome{Verdict: push.Dead, Trouble: "gone"}},
		{422, "60", push.Outcome{Verdict: push.Refused, Trouble: "refused", Alarm: true}},
		{425, "", push.Outcome{Verdict: push.Later, Trouble: "timeout"}},
		{429, "37", push.Outcome{Verdict: push.Later, Trouble: "quota", After: 37 * time.Second}},
		{429, noon.Add(time.Minute).Format(http.TimeFormat), push.Outcome{Verdict: push.Later, Trouble: "quota", After: time.Minute}},
		{500, "", push.Outcome{Verdict: push.Later, Trouble: "server_error"}},
		{502, "soon", push.Outcome{Verdict: push.Later, Trouble: "server_error"}},
		{503, "9999999999", push.Outcome{Verdict: push.Later, Trouble: "unavailable", After: MaxRetryAfter}},
		{503, "", push.Outcome{Verdict: push.Later, Trouble: "unavailable"}},
	} {
		url, ch := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
			if c.header != "" {
				w.Header().Set("Retry-After", c.header)
			}
			w.WriteHeader(c.status)
		})
		if got := send(t, ch, target(url)); got != c.want {
			t.Errorf("%d %q means %+v, want %+v", c.status, c.header, got, c.want)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := never(t, 0)
	for _, status := range []int{301, 302, 303, 307, 308} {
		url, c := receiver(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, status) })
		if got := send(t, c, target(url)); got.Verdict != push.Refused || !got.Alarm {
			t.Errorf("%d means %+v", status, got)
		}
	}
}

func TestAnswerIsNotTakenInWithoutEnd(t *testing.T) {
	written := make(chan int, 1)
	url, c := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
		chunk, sum := []byte(strings.Repeat("x", 4096)), 0
		for {
			n, err := w.Write(chunk)
			if sum += n; err != nil {
				written <- sum
				return
			}
		}
	})
	if got := send(t, c, target(url)); got.Verdict != push.Accepted {
		t.Errorf("an endless answer of 200 means %+v", got)
	}
	if n := <-written; n > 32<<20 { // far above what lies in the buffers between
		t.Errorf("%d bytes of an answer were taken in", n)
	}
}

func TestHeadersOfAnswerHaveAnEnd(t *testing.T) {
	url, c := receiver(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", 2*maxHeaderBytes))
	})
	if got := send(t, c, target(url)); got.Verdict != push.Later {
		t.Errorf("an answer with too long a header means %+v", got)
	}
}

func TestWaitingEnds(t *testing.T) {
	url, patient := receiver(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		<-r.Context().Done()
	})
	o := patient.options
	o.Timeout = 50 * time.Millisecond
	want := push.Outcome{Verdict: push.Later, Trouble: "timeout"}
	if got := open(t, o).Send(t.Context(), target(url), message()); got != want {
		t.Errorf("a receiver that never answers means %+v", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if got := patient.Send(ctx, target(url), message()); got != want {
		t.Errorf("a receiver that has not answered by the caller's deadline means %+v", got)
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	got := send(t, open(t, Options{Loopback: true}), target("https://"+address))
	if got != (push.Outcome{Verdict: push.Later, Trouble: "unreachable", Alarm: true}) {
		t.Errorf("a receiver that does not listen means %+v", got)
	}
}

func TestTLSIsNotNegotiable(t *testing.T) {
	old, unknown := never(t, 0x0302), never(t, 0) // 0x0302 is TLS 1.1
	for name, got := range map[string]push.Outcome{
		"TLS 1.1":              send(t, open(t, Options{Loopback: true, Roots: roots(old)}), target(old.URL)),
		"an unknown authority": send(t, open(t, Options{Loopback: true}), target(unknown.URL)),
		"a name of another":    send(t, open(t, Options{Loopback: true, Roots: roots(unknown), AllowHosts: []string{"localhost"}}), target(strings.Replace(unknown.URL, "127.0.0.1", "localhost", 1))),
	} {
		if got != (push.Outcome{Verdict: push.Later, Trouble: "tls", Alarm: true}) {
			t.Errorf("%s means %+v", name, got)
		}
	}
}

func TestTargetThatIsNone(t *testing.T) {
	s := never(t, 0)
	c := open(t, Options{Loopback: true, Roots: roots(s)})
	short, mail, user := target(s.URL), target(s.URL), target(strings.Replace(s.URL, "//", "//a:b@", 1))
	short.SigningKey, mail.Kind = key[:MinKey-1], alertv1.TargetKind_TARGET_KIND_MAIL
	for name, to := range map[string]push.Target{"a short key": short, "a mail address": mail, "a password": user} {
		if got := send(t, c, to); got.Verdict != push.Aside || !got.Alarm || got.Trouble == "" {
			t.Errorf("%s means %+v", name, got)
		}
	}
}

// What an outcome says goes into logs: it must not be what the address or the other side says.
func TestErrorsAreNotQuoted(t *testing.T) {
	secret := errors.New("https://receiver.example.org/secret-path")
	for _, err := range []error{
		&url.Error{Op: "Post", URL: "https://secret", Err: secret},
		&url.Error{Op: "Post", URL: "https://secret", Err: &net.DNSError{Err: "no such host", Name: "secret", IsNotFound: true}},
		&url.Error{Op: "Post", URL: "https://secret", Err: &net.OpError{Op: "dial", Err: errDial}},
	} {
		got := failed(t.Context(), err)
		if got.Trouble == "" || strings.Contains(got.Trouble, "secret") || got.Verdict == push.Accepted || !got.Alarm {
			t.Errorf("%v means %+v", err, got)
		}
	}
}

func TestProxiesOfTheEnvironmentAreNotAsked(t *testing.T) {
	transport, ok := open(t, Options{}).client.Transport.(*http.Transport)
	if !ok || transport.Proxy != nil {
		t.Error("a proxy of the environment would be asked to call what may not be called from here")
	}
}

// A name whose address changes after it was registered gains nothing: the address of the very connection is judged.
func TestNameThatLeadsInside(t *testing.T) {
	var connections atomic.Int32
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ConnState = func(net.Conn, http.ConnState) { connections.Add(1) }
	s.StartTLS()
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := open(t, Options{AllowHosts: []string{"localhost"}, Roots: roots(s)})
	if got := send(t, c, target("https://localhost:"+port)); got != aside("address_forbidden") {
		t.Errorf("a name that leads to this machine means %+v", got)
	}
	if n := connections.Load(); n != 0 {
		t.Errorf("%d connections were made to find that out", n)
	}
}
