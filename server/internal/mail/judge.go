package mail

import (
	"context"
	"errors"
	"io"
	"net"
	"net/textproto"
	"strings"
	"syscall"

	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// stage is how far a mail came.
type stage int

const (
	stageDial stage = iota
	stageHello
	stageTLS
	stageSignIn
	stageFrom
	stageTo
	stageMail
)

// trouble is an error with where it happened. Its words are the server's and are for nobody.
type trouble struct {
	stage stage
	err   error
}

func at(s stage, err error) error { return &trouble{stage: s, err: err} }

func (t *trouble) Error() string { return "a mail was not taken" }

func (t *trouble) Unwrap() error { return t.err }

// judge says what an error of within means.
func judge(err error) push.Outcome {
	var t *trouble
	if !errors.As(err, &t) {
		return push.Outcome{Verdict: push.Later, Trouble: "connection"}
	}
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return t.stage.answered(answer.Code, enhanced(answer.Msg))
	}
	return t.stage.broke(t.err)
}

// broke says what it means that the connection ended, or never began, or that we ended it.
func (s stage) broke(err error) push.Outcome {
	var waited net.Error
	switch {
	case errors.Is(err, context.Canceled), errors.As(err, &waited) && waited.Timeout():
		return push.Outcome{Verdict: push.Later, Trouble: "timeout"}
	case s == stageDial:
		return push.Outcome{Verdict: push.Later, Trouble: "unreachable", Alarm: true}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return push.Outcome{Verdict: push.Later, Trouble: "connection", Alarm: s < stageFrom} // it may never get further
	case s == stageTLS:
		return broken("tls")
	case s == stageSignIn:
		return broken("credentials")
	}
	return push.Outcome{Verdict: push.Later, Trouble: "protocol", Alarm: true}
}

// answered says what a refusal means, by its code and, where there is one, its enhanced code (RFC 3463), such as "5.1.1".
func (s stage) answered(code int, enhanced string) push.Outcome {
	switch {
	case code < 500:
		return push.Outcome{Verdict: push.Later, Trouble: "busy"}
	case s == stageTLS:
		return broken("tls")
	case s == stageSignIn, code == 530, code == 534, code == 535, code == 538:
		return broken("credentials")
	case s < stageFrom:
		return broken("server_refuses")
	case s == stageFrom:
		return broken("sender")
	case s == stageTo:
		return recipient(code, enhanced)
	}
	return push.Outcome{Verdict: push.Refused, Trouble: "message", Alarm: true}
}

// recipient says what the refusal of an address means. Only a server that says that the mailbox is not there, and not merely
// that it will not forward, makes it dead: a wrong setting of ours must not cost everybody their targets.
func recipient(code int, enhanced string) push.Outcome {
	switch {
	case enhanced == "5.1.1", enhanced == "5.1.10", enhanced == "5.2.1":
		return push.Outcome{Verdict: push.Dead, Trouble: "unregistered"}
	case code == 552, enhanced == "5.2.2":
		return push.Outcome{Verdict: push.Later, Trouble: "mailbox_full", Alarm: true}
	case strings.HasPrefix(enhanced, "5.7."):
		return push.Outcome{Verdict: push.Refused, Trouble: "policy", Alarm: true}
	case code == 550, code == 551, code == 553, code == 501:
		return push.Outcome{Verdict: push.Aside, Trouble: "recipient", Alarm: true}
	}
	return push.Outcome{Verdict: push.Refused, Trouble: "refused", Alarm: true}
}

// enhanced is the enhanced code that an answer begins with; empty if it has none.
func enhanced(words string) string {
	first, _, _ := strings.Cut(words, " ")
	if len(first) < 5 || len(first) > 9 || strings.Trim(first, "0123456789.") != "" || strings.Count(first, ".") != 2 {
		return ""
	}
	return first
}

func broken(trouble string) push.Outcome {
	return push.Outcome{Verdict: push.Broken, Trouble: trouble, Alarm: true}
}
