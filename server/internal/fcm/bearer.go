package fcm

import (
	"context"
	"net/http"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/jwt"
)

// scope is the only right that is asked for: to send.
const scope = "https://www.googleapis.com/auth/firebase.messaging"

// bearer gets tokens for the key of a service account and keeps the newest until shortly before its end. It asks within
// the context of whoever needs the token: the library's own source would hold every push for as long as the token's
// server is silent.
type bearer struct {
	key   jwt.Config
	base  http.RoundTripper
	gate  chan struct{} // holds one while somebody looks at token
	token *oauth2.Token
}

func newBearer(key *serviceKey, base http.RoundTripper) *bearer {
	return &bearer{
		key: jwt.Config{
			Email: key.ClientEmail, PrivateKey: []byte(key.PrivateKey), PrivateKeyID: key.PrivateKeyID,
			Scopes: []string{scope}, TokenURL: key.TokenURI,
		},
		base: base,
		gate: make(chan struct{}, 1),
	}
}

// get returns a token. The error is that of the context or of package oauth2, for classification only.
func (b *bearer) get(ctx context.Context) (string, error) {
	if err := b.enter(ctx); err != nil {
		return "", err
	}
	defer b.leave()
	if b.token.Valid() {
		return b.token.AccessToken, nil
	}
	client := &http.Client{Transport: bound{ctx, b.base}, CheckRedirect: stay}
	token, err := b.key.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, client)).Token()
	if err != nil {
		return "", err
	}
	if token.AccessToken == "" {
		return "", errNoToken
	}
	b.token = token
	return token.AccessToken, nil
}

// forget drops a token that was refused, so that the next request asks for another.
func (b *bearer) forget(ctx context.Context, refused string) {
	if b.enter(ctx) != nil {
		return
	}
	defer b.leave()
	if b.token != nil && b.token.AccessToken == refused {
		b.token = nil
	}
}

func (b *bearer) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case b.gate <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *bearer) leave() { <-b.gate }

// bound gives requests the context that package jwt does not.
type bound struct {
	ctx  context.Context
	base http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (b bound) RoundTrip(r *http.Request) (*http.Response, error) {
	return b.base.RoundTrip(r.WithContext(b.ctx))
}
