package mail

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

func TestMailArrives(t *testing.T) {
	for name, c := range map[string]struct {
		privacy    Privacy
		mechanisms []string
	}{
		"STARTTLS and PLAIN": {StartTLS, []string{sasl.Login, sasl.Plain}},
		"STARTTLS and LOGIN": {StartTLS, []string{sasl.Login}},
		"TLS and PLAIN":      {TLS, []string{sasl.Plain}},
		"TLS and LOGIN":      {TLS, []string{sasl.Login}},
		"plain and PLAIN":    {Plain, []string{sasl.Plain}},
	} {
		p := &post{mechanisms: c.mechanisms}
		o := listen(t, p, c.privacy, 0)
		want := push.Outcome{Verdict: push.Accepted, ID: "<d1020300000000000000000000000000@tsunagu.example>"}
		if got := send(t, o); got != want {
			t.Errorf("%s: %+v", name, got)
		}
		if err := open(t, o).Check(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		mails := p.got()
		if len(mails) != 1 {
			t.Fatalf("%s: %d mails came", name, len(mails))
		}
		m := mails[0]
		if m.from != "alerts@tsunagu.example" || m.to != address || m.user != user || m.private != (c.privacy != Plain) {
			t.Errorf("%s: the mail came as %+v", name, m)
		}
	}
}

func TestWithoutUserNobodySignsIn(t *testing.T) {
	p := &post{}
	o := start(t, p)
	o.User, o.Password = "", ""
	if got := send(t, o); got.Verdict != push.Accepted || len(p.got()) != 1 || p.got()[0].user != "" {
		t.Errorf("a server that asks for no user means %+v", got)
	}
}

func TestRefusals(t *testing.T) {
	answer := func(code int, enhanced ...int) error {
		e := &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: "physician@clinic.example is a secret"}
		if len(enhanced) == 3 {
			e.EnhancedCode = smtp.EnhancedCode(enhanced)
		}
		return e
	}
	aside := push.Outcome{Verdict: push.Aside, Trouble: "recipient", Alarm: true}
	full := push.Outcome{Verdict: push.Later, Trouble: "mailbox_full", Alarm: true}
	dead := push.Outcome{Verdict: push.Dead, Trouble: "unregistered"}
	busy := push.Outcome{Verdict: push.Later, Trouble: "busy"}
	for name, c := range map[string]struct {
		post *post
		want push.Outcome
	}{
		"sender 550":           {&post{mail: answer(550, 5, 7, 1)}, broken("sender")},
		"sender 530":           {&post{mail: answer(530, 5, 7, 0)}, broken("credentials")},
		"sender 451":           {&post{mail: answer(451, 4, 3, 0)}, busy},
		"recipient 550":        {&post{rcpt: answer(550)}, aside},
		"recipient 551":        {&post{rcpt: answer(551, 5, 1, 6)}, aside},
		"recipient 553":        {&post{rcpt: answer(553, 5, 1, 3)}, aside},
		"recipient 550 5.1.1":  {&post{rcpt: answer(550, 5, 1, 1)}, dead},
		"recipient 550 5.1.10": {&post{rcpt: answer(550, 5, 1, 10)}, dead},
		"recipient 550 5.2.1":  {&post{rcpt: answer(550, 5, 2, 1)}, dead},
		"recipient 552 5.2.2":  {&post{rcpt: answer(552, 5, 2, 2)}, full},
		"recipient 452 4.2.2":  {&post{rcpt: answer(452, 4, 2, 2)}, busy},
		"recipient 450":        {&post{rcpt: answer(450, 4, 7, 1)}, busy},
		"recipient 550 5.7.1":  {&post{rcpt: answer(550, 5, 7, 1)}, push.Outcome{Verdict: push.Refused, Trouble: "policy", Alarm: true}},
		"recipient 554":        {&post{rcpt: answer(554, 5, 0, 0)}, push.Outcome{Verdict: push.Refused, Trouble: "refused", Alarm: true}},
		"mail 554":             {&post{data: answer(554, 5, 6, 0)}, push.Outcome{Verdict: push.Refused, Trouble: "message", Alarm: true}},
		"mail 451":             {&post{data: answer(451, 4, 3, 0)}, busy},
	} {
		if got := send(t, start(t, c.post)); got != c.want {
			t.Errorf("%s means %+v, want %+v", name, got, c.want)
		}
	}
}

