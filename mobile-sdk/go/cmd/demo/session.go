package main

import (
	"context"
	"fmt"
	"time"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"

	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
)

// callPatience bounds a call that the demo itself makes.
const callPatience = time.Minute

// signIn opens a session of a person on a device, as the demo's secrets are.
func signIn(ctx context.Context, w *wire, url, device, person string) (*identityv1.SignInResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	answer, err := identityv1connect.NewIdentityServiceClient(w, url).SignIn(ctx, connect.NewRequest(&identityv1.SignInRequest{
		DeviceId: device, DeviceSecret: secret(device), PersonId: person, PersonSecret: secret(person),
	}))
	if err != nil {
		return nil, fmt.Errorf("%s cannot sign in on %s: %w", person, device, err)
	}
	return answer.Msg, nil
}

// bearer signs in whom the tablet belongs to, for a call that is not the tablet's own.
func (p *player) bearer(t *tablet) (string, error) {
	session, err := signIn(p.ctx, t.wire, p.url, t.device, t.people[0].ID)
	return "Bearer " + session.GetToken(), err
}
