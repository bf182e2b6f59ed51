package webhook

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// Limits of one call.
const (
	// DefaultTimeout is how long one call may take if Options say nothing.
	DefaultTimeout = 10 * time.Second
	// MaxTimeout is how long it may be allowed to take.
	MaxTimeout = time.Minute
	// MaxAllowHosts is how many hosts an operator may name.
	MaxAllowHosts = 64
	// maxAnswer is how many bytes of an answer are taken in before the line is cut.
	maxAnswer = 16 << 10
)

// Options are what an operator decides.
type Options struct {
	// AllowHosts are hosts inside the operator's own networks that may be called though their addresses are private
	// (10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7). Each is one name or address, without port or wildcard; a host
	// under it is not meant. At most MaxAllowHosts.
	AllowHosts []string
	// Roots are the authorities that may certify receivers. Nil: those of the system.
	Roots *x509.CertPool
	// Timeout is how long one call may take, at most MaxTimeout. Zero: DefaultTimeout.
	Timeout time.Duration
	// Loopback lets receivers be on this machine and speak http. For tests and demos: on a server it opens whatever else
	// listens there to whoever may register a target.
	Loopback bool
}

// Channel calls webhooks. It may be used by many at once.
type Channel struct {
	options Options
	client  *http.Client
}

// New makes a channel. The error is a sentence for the operator.
func New(o Options) (*Channel, error) {
	o.AllowHosts = slices.Clone(o.AllowHosts)
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Timeout < 0 || o.Timeout > MaxTimeout {
		return nil, fmt.Errorf("webhooks may take between nothing and %s, not %s; nothing was started: correct the time", MaxTimeout, o.Timeout)
	}
	if len(o.AllowHosts) > MaxAllowHosts {
		return nil, fmt.Errorf("%d hosts are allowed as receivers, more than %d; nothing was started: name fewer", len(o.AllowHosts), MaxAllowHosts)
	}
	for _, host := range o.AllowHosts {
		if _, err := netip.ParseAddr(host); err != nil && !isName(host) {
			return nil, fmt.Errorf("%q is no host that can be allowed as a receiver; nothing was started: write its name or address alone, without https://, port or *", host)
		}
	}
	return &Channel{options: o, client: o.client()}, nil
}

// Send implements push.Channel.
func (c *Channel) Send(ctx context.Context, to push.Target, m push.Message) push.Outcome {
	if to.Kind != alertv1.TargetKind_TARGET_KIND_WEBHOOK || c.CheckURL(to.Value) != nil {
		return aside("address")
	}
	if len(to.SigningKey) < MinKey {
		return aside("signing_key")
	}
	request, err := newRequest(ctx, to, m)
	if err != nil {
		return aside("address")
	}
	answer, err := c.client.Do(request)
	if err != nil {
		return failed(ctx, err)
	}
	// The rest of the answer is taken in so that the receiver is not cut off in the middle of it; nobody reads it, and
	// what is wrong with it changes nothing about what its status said.
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer)
	_ = answer.Body.Close()
	return judge(answer.StatusCode, answer.Header.Get("Retry-After"), m.Sent)
}

// Check implements push.Channel. Each receiver has a key of its own, so there is nothing that could be wrong with all.
func (c *Channel) Check(context.Context) error { return nil }

func newRequest(ctx context.Context, to push.Target, m push.Message) (*http.Request, error) {
	content, err := body(m)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.Value, bytes.NewReader(content))
	if err != nil {
		return nil, errors.New("the address is none") // the original quotes it
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Tsunagu")
	r.Header.Set("Idempotency-Key", hex.EncodeToString(m.Delivery[:]))
	r.Header.Set(SignatureHeader, sign(to.SigningKey, content, m.Sent))
	return r, nil
}
