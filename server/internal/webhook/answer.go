package webhook

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// MaxRetryAfter is how long a receiver may ask to be left alone.
const MaxRetryAfter = time.Hour

// judge says what a status means. sent is when the message was: a date in Retry-After is counted from it.
func judge(status int, retryAfter string, sent time.Time) push.Outcome {
	switch {
	case status >= 200 && status <= 299:
		return push.Outcome{Verdict: push.Accepted}
	case status == http.StatusGone:
		return push.Outcome{Verdict: push.Dead, Trouble: "gone"}
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return aside("signature_refused")
	case status == http.StatusNotFound:
		return aside("not_found")
	case status >= 300 && status <= 399:
		return refused("redirect")
	}
	return again(status, push.RetryAfter(retryAfter, sent, MaxRetryAfter))
}

// again says what a status means that may be another one next time.
func again(status int, after time.Duration) push.Outcome {
	switch {
	case status == http.StatusTooManyRequests:
		return push.Outcome{Verdict: push.Later, After: after, Trouble: "quota"}
	case status == http.StatusServiceUnavailable:
		return push.Outcome{Verdict: push.Later, After: after, Trouble: "unavailable"}
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		return push.Outcome{Verdict: push.Later, After: after, Trouble: "timeout"}
	case status >= 500:
		return push.Outcome{Verdict: push.Later, After: after, Trouble: "server_error"}
	}
	return refused("refused")
}

// failed says what it means that there was no answer. What the error says may quote the address; only its kind is used.
func failed(ctx context.Context, err error) push.Outcome {
	var waited net.Error
	var name *net.DNSError
	switch {
	case errors.Is(err, errDial):
		return aside("address_forbidden")
	case ctx.Err() != nil, errors.As(err, &waited) && waited.Timeout():
		return push.Outcome{Verdict: push.Later, Trouble: "timeout"}
	case errors.As(err, &name):
		return theirs("name")
	case isTLS(err):
		return theirs("tls")
	}
	return theirs("unreachable")
}

// isTLS reports whether the two sides do not agree on how to talk in private, or on who the receiver is.
func isTLS(err error) bool {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var op *net.OpError
	if errors.As(err, &certificate) || errors.As(err, &record) {
		return true
	}
	return errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error") // an alert of one of the sides
}

func aside(trouble string) push.Outcome {
	return push.Outcome{Verdict: push.Aside, Trouble: trouble, Alarm: true}
}

func refused(trouble string) push.Outcome {
	return push.Outcome{Verdict: push.Refused, Trouble: trouble, Alarm: true}
}

// theirs is trouble that whoever runs the receiver has to mend, and must hear of.
func theirs(trouble string) push.Outcome {
	return push.Outcome{Verdict: push.Later, Trouble: trouble, Alarm: true}
}