func TestWrongPassword(t *testing.T) {
	for _, mechanism := range []string{sasl.Plain, sasl.Login, "CRAM-MD5"} {
		p := &post{mechanisms: []string{mechanism}}
		o := start(t, p)
		o.Password = "wrong horse"
		if got := send(t, o); got != broken("credentials") {
			t.Errorf("%s: a wrong password means %+v", mechanism, got)
		}
		err := open(t, o).Check(t.Context())
		if err == nil || strings.Contains(err.Error(), o.Password) || !strings.Contains(err.Error(), "credentials") {
			t.Errorf("%s: %v", mechanism, err)
		}
		if len(p.got()) != 0 {
			t.Error("a mail was taken from somebody who did not sign in")
		}
	}
}

func TestWithoutPrivacyNothingIsSaid(t *testing.T) {
	plain := listen(t, &post{}, Plain, 0)
	plain.Privacy = StartTLS // the server does not offer it, or somebody between hides it
	old := listen(t, &post{}, StartTLS, 0x0302)
	oldTLS := listen(t, &post{}, TLS, 0x0302)
	unknown := listen(t, &post{}, StartTLS, 0)
	unknown.Roots = nil
	unknownTLS := listen(t, &post{}, TLS, 0)
	unknownTLS.Roots = nil
	other := listen(t, &post{}, StartTLS, 0)
	other.Server = strings.Replace(other.Server, "127.0.0.1", "localhost", 1)
	for name, o := range map[string]Options{
		"no STARTTLS": plain, "TLS 1.1": old, "TLS 1.1 from the start": oldTLS, "an unknown authority": unknown,
		"an unknown authority from the start": unknownTLS, "a certificate of another": other,
	} {
		if got := send(t, o); got != broken("tls") {
			t.Errorf("%s means %+v", name, got)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Server: l.Addr().String(), From: sender}
	_ = l.Close()
	if got := send(t, o); got != (push.Outcome{Verdict: push.Later, Trouble: "unreachable", Alarm: true}) {
		t.Errorf("a server that does not listen means %+v", got)
	}
	if err := open(t, o).Check(t.Context()); err == nil {
		t.Error("a server that does not listen can be used")
	}
}

// script runs a server that breaks the rules: do has the connection, once.
func script(t *testing.T, do func(net.Conn)) Options {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		do(conn)
		_ = conn.Close()
	}()
	t.Cleanup(func() { _ = l.Close(); <-ended })
	return Options{Server: l.Addr().String(), Privacy: Plain, From: sender}
}

// answers replies to each line with the next answer, and then ends.
func answers(list ...string) func(net.Conn) {
	return func(conn net.Conn) {
		lines := bufio.NewReader(conn)
		for _, answer := range list {
			if _, err := io.WriteString(conn, answer); err != nil {
				return
			}
			if _, err := lines.ReadString('\n'); err != nil {
				return
			}
		}
	}
}

func TestServersThatBreakOff(t *testing.T) {
	hello := []string{"220 mail.example\r\n", "250 mail.example\r\n"}
	for name, c := range map[string]struct {
		do   func(net.Conn)
		want push.Outcome
	}{
		"at once":          {func(net.Conn) {}, push.Outcome{Verdict: push.Later, Trouble: "connection", Alarm: true}},
		"with 421":         {answers("421 4.3.2 closing\r\n"), push.Outcome{Verdict: push.Later, Trouble: "busy"}},
		"with 554":         {answers("554 5.7.1 no\r\n"), broken("server_refuses")},
		"with nonsense":    {answers("hello\r\n"), push.Outcome{Verdict: push.Later, Trouble: "protocol", Alarm: true}},
		"in the middle":    {answers(append(hello, "250 ok\r\n")...), push.Outcome{Verdict: push.Later, Trouble: "connection"}},
		"without an end":   {endless, push.Outcome{Verdict: push.Later, Trouble: "connection", Alarm: true}},
		"after the mail":   {lost, push.Outcome{Verdict: push.Later, Trouble: "connection"}},
		"after its answer": {taken, push.Outcome{Verdict: push.Accepted, ID: "<d1020300000000000000000000000000@tsunagu.example>"}},
	} {
		if got := send(t, script(t, c.do)); got != c.want {
			t.Errorf("a server that ends %s means %+v, want %+v", name, got, c.want)
		}
	}
}

