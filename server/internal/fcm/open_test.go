package fcm_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/fcm"
	"github.com/tsunagu-care/tsunagu/server/internal/fcm/fcmtest"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// credentials makes a key for the server and a channel that uses it from a file.
func credentials(t *testing.T, server *fcmtest.Server) (*fcm.Channel, []byte) {
	t.Helper()
	key, err := server.Credentials("made-up-project")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(file, key, 0o600); err != nil {
		t.Fatal(err)
	}
	channel, err := fcm.Open(t.Context(), fcm.Config{CredentialsFile: file, Endpoint: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	return channel, key
}

// with changes one field of a key.
func with(t *testing.T, key []byte, field, value string) []byte {
	t.Helper()
	var fields map[string]string
	if err := json.Unmarshal(key, &fields); err != nil {
		t.Fatal(err)
	}
	fields[field] = value
	changed, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// TestOpenRefuses: settings that cannot work are said at once, without what is in the key.
func TestOpenRefuses(t *testing.T) {
	server := serve(t)
	key, err := server.Credentials("made-up-project")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		config fcm.Config
		says   string
	}{
		"nothing":            {fcm.Config{}, "no credentials"},
		"no file":            {fcm.Config{CredentialsFile: filepath.Join(t.TempDir(), "none.json")}, "none.json cannot be read"},
		"a folder":           {fcm.Config{CredentialsFile: t.TempDir()}, "cannot be read"},
		"twice":              {fcm.Config{CredentialsFile: "key.json", CredentialsJSON: key}, "given twice"},
		"not JSON":           {fcm.Config{CredentialsJSON: []byte("secret")}, "no key of a service account"},
		"another type":       {fcm.Config{CredentialsJSON: with(t, key, "type", "external_account")}, "no key of a service account"},
		"too long":           {fcm.Config{CredentialsJSON: with(t, key, "client_email", strings.Repeat("x", 64<<10))}, "no key of a service account"},
		"half a key":         {fcm.Config{CredentialsJSON: with(t, key, "private_key", "-----BEGIN PRIVATE KEY-----\nsecret")}, "not whole"},
		"nobody's key":       {fcm.Config{CredentialsJSON: with(t, key, "client_email", "")}, "not whole"},
		"token by plain web": {fcm.Config{CredentialsJSON: with(t, key, "token_uri", "http://tokens.example/token")}, "token_uri"},
		"project":            {fcm.Config{CredentialsJSON: key, ProjectID: "../../other"}, "no id of a Firebase project"},
		"endpoint":           {fcm.Config{CredentialsJSON: key, Endpoint: "http://192.0.2.1"}, "not an https address"},
		"endpoint of words":  {fcm.Config{CredentialsJSON: key, Endpoint: "firebase"}, "not an https address"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := fcm.Open(t.Context(), c.config)
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "no push goes out") {
				t.Fatalf("got %v, want a sentence with %q", err, c.says)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the key is in %q", err)
			}
		})
	}
}

// TestToken: a token is got once and used for every push, until it is refused.
func TestToken(t *testing.T) {
	server := serve(t)
	channel, _ := credentials(t, server)
	for range 3 {
		if got := channel.Send(t.Context(), phone(), alert()); got.Verdict != push.Accepted {
			t.Fatalf("got %+v, want Accepted", got)
		}
	}
	if err := channel.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := server.TokensAsked(); n != 1 {
		t.Errorf("%d tokens were asked for, want 1", n)
	}
	server.RevokeTokens()
	if got, want := channel.Send(t.Context(), phone(), alert()), (push.Outcome{Verdict: push.Broken, Trouble: fcm.Credentials, Alarm: true}); got != want {
		t.Errorf("with a token that was revoked: got %+v, want %+v", got, want)
	}
	if got := channel.Send(t.Context(), phone(), alert()); got.Verdict != push.Accepted {
		t.Errorf("after that: got %+v, want Accepted with a new token", got)
	}
}

// TestTokenServer is what the server of tokens may answer. Nothing is sent.
func TestTokenServer(t *testing.T) {
	broken := push.Outcome{Verdict: push.Broken, Trouble: fcm.Credentials, Alarm: true}
	for name, c := range map[string]struct {
		answer fcmtest.Answer
		want   push.Outcome
	}{
		"invalid grant":        {fcmtest.InvalidGrant(), broken},
		"invalid grant as 401": {fcmtest.Answer{Status: 401, Body: fcmtest.InvalidGrant().Body}, broken},
		"busy":                 {fcmtest.Answer{Status: 503, RetryAfter: "20"}, push.Outcome{Verdict: push.Later, Trouble: fcm.Unavailable, After: 20 * time.Second}},
		"too many":             {fcmtest.Answer{Status: 429}, push.Outcome{Verdict: push.Later, Trouble: fcm.Unavailable, After: 10 * time.Second}},
		"dropped":              {fcmtest.Dropped(), push.Outcome{Verdict: push.Later, Trouble: fcm.Connection}},
		"no token":             {fcmtest.Answer{Status: 200, Body: `{}`}, push.Outcome{Verdict: push.Broken, Trouble: fcm.NotFirebase, Alarm: true}},
		"redirect":             {fcmtest.Answer{Status: 302}, push.Outcome{Verdict: push.Broken, Trouble: fcm.NotFirebase, Alarm: true}},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t)
			channel, _ := credentials(t, server)
			server.AnswerTokens(&c.answer)
			if got := channel.Send(t.Context(), phone(), alert()); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if n := len(server.Requests()); n != 0 {
				t.Errorf("%d pushes were sent without a token", n)
			}
			server.AnswerTokens(nil)
			if got := channel.Send(t.Context(), phone(), alert()); got.Verdict != push.Accepted {
				t.Errorf("when it is well again: got %+v, want Accepted", got)
			}
		})
	}
}

// TestSilentTokenServer: a push ends by its deadline although nobody gives out tokens.
func TestSilentTokenServer(t *testing.T) {
	server := serve(t)
	channel, _ := credentials(t, server)
	silent := fcmtest.Accepted().Slow(time.Hour)
	server.AnswerTokens(&silent)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	got := make(chan push.Outcome)
	for range 2 { // the second waits for the first, and no longer than for itself
		go func() { got <- channel.Send(ctx, phone(), alert()) }()
	}
	for range 2 {
		if o, want := <-got, (push.Outcome{Verdict: push.Later, Trouble: fcm.Timeout}); o != want {
			t.Errorf("got %+v, want %+v", o, want)
		}
	}
}

// TestWrongKey: the key of another account is refused by the real check of its signature.
func TestWrongKey(t *testing.T) {
	server, other := serve(t), serve(t)
	_, key := credentials(t, server)
	foreign, err := other.Credentials("made-up-project")
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]string
	if err := json.Unmarshal(foreign, &fields); err != nil {
		t.Fatal(err)
	}
	channel, err := fcm.Open(t.Context(), fcm.Config{CredentialsJSON: with(t, key, "private_key", fields["private_key"]), Endpoint: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	err = channel.Check(t.Context())
	if err == nil || !strings.Contains(err.Error(), "refuses the service account") {
		t.Fatalf("got %v, want that the account is refused", err)
	}
	if strings.Contains(fmt.Sprint(err), "PRIVATE KEY") {
		t.Errorf("the key is in %q", err)
	}
}
