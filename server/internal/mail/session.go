package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/smtp"
	"time"
)

// maxAnswers is how many bytes a server may send over one connection, certificates included. What it has to say takes a
// few kilobytes.
const maxAnswers = 256 << 10

var (
	errStartTLS  = errors.New("the server offers no STARTTLS")
	errElsewhere = errors.New("the server is not on this machine")
)

// session is one connection, signed in.
type session struct {
	client *smtp.Client
	from   string
}

// within connects, signs in, runs fn and says goodbye. All of it ends with the context or after the channel's time.
func (c *Channel) within(ctx context.Context, fn func(*session) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.options.Server)
	if err != nil {
		return at(stageDial, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // wakes whoever reads or writes
	defer stop()
	client, err := c.greet(ctx, &limited{Conn: conn, left: maxAnswers})
	if err != nil {
		_ = conn.Close()
		return err
	}
	defer func() { _ = client.Close() }()
	if err := c.signIn(client); err != nil {
		return err
	}
	if err := fn(&session{client: client, from: c.from.Address}); err != nil {
		return err
	}
	_ = client.Quit() // what counted was answered before
	return nil
}

// greet says hello, over TLS as the operator decided. Nothing of a mail and no password is said before.
func (c *Channel) greet(ctx context.Context, conn net.Conn) (*smtp.Client, error) {
	config := &tls.Config{ServerName: c.host, MinVersion: tls.VersionTLS12, RootCAs: c.options.Roots}
	switch c.options.Privacy {
	case TLS:
		private := tls.Client(conn, config)
		if err := private.HandshakeContext(ctx); err != nil {
			return nil, at(stageTLS, err)
		}
		conn = private
	case Plain:
		if a, ok := conn.RemoteAddr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
			return nil, at(stageTLS, errElsewhere)
		}
	}
	client, err := smtp.NewClient(conn, c.host)
	if err != nil {
		return nil, at(stageHello, err)
	}
	if err := client.Hello(domain(c.from.Address)); err != nil {
		return nil, at(stageHello, err)
	}
	if c.options.Privacy == StartTLS {
		return client, startTLS(client, config)
	}
	return client, nil
}

// startTLS changes to TLS. A server that does not offer it, or somebody between who hides the offer, gets nothing.
func startTLS(client *smtp.Client, config *tls.Config) error {
	if ok, _ := client.Extension("STARTTLS"); !ok {
		return at(stageTLS, errStartTLS)
	}
	if err := client.StartTLS(config); err != nil {
		return at(stageTLS, err)
	}
	return nil
}

func (c *Channel) signIn(client *smtp.Client) error {
	if c.options.User == "" {
		return nil
	}
	_, private := client.TLSConnectionState()
	if !private && c.options.Privacy != Plain {
		return at(stageTLS, errStartTLS)
	}
	_, offered := client.Extension("AUTH")
	if err := client.Auth(newLogin(offered, c.options.User, c.options.Password)); err != nil {
		return at(stageSignIn, err)
	}
	return nil
}

// deliver hands one mail over. Until the server has answered its end nobody knows whether it took it.
func (s *session) deliver(to string, mail []byte) error {
	if err := s.client.Mail(s.from); err != nil {
		return at(stageFrom, err)
	}
	if err := s.client.Rcpt(to); err != nil {
		return at(stageTo, err)
	}
	w, err := s.client.Data()
	if err != nil {
		return at(stageMail, err)
	}
	if _, err := w.Write(mail); err != nil {
		return at(stageMail, err)
	}
	if err := w.Close(); err != nil {
		return at(stageMail, err)
	}
	return nil
}

// limited reads no more than was left when it began.
type limited struct {
	net.Conn
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := l.Conn.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
