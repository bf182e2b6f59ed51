package mail

import (
	"errors"
	"net/smtp"
	"slices"
	"strings"
)

// errMechanism: the server offers no way to sign in that we know, or none at all.
var errMechanism = errors.New("the server offers neither PLAIN nor LOGIN")

// login signs in by PLAIN, or by LOGIN, which asks for the same in two questions, where there is nothing else. It is used
// only once the connection is private or stays on this machine.
type login struct {
	offered []string
	answers []string
}

// newLogin takes what the server offers: names with spaces between.
func newLogin(offered, user, password string) *login {
	return &login{offered: strings.Fields(strings.ToUpper(offered)), answers: []string{user, password}}
}

// Start implements smtp.Auth.
func (l *login) Start(*smtp.ServerInfo) (string, []byte, error) {
	switch {
	case slices.Contains(l.offered, "PLAIN"):
		first := "\x00" + l.answers[0] + "\x00" + l.answers[1]
		l.answers = nil
		return "PLAIN", []byte(first), nil
	case slices.Contains(l.offered, "LOGIN"):
		return "LOGIN", nil, nil
	}
	return "", nil, errMechanism
}

// Next implements smtp.Auth. What the questions of LOGIN say differs between servers; their order does not.
func (l *login) Next(_ []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	if len(l.answers) == 0 {
		return nil, errMechanism
	}
	answer := l.answers[0]
	l.answers = l.answers[1:]
	return []byte(answer), nil
}
