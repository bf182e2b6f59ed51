package fcm

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
)

// maxAnswer bounds what is read of an answer, in bytes; Firebase's have some hundred. What is longer is cut, and then no
// longer one of Firebase's.
const maxAnswer = 64 << 10

var (
	errOnce    = errors.New("fcm: a second request for one push")
	errNoToken = errors.New("fcm: the server of tokens gave none")
)

// try is the one request of a Send and what came back.
type try struct {
	made   bool // the library got as far as a request
	status int
	header http.Header
	body   []byte
	err    error // there was no answer, or only a part of one
	right  error // no token could be had; nothing was sent
}

// once carries the requests of the library. It notes the answer and then ends the context of the call, which is what keeps
// the library from repeating it: repeating, with all it knows of deadlines and other devices, is up to whoever sends.
type once struct {
	base   http.RoundTripper
	bearer *bearer // nil: requests carry no credentials
}

type tryKey struct{}

type tried struct {
	*try
	stop context.CancelFunc
}

// begin returns the context for one call of the library and where its answer will be.
func begin(ctx context.Context) (context.Context, *try) {
	ctx, stop := context.WithCancel(ctx)
	t := &try{}
	return context.WithValue(ctx, tryKey{}, tried{t, stop}), t
}

// end frees what begin took, also where no request was made.
func end(ctx context.Context) { ctx.Value(tryKey{}).(tried).stop() }

// RoundTrip implements http.RoundTripper.
func (o *once) RoundTrip(r *http.Request) (*http.Response, error) {
	t, ok := r.Context().Value(tryKey{}).(tried)
	if !ok || t.made {
		closeBody(r)
		return nil, errOnce
	}
	t.made = true
	defer t.stop()
	resp, err := o.carry(r, t.try)
	if err != nil {
		return nil, err
	}
	t.status, t.header = resp.StatusCode, resp.Header
	t.body, t.err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	_ = resp.Body.Close()
	if t.err != nil {
		return nil, t.err
	}
	resp.Body = io.NopCloser(bytes.NewReader(t.body))
	return resp, nil
}

func (o *once) carry(r *http.Request, t *try) (resp *http.Response, err error) {
	token := ""
	if o.bearer != nil {
		if token, t.right = o.bearer.get(r.Context()); t.right != nil {
			closeBody(r)
			return nil, t.right
		}
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if resp, t.err = o.base.RoundTrip(r); t.err != nil {
		return nil, t.err
	}
	if resp.StatusCode == http.StatusUnauthorized && o.bearer != nil {
		o.bearer.forget(r.Context(), token)
	}
	return resp, nil
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
}
