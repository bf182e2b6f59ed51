package webhook

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

// errDial: the name leads to an address that is not called.
var errDial = errors.New("the name leads to an address that is not called")

// Limits of one call.
const (
	connectPatience = 5 * time.Second
	maxHeaderBytes  = 16 << 10
)

// allows reports whether the operator named this very host. Part of a name, or a longer one, is another host.
func (o Options) allows(host string) bool {
	for _, allowed := range o.AllowHosts {
		if strings.EqualFold(host, allowed) {
			return true
		}
	}
	return false
}

// mayDial reports whether the host may be called at the address that it was found to have.
func (o Options) mayDial(host string, address netip.Addr) bool {
	switch {
	case isPublic(address):
		return true
	case o.allows(host) && isInside(address):
		return true
	}
	return o.Loopback && contain(loopback, address)
}

// dial connects, if the address of the very connection may be called. The check runs after the name was looked up and
// before the first packet, for each address that is tried.
func (o Options) dial(ctx context.Context, network, hostport string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: connectPatience, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !o.mayDial(host, at.Addr()) {
			return errDial
		}
		return nil
	}}
	return d.DialContext(ctx, network, hostport)
}

// client makes what calls are made with. Pushes are rare: each has a connection of its own, so that each is judged anew and
// none is left open.
func (o Options) client() *http.Client {
	return &http.Client{
		Timeout:       o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  nil, // one from the environment would call whatever it likes in our place
			DialContext:            o.dial,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
			TLSHandshakeTimeout:    connectPatience,
			ForceAttemptHTTP2:      true,
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxHeaderBytes,
		},
	}
}
