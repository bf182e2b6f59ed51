package alerts

import (
	"errors"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// refuse makes an error for people: what happened, what is safe, what to do next.
func refuse(code hub.Code, message string) error { return &hub.Error{Code: code, Message: message} }

// errNotFound is the one answer for what is not there and for what may not be known.
var errNotFound = refuse(hub.NotFound, "not found, or not yours to read")

var (
	errRestoring = refuse(hub.Unavailable, "this server was restored and waits for its operator to confirm who may read what; nothing was changed, and alerts are shown again after that")
	errToken     = refuse(hub.InvalidArgument, "page_token: not one of this list; start again without a token")
)

// fault is an error of the store: its sentence goes to the caller, its cause to whoever runs the server.
type fault struct {
	said  error
	cause error
}

func (f *fault) Error() string { return f.said.Error() }

// Unwrap returns the sentence and the cause.
func (f *fault) Unwrap() []error { return []error{f.said, f.cause} }

// outward turns an error from the store into one that may leave this package.
func outward(err error) error {
	var said *hub.Error
	switch {
	case err == nil, errors.As(err, &said):
		return err
	case errors.Is(err, store.ErrClosed), errors.Is(err, store.ErrUnknownOutcome):
		return &fault{refuse(hub.Unavailable, "the server is stopping; what was acknowledged is safe, try again shortly"), err}
	case errors.Is(err, store.ErrFull):
		return &fault{refuse(hub.Unavailable, "the server is short of space; nothing was stored by this call, try again later"), err}
	case errors.Is(err, store.ErrTooLarge):
		return &fault{refuse(hub.TooLarge, "more than one row holds; nothing was stored by this call, make it smaller"), err}
	case errors.Is(err, store.ErrDamaged):
		return &fault{refuse(hub.Internal, "the server cannot read what it has stored here; nothing was changed, tell whoever runs the server"), err}
	}
	return &fault{refuse(hub.Internal, "the server could not do this; what was acknowledged is safe, try again later"), err}
}
