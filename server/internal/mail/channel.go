package mail

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// Limits of one mail.
const (
	// DefaultTimeout is how long one mail may take if Options say nothing.
	DefaultTimeout = 30 * time.Second
	// MaxTimeout is how long it may be allowed to take.
	MaxTimeout = 5 * time.Minute
)

// Privacy is how the connection to the mail server is protected.
type Privacy int

// The ways.
const (
	// StartTLS begins plainly and changes to TLS before anything is said, or ends. The usual port is 587.
	StartTLS Privacy = iota
	// TLS from the first byte. The usual port is 465.
	TLS
	// Plain is none. Only a server on this machine may be spoken to like that.
	Plain
)

// Options are what an operator decides.
type Options struct {
	// Server is HOST:PORT of the server that takes the mails.
	Server string
	// Privacy is how the connection is protected.
	Privacy Privacy
	// Roots are the authorities that may certify the server. Nil: those of the system.
	Roots *x509.CertPool
	// From is who the mails are from: name@example.org, or Name <name@example.org>. Mails that cannot be delivered later
	// come back there.
	From string
	// User and Password sign in to the server (PLAIN, or LOGIN where there is nothing else). Without a user there is no
	// signing in. Neither is ever logged nor put into an error.
	User, Password string
	// Timeout is how long one mail may take, at most MaxTimeout. Zero: DefaultTimeout.
	Timeout time.Duration
}

// Channel sends mails. It may be used by many at once: each mail has a connection of its own.
type Channel struct {
	options Options
	host    string
	from    mail.Address
}

// New makes a channel. It does not connect; Check does. The error is a sentence for the operator.
func New(o Options) (*Channel, error) {
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Timeout < 0 || o.Timeout > MaxTimeout {
		return nil, fmt.Errorf("a mail may take between nothing and %s, not %s; nothing was started: correct the time", MaxTimeout, o.Timeout)
	}
	host, port, err := net.SplitHostPort(o.Server)
	if err != nil || host == "" || port == "" {
		return nil, fmt.Errorf("%q is no address of a mail server; nothing was started: write HOST:PORT", o.Server)
	}
	if o.Privacy < StartTLS || o.Privacy > Plain {
		return nil, fmt.Errorf("there is no way number %d to protect mails; nothing was started: use STARTTLS or TLS", o.Privacy)
	}
	if o.Privacy == Plain && !isLoopback(host) {
		return nil, fmt.Errorf("the mail server %s is not on this machine and would be spoken to without TLS; nothing was started: use STARTTLS or TLS", host)
	}
	if strings.ContainsAny(o.User+o.Password, "\x00\r\n") {
		return nil, fmt.Errorf("the user or password of the mail server holds a line break or a zero byte; nothing was started: correct them")
	}
	from, err := mail.ParseAddress(o.From)
	if err != nil || CheckAddress(from.Address) != nil {
		return nil, fmt.Errorf("%q is no sender of mails; nothing was started: write name@example.org, or Name <name@example.org>", o.From)
	}
	return &Channel{options: o, host: host, from: *from}, nil
}

// Send implements push.Channel.
func (c *Channel) Send(ctx context.Context, to push.Target, m push.Message) push.Outcome {
	if to.Kind != alertv1.TargetKind_TARGET_KIND_MAIL || CheckAddress(to.Value) != nil {
		return push.Outcome{Verdict: push.Aside, Trouble: "address", Alarm: true}
	}
	err := c.within(ctx, func(s *session) error { return s.deliver(to.Value, compose(c.from, to, m)) })
	if err != nil {
		return judge(err)
	}
	return push.Outcome{Verdict: push.Accepted, ID: messageID(m.Delivery, domain(c.from.Address))}
}

// Check implements push.Channel: it signs in and says goodbye.
func (c *Channel) Check(ctx context.Context) error {
	err := c.within(ctx, func(*session) error { return nil })
	if err == nil {
		return nil
	}
	return fmt.Errorf("mails cannot be sent through %s (%s); alerts are kept and go to others by the other ways: check the server's address, certificate, user and password", c.options.Server, judge(err).Trouble)
}

// isLoopback reports whether a host is this machine by its writing. What a name leads to is looked at when it is called.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
