package webhook

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// MaxURL is how many bytes an address may have.
const MaxURL = 2048

// What is wrong with an address. None of them quotes it: it may hold what only its owner may know.
var (
	errLong      = errors.New("the address of the webhook has more than 2048 characters; nothing was registered: use a shorter one")
	errNoURL     = errors.New("this is not an address of a webhook; nothing was registered: write https://host/path, with letters, digits and signs of ASCII only")
	errScheme    = errors.New("the address of the webhook does not begin with https://; nothing was registered: set up a certificate for the receiver and use https")
	errUser      = errors.New("the address of the webhook holds a name or password before an @; nothing was registered: leave them out, the receiver knows the server by the signature")
	errFragment  = errors.New("the address of the webhook has a part after a #, which is never sent; nothing was registered: leave it out")
	errPort      = errors.New("the port of the webhook is neither 443 nor between 1024 and 65535; nothing was registered: let the receiver listen on one of these")
	errHost      = errors.New("the host of the webhook is not a full name of the internet; nothing was registered: write a name such as receiver.example.org, or ask the operator to allow a host of your own network")
	errForbidden = errors.New("the address of the webhook is inside a network or of this machine; nothing was registered: use a public address, or ask the operator to allow this host")
)

// CheckURL says what is wrong with an address that somebody wants to register: a sentence for them that does not quote it.
// It looks nothing up: a name may lead elsewhere later, so what it leads to is judged when it is called.
func CheckURL(raw string) error { return checkURL(raw, Options{}) }

// CheckURL is that of the package, with the hosts that the operator allowed.
func (c *Channel) CheckURL(raw string) error { return checkURL(raw, c.options) }

func checkURL(raw string, o Options) error {
	if len(raw) > MaxURL {
		return errLong
	}
	if strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }) {
		return errNoURL
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return errNoURL
	}
	switch {
	case u.Scheme != "https" && !(o.Loopback && u.Scheme == "http"):
		return errScheme
	case u.User != nil:
		return errUser
	case strings.Contains(raw, "#"):
		return errFragment
	case !isPort(u):
		return errPort
	}
	return checkHost(u.Hostname(), o)
}

// isPort allows the port of https and those that a receiver may listen on without special rights. The ones below belong
// to other services, and a server that could be sent to them would be a way to knock at these.
func isPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":") && u.Scheme == "https"
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && (n == 443 || n >= 1024) && u.Port()[0] != '0'
}

// checkHost judges a host as far as its writing goes.
func checkHost(host string, o Options) error {
	if address, err := netip.ParseAddr(host); err == nil {
		if !o.mayDial(host, address) {
			return errForbidden
		}
		return nil
	}
	if !isName(host) {
		return errHost
	}
	if !strings.Contains(host, ".") && !o.allows(host) {
		return errHost
	}
	return nil
}

// isName reports whether host is a name by the rules of host names. A last label of digits, such as in 127.1 or
// 2130706433, is an address to some systems and a name to none.
func isName(host string) bool {
	labels := strings.Split(host, ".")
	last := labels[len(labels)-1]
	if len(host) > 253 || last == "" || strings.Trim(last, "0123456789") == "" || isHexNumber(last) {
		return false
	}
	for _, label := range labels {
		if !isLabel(label) {
			return false
		}
	}
	return true
}

func isLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	return strings.Trim(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// isHexNumber reports whether a label is a number as C writes it, which some systems take for an address.
func isHexNumber(label string) bool {
	return len(label) > 1 && label[0] == '0' && (label[1] == 'x' || label[1] == 'X')
}
