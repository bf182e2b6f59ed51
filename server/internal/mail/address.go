package mail

import (
	"errors"
	"net/mail"
	"strings"
)

// The longest address and part before the @ that mail servers have to take (RFC 5321).
const (
	MaxAddress = 254
	maxLocal   = 64
)

// errAddress does not quote what it is about.
var errAddress = errors.New("this is not one mail address that mails can be sent to; nothing was registered: write it as name@example.org, with letters, digits and signs of ASCII and no name around it")

// CheckAddress says what is wrong with an address that somebody wants to register: a sentence for them that does not quote
// it. It takes one bare address of ASCII with a full host name. Quoted names, comments, lists and addresses of the form
// name@[192.0.2.1] are mail as well, but nobody's who is on call.
func CheckAddress(address string) error {
	if len(address) > MaxAddress || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errAddress
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Name != "" || parsed.Address != address {
		return errAddress
	}
	local, domain, ok := strings.Cut(address, "@")
	if !ok || len(local) > maxLocal || !isDomain(domain) {
		return errAddress
	}
	return nil
}

// isDomain reports whether a domain is a full name by the rules of host names.
func isDomain(domain string) bool {
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.Trim(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
			return false
		}
	}
	last := labels[len(labels)-1]
	return len(labels) > 1 && strings.Trim(last, "0123456789") != ""
}

// domain is what stands behind the @ of an address that CheckAddress let through.
func domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
