package api

import (
	"testing"
	"time"

	"connectrpc.com/connect"

	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

func signIn(t *testing.T, h *identityHandler, device, deviceSecret, person, personSecret string) (*identityv1.SignInResponse, connect.Code) {
	t.Helper()
	answer, err := h.SignIn(t.Context(), connect.NewRequest(&identityv1.SignInRequest{
		DeviceId: device, DeviceSecret: deviceSecret, PersonId: person, PersonSecret: personSecret,
	}))
	if err != nil {
		return nil, connect.CodeOf(err)
	}
	return answer.Msg, 0
}

func TestSignIn(t *testing.T) {
	c := at(start)
	a := newAPI(t, &people{}, c, Limits{})
	h := newIdentityHandler(a)
	answer, code := signIn(t, h, "tablet", "right", "sato", "right")
	if code != 0 {
		t.Fatal(code)
	}
	want := hub.Session{Tenant: "t", PersonID: "sato", DeviceID: "tablet", Organisation: "station"}
	if got, ok := a.tokens.open(answer.GetToken(), start); !ok || got != want {
		t.Errorf("the token is of %+v", got)
	}
	if answer.GetExpiresMs() != start.Add(12*time.Hour).UnixMilli() {
		t.Errorf("it ends at %d", answer.GetExpiresMs())
	}
	key := a.config.Seals.AuthorKey("t", "sato", "tablet")
	if string(answer.GetAuthorKey()) != string(key[:]) || !a.config.Seals.TimeFits("t", "tablet", answer.GetServerTime()) {
		t.Error("author key or server time is not of this person on this device")
	}
}

func TestSignInWrongSecretsGetOneAnswer(t *testing.T) {
	h := newIdentityHandler(newAPI(t, &people{}, at(start), Limits{}))
	var texts []string
	for _, claim := range [][4]string{
		{"tablet", "wrong", "sato", "right"}, {"tablet", "right", "sato", "wrong"}, {"nowhere", "right", "sato", "right"},
	} {
		_, err := h.SignIn(t.Context(), connect.NewRequest(&identityv1.SignInRequest{
			DeviceId: claim[0], DeviceSecret: claim[1], PersonId: claim[2], PersonSecret: claim[3],
		}))
		if connect.CodeOf(err) != connect.CodeUnauthenticated {
			t.Errorf("%v: %v", claim, err)
			continue
		}
		texts = append(texts, err.Error())
	}
	for _, text := range texts {
		if text != texts[0] {
			t.Errorf("%q is not %q", text, texts[0])
		}
	}
}

func TestSignInLimitsAnAccountOnlyFromAProvenDevice(t *testing.T) {
	c := at(start)
	h := newIdentityHandler(newAPI(t, &people{}, c, Limits{AccountBurst: 2, AccountEvery: time.Minute}))
	for range 50 { // a stranger without a device cannot keep sato out
		signIn(t, h, "tablet", "wrong", "sato", "wrong")
	}
	if _, code := signIn(t, h, "tablet", "right", "sato", "right"); code != 0 {
		t.Fatal(code)
	}
	for range 2 {
		signIn(t, h, "tablet", "right", "sato", "wrong")
	}
	if _, code := signIn(t, h, "tablet", "right", "sato", "right"); code != connect.CodeResourceExhausted {
		t.Fatalf("after two wrong secrets: %v", code)
	}
	if _, code := signIn(t, h, "tablet", "right", "suzuki", "right"); code != 0 {
		t.Fatalf("somebody else: %v", code)
	}
	c.set(start.Add(time.Minute))
	if _, code := signIn(t, h, "tablet", "right", "sato", "right"); code != 0 {
		t.Fatalf("a minute later: %v", code)
	}
}

// slow holds every check until it is let go.
type slow struct {
	people
	entered, leave chan struct{}
}

func (s *slow) Prove(c Claim) Proof {
	s.entered <- struct{}{}
	<-s.leave
	return s.people.Prove(c)
}

func TestSignInChecksFewAtOnce(t *testing.T) {
	s := &slow{entered: make(chan struct{}), leave: make(chan struct{})}
	a := newAPI(t, &s.people, at(start), Limits{SignInsAtOnce: 1, SignInsWaiting: 1})
	a.config.Accounts = s
	h := newIdentityHandler(a)
	done := make(chan connect.Code, 2)
	try := func() { _, code := signIn(t, h, "tablet", "right", "sato", "right"); done <- code }
	go try()
	<-s.entered
	go try()
	for len(h.waiting) < 2 { // the second has to stand in the queue
		time.Sleep(time.Millisecond)
	}
	if _, code := signIn(t, h, "tablet", "right", "sato", "right"); code != connect.CodeUnavailable {
		t.Fatalf("a third: %v", code)
	}
	s.leave <- struct{}{}
	<-s.entered
	s.leave <- struct{}{}
	for range 2 {
		if code := <-done; code != 0 {
			t.Error(code)
		}
	}
}
