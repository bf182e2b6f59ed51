package fcm_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/fcm"
	"github.com/tsunagu-care/tsunagu/server/internal/fcm/fcmtest"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// token is a registration in the shape of a real one. It is in no error and no outcome.
const token = "cRe9sT3rAt10n:APA91bMadeUpForTests-0123456789_abcdefghijklmnopqrstuvwxyz"

var sent = time.Date(2026, 11, 23, 21, 4, 5, 0, time.FixedZone("JST", 9*3600))

func alert() push.Message {
	return push.Message{
		Delivery: [16]byte{0xde, 1}, Group: [16]byte{0x60, 2},
		Kind: storev1.PushKind_PUSH_KIND_ALERT, Severity: carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL,
		Sent: sent, Deadline: sent.Add(15 * time.Minute),
	}
}

func phone() push.Target {
	return push.Target{Kind: alertv1.TargetKind_TARGET_KIND_FCM_TOKEN, Value: token, Platform: alertv1.Platform_PLATFORM_ANDROID, Language: "ja"}
}

// serve starts a server. When the test ends, every payload that was sent to it is looked through.
func serve(t *testing.T) *fcmtest.Server {
	t.Helper()
	server, err := fcmtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, r := range server.Requests() {
			allowed(t, "sent", r.Message)
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

func open(t *testing.T, server *fcmtest.Server) *fcm.Channel {
	t.Helper()
	channel, err := fcm.Open(t.Context(), fcm.Config{ProjectID: "made-up-project", Endpoint: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	return channel
}

// TestAnswers is the table of what Firebase answers and what it means.
func TestAnswers(t *testing.T) {
	raw := func(status int, body string) fcmtest.Answer { return fcmtest.Answer{Status: status, Body: body} }
	for name, c := range map[string]struct {
		answer fcmtest.Answer
		want   push.Outcome
	}{
		"accepted":                {fcmtest.Accepted(), push.Outcome{Verdict: push.Accepted, ID: "projects/made-up-project/messages/1"}},
		"unregistered":            {fcmtest.Unregistered(), push.Outcome{Verdict: push.Dead, Trouble: fcm.Unregistered}},
		"404 of another server":   {fcmtest.NotFound(), push.Outcome{Verdict: push.Broken, Trouble: fcm.WrongProject, Alarm: true}},
		"404 of Google":           {raw(404, `{"error":{"code":404,"message":"Requested entity was not found.","status":"NOT_FOUND"}}`), push.Outcome{Verdict: push.Broken, Trouble: fcm.WrongProject, Alarm: true}},
		"no token, by field":      {fcmtest.InvalidArgument("message.token"), push.Outcome{Verdict: push.Aside, Trouble: fcm.NotAToken, Alarm: true}},
		"no token, by words":      {fcmtest.NotAToken(), push.Outcome{Verdict: push.Aside, Trouble: fcm.NotAToken, Alarm: true}},
		"bad setting":             {fcmtest.InvalidArgument("message.android.ttl"), push.Outcome{Verdict: push.Refused, Trouble: fcm.Refused, Alarm: true}},
		"bad request of no kind":  {raw(400, `{}`), push.Outcome{Verdict: push.Refused, Trouble: fcm.Refused, Alarm: true}},
		"too large":               {raw(413, ``), push.Outcome{Verdict: push.Refused, Trouble: fcm.Refused, Alarm: true}},
		"other sender":            {fcmtest.SenderIDMismatch(), push.Outcome{Verdict: push.Aside, Trouble: fcm.OtherSender, Alarm: true}},
		"quota":                   {fcmtest.QuotaExceeded(), push.Outcome{Verdict: push.Later, Trouble: fcm.Quota, After: time.Minute}},
		"quota, told":             {fcmtest.QuotaExceeded().After("37"), push.Outcome{Verdict: push.Later, Trouble: fcm.Quota, After: 37 * time.Second}},
		"quota of a proxy":        {raw(429, `slow down`), push.Outcome{Verdict: push.Later, Trouble: fcm.Quota, After: time.Minute}},
		"unavailable":             {fcmtest.Unavailable(), push.Outcome{Verdict: push.Later, Trouble: fcm.Unavailable, After: 10 * time.Second}},
		"unavailable, told":       {fcmtest.Unavailable().After("3"), push.Outcome{Verdict: push.Later, Trouble: fcm.Unavailable, After: 3 * time.Second}},
		"unavailable for minutes": {fcmtest.Unavailable().After("300"), push.Outcome{Verdict: push.Later, Trouble: fcm.Unavailable, After: 5 * time.Minute}},
		"unavailable for days":    {fcmtest.Unavailable().After("400000"), push.Outcome{Verdict: push.Later, Trouble: fcm.Unavailable, After: time.Hour}},
		"unavailable, over":       {fcmtest.Unavailable().After("Mon, 01 Jan 2001 00:00:00 GMT"), push.Outcome{Verdict: push.Later, Trouble: fcm.Unavailable, After: 10 * time.Second}},
		"unavailable, nonsense":   {fcmtest.Unavailable().After("soon"), push.Outcome{Verdict: push.Later, Trouble: fcm.Unavailable, After: 10 * time.Second}},
		"bad gateway":             {raw(502, `<html>`), push.Outcome{Verdict: push.Later, Trouble: fcm.Unavailable, After: 10 * time.Second}},
		"internal":                {fcmtest.Internal(), push.Outcome{Verdict: push.Later, Trouble: fcm.Internal, After: 10 * time.Second, Alarm: true}},
		"internal, told":          {fcmtest.Internal().After("25"), push.Outcome{Verdict: push.Later, Trouble: fcm.Internal, After: 25 * time.Second, Alarm: true}},
		"500 of no kind":          {raw(500, ``), push.Outcome{Verdict: push.Later, Trouble: fcm.Internal, After: 10 * time.Second, Alarm: true}},
		"no right to Apple":       {fcmtest.ThirdPartyAuth(), push.Outcome{Verdict: push.Broken, Trouble: fcm.ThirdParty, Alarm: true}},
		"unauthenticated":         {fcmtest.Unauthenticated(), push.Outcome{Verdict: push.Broken, Trouble: fcm.Credentials, Alarm: true}},
		"no permission":           {fcmtest.PermissionDenied(), push.Outcome{Verdict: push.Broken, Trouble: fcm.Credentials, Alarm: true}},
		"sign-in page":            {raw(200, `<html>Welcome</html>`), push.Outcome{Verdict: push.Broken, Trouble: fcm.NotFirebase, Alarm: true}},
		"proxy wants a password":  {raw(407, ``), push.Outcome{Verdict: push.Broken, Trouble: fcm.NotFirebase, Alarm: true}},
		"redirect":                {raw(302, ``), push.Outcome{Verdict: push.Broken, Trouble: fcm.NotFirebase, Alarm: true}},
		"dropped":                 {fcmtest.Dropped(), push.Outcome{Verdict: push.Later, Trouble: fcm.Connection}},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t)
			channel := open(t, server)
			server.Script(token, c.answer)
			if got := channel.Send(t.Context(), phone(), alert()); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if n := len(server.Requests()); n != 1 {
				t.Errorf("%d requests for one push, want 1: the library must not repeat", n)
			}
		})
	}
}

// TestRetryAfterDate: a date counts from the time of the answer, whatever the clock says here.
func TestRetryAfterDate(t *testing.T) {
	server := serve(t)
	channel := open(t, server)
	server.Script(token, fcmtest.Unavailable().After(time.Now().Add(90*time.Second).UTC().Format(http.TimeFormat)))
	got := channel.Send(t.Context(), phone(), alert())
	if got.Verdict != push.Later || got.After < 60*time.Second || got.After > 90*time.Second {
		t.Errorf("got %+v, want Later after about 90 s", got)
	}
}

// TestSlow: a push ends by the deadline of the caller, and nobody knows whether it was sent.
func TestSlow(t *testing.T) {
	server := serve(t)
	channel := open(t, server)
	server.Script(token, fcmtest.Accepted().Slow(time.Hour))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if got, want := channel.Send(ctx, phone(), alert()), (push.Outcome{Verdict: push.Later, Trouble: fcm.Timeout}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	cancel()
	if got, want := channel.Send(ctx, phone(), alert()), (push.Outcome{Verdict: push.Later, Trouble: fcm.Timeout}); got != want {
		t.Errorf("after the deadline: got %+v, want %+v", got, want)
	}
}

// TestNobodyThere: no server at all.
func TestNobodyThere(t *testing.T) {
	server := serve(t)
	channel := open(t, server)
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := channel.Send(t.Context(), phone(), alert()), (push.Outcome{Verdict: push.Later, Trouble: fcm.Connection}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestOneDeviceWaitsForNoOther: while one registration hangs, another is told.
func TestOneDeviceWaitsForNoOther(t *testing.T) {
	server := serve(t)
	channel := open(t, server)
	server.Script(token, fcmtest.Accepted().Slow(time.Hour))
	ctx, cancel := context.WithCancel(t.Context())
	hung := make(chan push.Outcome)
	go func() { hung <- channel.Send(ctx, phone(), alert()) }()
	if err := server.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	other := phone()
	other.Value = "another"
	if got := channel.Send(t.Context(), other, alert()); got.Verdict != push.Accepted {
		t.Errorf("the other device: got %+v, want Accepted", got)
	}
	cancel()
	if got := <-hung; got.Trouble != fcm.Timeout {
		t.Errorf("the one that hung: got %+v, want %q", got, fcm.Timeout)
	}
}

// TestTargets: what cannot be sent to is kept aside with an alarm, and nothing is sent.
func TestTargets(t *testing.T) {
	server := serve(t)
	channel := open(t, server)
	for want, to := range map[string]push.Target{
		fcm.InstallationIDs: {Kind: alertv1.TargetKind_TARGET_KIND_FCM_INSTALLATION, Value: "cRe9sT3rAt10nIdMadeUp"},
		fcm.NotOurs:         {Kind: alertv1.TargetKind_TARGET_KIND_MAIL, Value: "tanaka@example.jp"},
		fcm.NotAToken:       {Kind: alertv1.TargetKind_TARGET_KIND_FCM_TOKEN},
	} {
		if got := channel.Send(t.Context(), to, alert()); got != (push.Outcome{Verdict: push.Aside, Trouble: want, Alarm: true}) {
			t.Errorf("got %+v, want Aside for %q", got, want)
		}
	}
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests were made, want none", n)
	}
}

// TestCheck: nothing is sent to anybody, and what is wrong is said without a secret.
func TestCheck(t *testing.T) {
	server := serve(t)
	channel := open(t, server)
	if err := channel.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := server.Requests(); len(r) != 1 || !r[0].DryRun || r[0].Token != "" || r[0].Topic == "" {
		t.Errorf("requests %+v, want one dry run to a topic", r)
	}
	for _, answer := range []fcmtest.Answer{fcmtest.Unauthenticated(), fcmtest.NotFound(), fcmtest.InvalidArgument("message.android"), fcmtest.Dropped(), fcmtest.Unavailable()} {
		server.Script("/topics/tsunagu-check", answer)
		err := channel.Check(t.Context())
		if err == nil || !strings.Contains(err.Error(), "made-up-project") || !strings.Contains(err.Error(), ": ") {
			t.Errorf("%d: got %v, want a sentence about the project", answer.Status, err)
		}
	}
}

// TestAdvice: every trouble has a sentence of its own.
func TestAdvice(t *testing.T) {
	seen := map[string]string{}
	for _, trouble := range []string{
		fcm.Unregistered, fcm.NotAToken, fcm.OtherSender, fcm.InstallationIDs, fcm.NotOurs, fcm.Quota, fcm.Unavailable, fcm.Internal,
		fcm.Timeout, fcm.Connection, fcm.ThirdParty, fcm.Credentials, fcm.WrongProject, fcm.NotFirebase, fcm.Refused, "of tomorrow",
	} {
		words := fcm.Advice(trouble)
		if other, twice := seen[words]; twice {
			t.Errorf("%q and %q have the same sentence", trouble, other)
		}
		seen[words] = trouble
	}
}

// TestSecretsStay: whatever the other side writes, no outcome and no error repeats it.
func TestSecretsStay(t *testing.T) {
	server := serve(t)
	channel := open(t, server)
	for _, status := range []int{200, 302, 400, 401, 403, 404, 418, 429, 500, 503} {
		echo := fcmtest.Answer{Status: status, Body: fmt.Sprintf(`{"error":{"message":"bad %s","status":%q,"details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":%q}]}}`, token, token, token)}
		server.Usually(echo)
		got := channel.Send(t.Context(), phone(), alert())
		err := channel.Check(t.Context())
		if err == nil {
			err = errors.New("")
		}
		if all := fmt.Sprintf("%+v %v", got, err); strings.Contains(all, token) {
			t.Errorf("%d: the registration is in %s", status, all)
		}
	}
}
