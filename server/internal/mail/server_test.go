package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

const (
	user     = "tsunagu"
	password = "correct horse"
	address  = "physician@clinic.example"
	sender   = "つなぐ <alerts@tsunagu.example>"
)

var noon = time.Date(2026, 4, 1, 3, 4, 5, 0, time.UTC)

func message() push.Message {
	return push.Message{
		Delivery: [16]byte{0xd1, 2, 3}, Group: [16]byte{0xa1, 2, 3}, Kind: storev1.PushKind_PUSH_KIND_ALERT,
		Severity: carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL, Sent: noon, Deadline: noon.Add(15 * time.Minute),
	}
}

func target() push.Target {
	return push.Target{Kind: alertv1.TargetKind_TARGET_KIND_MAIL, Value: address}
}

// post is a mail server: a whole one, on this machine, that answers as it is told.
type post struct {
	mechanisms       []string
	mail, rcpt, data error // what the stages of a mail are answered with

	mu    sync.Mutex
	mails []envelope
}

// envelope is one mail as the server took it.
type envelope struct {
	from, to, user string
	content        string
	private        bool
}

func (p *post) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, private := c.TLSConnectionState()
	return &visit{post: p, now: envelope{private: private}}, nil
}

func (p *post) got() []envelope {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mails
}

// visit is one connection to it.
type visit struct {
	post *post
	now  envelope
}

func (v *visit) Reset()        {}
func (v *visit) Logout() error { return nil }

func (v *visit) AuthMechanisms() []string { return v.post.mechanisms }

func (v *visit) Auth(mechanism string) (sasl.Server, error) {
	check := func(u, p string) error {
		if u != user || p != password {
			return smtp.ErrAuthFailed
		}
		v.now.user = u
		return nil
	}
	switch mechanism {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, u, p string) error { return check(u, p) }), nil
	case sasl.Login:
		return &questions{check: check}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.now.from = from
	return v.post.mail
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.now.to = to
	return v.post.rcpt
}

func (v *visit) Data(r io.Reader) error {
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	v.now.content = string(content)
	v.post.mu.Lock()
	defer v.post.mu.Unlock()
	v.post.mails = append(v.post.mails, v.now)
	return v.post.data
}

// questions are those of LOGIN.
type questions struct {
	check   func(user, password string) error
	answers []string
}

func (q *questions) Next(response []byte) ([]byte, bool, error) {
	if response != nil {
		q.answers = append(q.answers, string(response))
	}
	switch len(q.answers) {
	case 0:
		return []byte("Username:"), false, nil
	case 1:
		return []byte("Password:"), false, nil
	case 2:
		return nil, true, q.check(q.answers[0], q.answers[1])
	}
	return nil, true, errors.New("more answers than questions")
}

// start runs the server and returns what a channel needs to use it over STARTTLS, signed in.
func start(t *testing.T, p *post) Options {
	t.Helper()
	return listen(t, p, StartTLS, 0)
}

// listen is start with the privacy that the server offers, and the newest TLS that it speaks.
func listen(t *testing.T, p *post, privacy Privacy, version uint16) Options {
	t.Helper()
	config, roots := certificate(t)
	config.MinVersion, config.MaxVersion = tls.VersionTLS10, version
	if p.mechanisms == nil {
		p.mechanisms = []string{sasl.Plain}
	}
	s := smtp.NewServer(p)
	s.Domain = "mail.example"
	s.ErrorLog = log.New(io.Discard, "", 0)
	s.AllowInsecureAuth = privacy == Plain
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Server: l.Addr().String(), Privacy: privacy, Roots: roots, From: sender, User: user, Password: password}
	switch privacy {
	case StartTLS:
		s.TLSConfig = config
	case TLS:
		l = tls.NewListener(l, config)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close(); <-ended })
	return o
}

// certificate lends that of the standard library's test server, which is for 127.0.0.1.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates}, roots
}

func open(t *testing.T, o Options) *Channel {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func send(t *testing.T, o Options) push.Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return open(t, o).Send(ctx, target(), message())
}
