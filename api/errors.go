package api

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// codes maps the core's errors to those of the transport. There is no other place where that is done.
var codes = map[hub.Code]connect.Code{
	hub.NotFound:         connect.CodeNotFound,
	hub.InvalidArgument:  connect.CodeInvalidArgument,
	hub.TooLarge:         connect.CodeResourceExhausted,
	hub.NeedsUpdate:      connect.CodeFailedPrecondition,
	hub.PermissionDenied: connect.CodePermissionDenied,
	hub.Unavailable:      connect.CodeUnavailable,
	hub.Aborted:          connect.CodeAborted,
	hub.Internal:         connect.CodeInternal,
}

// Texts for what goes wrong outside the core. Each says what happened, what is safe and what to do.
const (
	textUnauthenticated = "not signed in, or no longer: nothing was read or stored, what is written on the device stays there; sign in again"
	textInternal        = "the server made a mistake: what it had answered for is stored, the rest stays on the device; try again, and report the request id if it happens again"
	textCancelled       = "the call ended before its answer: send it again, nothing is stored twice"
	textInvalid         = "the request is not valid, nothing was stored; what to correct: "
	textUnreadableJSON  = "the JSON cannot be read, or has a member that this server does not know; nothing was stored: check the names against the contract"
	textUnreadable      = "the message cannot be read, nothing was stored; update the app if it happens again"
)

// failure turns an error of the core into one for the wire. The inner error goes to the hook alone.
func (a *API) failure(ctx context.Context, procedure string, err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return wire(connect.CodeCanceled, textCancelled)
	case errors.Is(err, context.DeadlineExceeded):
		return wire(connect.CodeDeadlineExceeded, textCancelled)
	}
	code, known := codes[hub.CodeOf(err)]
	if !known {
		code = connect.CodeInternal
	}
	if hook := a.config.Hooks.Failed; hook != nil && (code == connect.CodeInternal || code == connect.CodeUnavailable) {
		hook(ctx, procedure, err)
	}
	var said *hub.Error
	if code == connect.CodeInternal || !errors.As(err, &said) || said.Message == "" {
		return wire(code, textInternal)
	}
	return wire(code, said.Message)
}

// wire makes an error whose text goes to the client as it is.
func wire(code connect.Code, text string) *connect.Error {
	return connect.NewError(code, errors.New(text))
}
