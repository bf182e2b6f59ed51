package fcm

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// The least waits where the answer names none.
const (
	quotaWait       = 60 * time.Second
	unavailableWait = 10 * time.Second
)

var (
	dead         = push.Outcome{Verdict: push.Dead, Trouble: Unregistered}
	quota        = push.Outcome{Verdict: push.Later, Trouble: Quota, After: quotaWait}
	unavailable  = push.Outcome{Verdict: push.Later, Trouble: Unavailable, After: unavailableWait}
	internal     = push.Outcome{Verdict: push.Later, Trouble: Internal, After: unavailableWait, Alarm: true}
	thirdParty   = push.Outcome{Verdict: push.Broken, Trouble: ThirdParty, Alarm: true}
	credentials  = push.Outcome{Verdict: push.Broken, Trouble: Credentials, Alarm: true}
	wrongProject = push.Outcome{Verdict: push.Broken, Trouble: WrongProject, Alarm: true}
	notFirebase  = push.Outcome{Verdict: push.Broken, Trouble: NotFirebase, Alarm: true}
	refused      = push.Outcome{Verdict: push.Refused, Trouble: Refused, Alarm: true}
	timeout      = push.Outcome{Verdict: push.Later, Trouble: Timeout}
	connection   = push.Outcome{Verdict: push.Later, Trouble: Connection}
)

// byCode is what Firebase's own codes mean. INVALID_ARGUMENT is not among them: it needs a look at the field.
var byCode = map[string]push.Outcome{
	"UNREGISTERED":           dead,
	"SENDER_ID_MISMATCH":     {Verdict: push.Aside, Trouble: OtherSender, Alarm: true},
	"QUOTA_EXCEEDED":         quota,
	"UNAVAILABLE":            unavailable,
	"INTERNAL":               internal,
	"THIRD_PARTY_AUTH_ERROR": thirdParty,
	"APNS_AUTH_ERROR":        thirdParty, // its older name
}

// byStatus is what a status means where no code of Firebase's goes with it. A 404 does not say that a registration is
// gone: it comes from another server than Firebase's, or names a project that is not there.
var byStatus = map[int]push.Outcome{
	http.StatusUnauthorized:          credentials,
	http.StatusForbidden:             credentials,
	http.StatusNotFound:              wrongProject,
	http.StatusRequestTimeout:        timeout,
	http.StatusRequestEntityTooLarge: refused,
	http.StatusTooManyRequests:       quota,
	http.StatusBadGateway:            unavailable,
	http.StatusServiceUnavailable:    unavailable,
	http.StatusGatewayTimeout:        unavailable,
}

// outcome says what became of the push. sent stands in for the time of an answer that does not tell its own.
func (t *try) outcome(ctx context.Context, sent time.Time) push.Outcome {
	switch {
	case !t.made:
		return refused // the library found something in the message that it does not send
	case t.right != nil:
		return noRight(ctx, t.right, sent)
	case t.err != nil:
		return lost(ctx)
	case t.status == http.StatusOK:
		return accepted(t.body)
	}
	return wait(judge(t.status, t.body), t.header, sent)
}

// lost is a push of which nobody knows whether it arrived. Sent again, it takes the place of the first on the device.
func lost(ctx context.Context) push.Outcome {
	if ctx.Err() != nil {
		return timeout
	}
	return connection
}

func accepted(body []byte) push.Outcome {
	var answer struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Name == "" {
		return notFirebase
	}
	return push.Outcome{Verdict: push.Accepted, ID: answer.Name}
}

func judge(status int, body []byte) push.Outcome {
	f := parseFailure(body)
	code := f.code()
	if o, known := byCode[code]; known {
		return o
	}
	if code == invalidArgument || status == http.StatusBadRequest {
		if f.isToken() {
			return aside(NotAToken)
		}
		return refused
	}
	if o, known := byStatus[status]; known {
		return o
	}
	if status >= http.StatusInternalServerError {
		return internal
	}
	return notFirebase
}

// noRight judges why no token could be had. Nothing was sent.
func noRight(ctx context.Context, err error, sent time.Time) push.Outcome {
	var answer *oauth2.RetrieveError
	switch {
	case ctx.Err() != nil:
		return timeout
	case errors.Is(err, errNoToken):
		return notFirebase
	case !errors.As(err, &answer) || answer.Response == nil:
		return connection
	}
	status := answer.Response.StatusCode
	switch {
	case status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= http.StatusInternalServerError:
		return wait(unavailable, answer.Response.Header, sent)
	case status < http.StatusBadRequest:
		return notFirebase
	}
	return credentials
}
