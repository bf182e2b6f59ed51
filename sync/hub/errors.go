package hub

import (
	"errors"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Code classifies what went wrong, for whoever maps it to a transport.
type Code int

// The codes.
const (
	// Internal: a fault of the server; nothing was stored by this call unless an answer says so.
	Internal Code = iota
	// NotFound: there is no such thing, or the caller may not know of it.
	NotFound
	// InvalidArgument: the request contradicts the contract. Nothing was stored.
	InvalidArgument
	// TooLarge: the request is over a limit; a smaller one will do. Nothing was stored.
	TooLarge
	// NeedsUpdate: the caller speaks a version that this server does not. Nothing was stored, nothing is lost.
	NeedsUpdate
	// PermissionDenied: the caller may read this but not write it. Nothing was stored.
	PermissionDenied
	// Unavailable: not now; the same request will do later.
	Unavailable
	// Aborted: the caller's knowledge is not that of the server; it has to sync first.
	Aborted
)

// Error is the only error type that leaves the hub. Message is for people: what happened, what is safe, what to do
// next. It never holds a clinical value or a name.
type Error struct {
	Code    Code
	Message string
	cause   error
}

func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause, for logs on the server; it is not for users.
func (e *Error) Unwrap() error { return e.cause }

// CodeOf returns the code of an error; Internal for one that is not the hub's.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

func refuse(code Code, message string) error { return &Error{Code: code, Message: message} }

// errNotFound is the one answer for what is not there and for what may not be known.
var errNotFound = refuse(NotFound, "not found, or not yours to read")

// outward turns an error from the store into one that may leave the hub.
func outward(err error) error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	case errors.Is(err, store.ErrClosed), errors.Is(err, store.ErrUnknownOutcome):
		return &Error{Unavailable, "the server is stopping; what was acknowledged is safe, try again shortly", err}
	case errors.Is(err, store.ErrFull):
		return &Error{Unavailable, "the server is short of space; nothing was stored by this call, try again later", err}
	case errors.Is(err, store.ErrTooLarge):
		return &Error{TooLarge, "too much for one write; nothing was stored by this call, send it in smaller parts", err}
	case errors.Is(err, store.ErrDamaged):
		return &Error{Internal, "the server cannot read what it has stored here; keep what is on the device, and tell whoever runs the server", err}
	default:
		return &Error{Internal, "the server could not do this; what was acknowledged is safe, try again later", err}
	}
}
