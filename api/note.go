package api

import (
	"context"

	"connectrpc.com/connect"
)

// Note collects what is said about a call in the log: only what the server knows by itself.
type Note struct {
	// RequestID is the id under which the call is logged; set by who made the note.
	RequestID string
	// DeviceID is the device that the token proved; empty without one.
	DeviceID string
	// Code is how the call ended: "ok" or a code of Connect. Empty if its message could not be read.
	Code string
}

// WithNote gives a call a note to be filled.
func WithNote(ctx context.Context, note *Note) context.Context {
	return context.WithValue(ctx, keyNote, note)
}

// NoteOf returns the note of a call; one that nobody reads if it has none.
func NoteOf(ctx context.Context) *Note {
	if note, ok := ctx.Value(keyNote).(*Note); ok {
		return note
	}
	return new(Note)
}

// noter puts down how a call ended.
type noter struct{}

// WrapUnary notes the code of a call.
func (noter) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, r connect.AnyRequest) (connect.AnyResponse, error) {
		answer, err := next(ctx, r)
		NoteOf(ctx).end(err)
		return answer, err
	}
}

// WrapStreamingClient does nothing: this is a server.
func (noter) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// WrapStreamingHandler notes the code of a stream.
func (noter) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		err := next(ctx, conn)
		NoteOf(ctx).end(err)
		return err
	}
}

func (n *Note) end(err error) {
	n.Code = "ok"
	if err != nil {
		n.Code = connect.CodeOf(err).String()
	}
}
