package api

import (
	"context"
	"fmt"
	"time"

	"connectrpc.com/connect"

	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// signInBytes bounds the message of SignIn, which is decoded for everybody.
const signInBytes = 16 << 10

const (
	textWrongSecret = "device, name or secret is wrong: nothing changed, what is written on the device stays there; check them and try again"
	textCrowded     = "too many people sign in at this moment: what is written on the device stays there; try again in a few seconds"
)

// identityHandler answers IdentityService.
type identityHandler struct {
	*API
	accounts *limiter
	checking chan struct{} // holds one element per check that runs
	waiting  chan struct{} // and one per check that runs or waits
}

func newIdentityHandler(a *API) *identityHandler {
	l := a.config.Limits
	return &identityHandler{
		API:      a,
		accounts: newLimiter(l.AccountBurst, l.AccountEvery),
		checking: make(chan struct{}, l.SignInsAtOnce),
		waiting:  make(chan struct{}, l.SignInsAtOnce+l.SignInsWaiting),
	}
}

// SignIn proves device and person.
//
// Wrong secrets count for a person's account only if the device proved itself: otherwise any stranger could keep
// anybody from signing in. Unknown names are counted too, or their absence would show.
func (h *identityHandler) SignIn(ctx context.Context, r *connect.Request[identityv1.SignInRequest]) (*connect.Response[identityv1.SignInResponse], error) {
	m := r.Msg
	proof, err := h.prove(ctx, Claim{
		DeviceID: m.GetDeviceId(), DeviceSecret: m.GetDeviceSecret(),
		PersonID: m.GetPersonId(), PersonSecret: m.GetPersonSecret(),
	})
	if err != nil {
		h.signedIn("limited")
		return nil, err
	}
	if err := h.judge(proof, m.GetPersonId()); err != nil {
		return nil, err
	}
	organisation, ok := h.config.Accounts.Enrolled(proof.Tenant, m.GetDeviceId(), m.GetPersonId())
	if !ok {
		h.signedIn("refused")
		return nil, wire(connect.CodeUnauthenticated, textWrongSecret)
	}
	h.signedIn("ok")
	session := hub.Session{
		Tenant: proof.Tenant, PersonID: m.GetPersonId(), DeviceID: m.GetDeviceId(), Organisation: organisation,
	}
	NoteOf(ctx).DeviceID = session.DeviceID
	return connect.NewResponse(h.welcome(session, proof)), nil
}

// prove checks the secrets when it is this call's turn: each check takes a core and much memory for a moment.
func (h *identityHandler) prove(ctx context.Context, claim Claim) (Proof, error) {
	select {
	case h.waiting <- struct{}{}:
		defer func() { <-h.waiting }()
	default:
		return Proof{}, wire(connect.CodeUnavailable, textCrowded)
	}
	select {
	case h.checking <- struct{}{}:
		defer func() { <-h.checking }()
	case <-ctx.Done():
		return Proof{}, wire(connect.CodeCanceled, textCancelled)
	}
	return h.config.Accounts.Prove(claim), nil
}

func (h *identityHandler) judge(proof Proof, personID string) error {
	now := h.config.Now()
	if proof.Device {
		if wait := h.accounts.peek(personID, now); wait > 0 {
			h.signedIn("limited")
			return tooMany(wait)
		}
		if !proof.Person {
			h.accounts.take(personID, now)
		}
	}
	if !proof.Device || !proof.Person {
		h.signedIn("refused")
		return wire(connect.CodeUnauthenticated, textWrongSecret)
	}
	return nil
}

func (h *identityHandler) welcome(s hub.Session, proof Proof) *identityv1.SignInResponse {
	now := h.config.Now()
	expires := now.Add(h.config.Limits.TokenLife)
	key := h.config.Seals.AuthorKey(s.Tenant, s.PersonID, s.DeviceID)
	return &identityv1.SignInResponse{
		Token:          h.tokens.issue(s, expires),
		ExpiresMs:      expires.UnixMilli(),
		AuthorKey:      key[:],
		Name:           proof.Actor.GetName(),
		Role:           proof.Actor.GetRole(),
		OrganisationId: proof.Actor.GetOrganisationId(),
		ServerTime:     h.config.Seals.Time(s.Tenant, s.DeviceID, now.UnixMilli()),
	}
}

func (a *API) signedIn(outcome string) {
	if hook := a.config.Hooks.SignedIn; hook != nil {
		hook(outcome)
	}
}

// tooMany refuses for a time; Retry-After says it to programs.
func tooMany(wait time.Duration) *connect.Error {
	seconds := int(wait/time.Second) + 1
	err := wire(connect.CodeResourceExhausted, fmt.Sprintf(
		"too many attempts: nothing changed, what is written on the device stays there; try again in %d seconds", seconds))
	err.Meta().Set("Retry-After", fmt.Sprint(seconds))
	return err
}
