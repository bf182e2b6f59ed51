package api

import (
	"context"
	"fmt"
	"net/http"
	"runtime"

	"connectrpc.com/connect"
)

// maxFrames bounds how much of a stack is told.
const maxFrames = 32

// Panic is what may be told about a panic: where it happened and of which type its value was. The value itself may
// quote a request, so it is not kept.
type Panic struct {
	Procedure string
	Type      string
	// Frames are "function:line", the innermost first.
	Frames []string
}

// Describe makes a Panic of a recovered value. It must be called by the deferred function that recovered.
func Describe(procedure string, recovered any) Panic {
	callers := make([]uintptr, maxFrames)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	p := Panic{Procedure: procedure, Type: fmt.Sprintf("%T", recovered)}
	for {
		frame, more := frames.Next()
		if frame.Function != "" {
			p.Frames = append(p.Frames, fmt.Sprintf("%s:%d", frame.Function, frame.Line))
		}
		if !more {
			return p
		}
	}
}

// recoverer turns a panic of a handler into Internal, and tells its hook.
type recoverer struct {
	hook func(context.Context, Panic)
}

// WrapUnary recovers the panics of a call.
func (r *recoverer) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, request connect.AnyRequest) (_ connect.AnyResponse, err error) {
		defer func() {
			if recovered := recover(); recovered != nil {
				err = r.recovered(ctx, Describe(request.Spec().Procedure, recovered), recovered)
			}
		}()
		return next(ctx, request)
	}
}

// WrapStreamingClient does nothing: this is a server.
func (r *recoverer) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// WrapStreamingHandler recovers the panics of a stream.
func (r *recoverer) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) (err error) {
		defer func() {
			if recovered := recover(); recovered != nil {
				err = r.recovered(ctx, Describe(conn.Spec().Procedure, recovered), recovered)
			}
		}()
		return next(ctx, conn)
	}
}

func (r *recoverer) recovered(ctx context.Context, p Panic, value any) error {
	if value == http.ErrAbortHandler { //nolint:errorlint // net/http compares it in this way too
		panic(value)
	}
	if r.hook != nil {
		r.hook(ctx, p)
	}
	return wire(connect.CodeInternal, textInternal+requestID(ctx))
}

// requestID words the id of the call for a text, if it has one.
func requestID(ctx context.Context) string {
	if id := NoteOf(ctx).RequestID; id != "" {
		return " (" + id + ")"
	}
	return ""
}