// endless greets for ever.
func endless(conn net.Conn) {
	for {
		if _, err := io.WriteString(conn, "220-"+strings.Repeat("x", 4000)+"\r\n"); err != nil {
			return
		}
	}
}

// lost takes a whole mail and ends without an answer: whether it was sent is not known.
func lost(conn net.Conn) { toTheEnd(conn) }

// taken answers the mail, and is gone before the goodbye.
func taken(conn net.Conn) {
	toTheEnd(conn)
	_, _ = io.WriteString(conn, "250 ok\r\n")
}

func toTheEnd(conn net.Conn) {
	lines := bufio.NewReader(conn)
	_, _ = io.WriteString(conn, "220 mail.example\r\n")
	for {
		line, err := lines.ReadString('\n')
		switch {
		case err != nil || line == ".\r\n":
			return
		case line == "DATA\r\n":
			_, _ = io.WriteString(conn, "354 go on\r\n")
		case strings.HasPrefix(line, "EHLO "), strings.HasPrefix(line, "MAIL "), strings.HasPrefix(line, "RCPT "):
			_, _ = io.WriteString(conn, "250 ok\r\n")
		}
	}
}

func TestWaitingEnds(t *testing.T) {
	silent := func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }
	for _, privacy := range []Privacy{StartTLS, TLS, Plain} {
		ends := func(why string, ctx context.Context, o Options) {
			o.Privacy = privacy
			if got := open(t, o).Send(ctx, target(), message()); got != (push.Outcome{Verdict: push.Later, Trouble: "timeout"}) {
				t.Errorf("way %d: %s means %+v", privacy, why, got)
			}
		}
		o := script(t, silent)
		o.Timeout = 50 * time.Millisecond
		ends("a server that never answers", t.Context(), o)

		short, end := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer end()
		ends("a server that has not answered by the caller's deadline", short, script(t, silent))

		given, up := context.WithCancel(t.Context())
		defer up()
		ends("a caller who gives up", given, script(t, func(conn net.Conn) { up(); silent(conn) }))
	}
}

func TestTargetThatIsNone(t *testing.T) {
	c := open(t, Options{Server: "127.0.0.1:1", From: sender})
	fcm, lines := target(), target()
	fcm.Kind, lines.Value = alertv1.TargetKind_TARGET_KIND_FCM_TOKEN, address+"\r\nBcc: other@clinic.example"
	for _, to := range []push.Target{fcm, lines} {
		if got := c.Send(t.Context(), to, message()); got != (push.Outcome{Verdict: push.Aside, Trouble: "address", Alarm: true}) {
			t.Errorf("%q means %+v", to.Value, got)
		}
	}
}

func TestOptionsThatAreWrong(t *testing.T) {
	good := Options{Server: "mail.example:587", From: sender}
	for name, change := range map[string]func(*Options){
		"no server":       func(o *Options) { o.Server = "" },
		"no port":         func(o *Options) { o.Server = "mail.example" },
		"no host":         func(o *Options) { o.Server = ":587" },
		"plain elsewhere": func(o *Options) { o.Privacy = Plain },
		"no such way":     func(o *Options) { o.Privacy = Plain + 1 },
		"no sender":       func(o *Options) { o.From = "" },
		"two senders":     func(o *Options) { o.From = "a@b.example, c@d.example" },
		"a line break":    func(o *Options) { o.From = "a <a@b.example>\r\nBcc: c@d.example" },
		"a zero byte":     func(o *Options) { o.User, o.Password = "a", "b\x00c" },
		"no time":         func(o *Options) { o.Timeout = -1 },
		"too much time":   func(o *Options) { o.Timeout = MaxTimeout + 1 },
	} {
		o := good
		change(&o)
		_, err := New(o)
		if err == nil || !strings.Contains(err.Error(), "nothing was started") {
			t.Errorf("%s: %v", name, err)
		}
		if o.Password != "" && strings.Contains(fmt.Sprint(err), o.Password) {
			t.Errorf("%s: the password is in the error", name)
		}
	}
	if _, err := New(good); err != nil {
		t.Error(err)
	}
}
