package fcm_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/fcm"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// carrier is a network of its own.
type carrier func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) { return c(r) }

// over opens a channel over it.
func over(t *testing.T, c fcm.Config, network carrier) *fcm.Channel {
	t.Helper()
	c.HTTPClient = &http.Client{Transport: network}
	channel, err := fcm.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return channel
}

func answer(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// TestNoWaiting: the library would wait and repeat; a push that failed is back at once, and one that hangs is given up, by
// a clock of its own.
func TestNoWaiting(t *testing.T) {
	for name, c := range map[string]struct {
		network carrier
		takes   time.Duration
	}{
		"unavailable": {func(*http.Request) (*http.Response, error) {
			busy := answer(503, "")
			busy.Header.Set("Retry-After", "60")
			return busy, nil
		}, 0},
		"no network": {func(*http.Request) (*http.Response, error) { return nil, errors.New("no network") }, 0},
		"no answer": {func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				channel := over(t, fcm.Config{ProjectID: "made-up-project", Endpoint: "https://fcm.example"}, c.network)
				began := time.Now()
				if got := channel.Send(t.Context(), phone(), alert()); got.Verdict != push.Later {
					t.Errorf("got %+v, want Later", got)
				}
				if took := time.Since(began); took != c.takes {
					t.Errorf("it took %s to say so, want %s", took, c.takes)
				}
			})
		})
	}
}

// TestAddresses: without an endpoint it is Firebase's that is asked, with a token of the server that the key names.
func TestAddresses(t *testing.T) {
	server := serve(t)
	_, key := credentials(t, server)
	key = with(t, key, "token_uri", "https://oauth2.googleapis.com/token")
	var asked []string
	channel := over(t, fcm.Config{CredentialsJSON: key}, func(r *http.Request) (*http.Response, error) {
		asked = append(asked, r.URL.String()+" "+r.Header.Get("Authorization"))
		if r.URL.Path == "/token" {
			return answer(200, `{"access_token":"made-up","expires_in":3599,"token_type":"Bearer"}`), nil
		}
		return answer(200, `{"name":"projects/made-up-project/messages/1"}`), nil
	})
	if got := channel.Send(t.Context(), phone(), alert()); got.Verdict != push.Accepted {
		t.Fatalf("got %+v, want Accepted", got)
	}
	want := []string{"https://oauth2.googleapis.com/token ", "https://fcm.googleapis.com/v1/projects/made-up-project/messages:send Bearer made-up"}
	if !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
}

// TestElsewhere: nothing that was meant for Firebase or its server of tokens goes where an answer points.
func TestElsewhere(t *testing.T) {
	server := serve(t)
	_, key := credentials(t, server)
	for _, c := range []fcm.Config{
		{CredentialsJSON: with(t, key, "token_uri", "https://oauth2.googleapis.com/token")},
		{ProjectID: "made-up-project", Endpoint: "https://fcm.example"},
	} {
		asked := 0
		channel := over(t, c, func(*http.Request) (*http.Response, error) {
			asked++
			away := answer(307, "")
			away.Header.Set("Location", "https://elsewhere.example/")
			return away, nil
		})
		if got, want := channel.Send(t.Context(), phone(), alert()), (push.Outcome{Verdict: push.Broken, Trouble: fcm.NotFirebase, Alarm: true}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if asked != 1 {
			t.Errorf("%d requests, want 1", asked)
		}
	}
}

// TestLongAnswer: an answer without an end does no harm.
func TestLongAnswer(t *testing.T) {
	endless := io.NopCloser(io.MultiReader(strings.NewReader(`{"name":"`), spaces{}))
	channel := over(t, fcm.Config{ProjectID: "made-up-project", Endpoint: "https://fcm.example"}, func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: endless}, nil
	})
	if got := channel.Send(t.Context(), phone(), alert()); got.Trouble != fcm.NotFirebase {
		t.Errorf("got %+v, want %q", got, fcm.NotFirebase)
	}
}

// spaces never end.
type spaces struct{}

// Read implements io.Reader.
func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
