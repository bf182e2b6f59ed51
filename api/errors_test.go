package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// TestCodes pins every row: a new code of the core without one would become Internal.
func TestCodes(t *testing.T) {
	want := map[hub.Code]connect.Code{
		hub.NotFound: connect.CodeNotFound, hub.InvalidArgument: connect.CodeInvalidArgument,
		hub.TooLarge: connect.CodeResourceExhausted, hub.NeedsUpdate: connect.CodeFailedPrecondition,
		hub.PermissionDenied: connect.CodePermissionDenied, hub.Unavailable: connect.CodeUnavailable,
		hub.Internal: connect.CodeInternal,
	}
	a := newAPI(t, &people{}, at(start), Limits{})
	for code, expected := range want {
		err := a.failure(t.Context(), "p", &hub.Error{Code: code, Message: "said"})
		if connect.CodeOf(err) != expected {
			t.Errorf("%v becomes %v, not %v", code, connect.CodeOf(err), expected)
		}
	}
}

func TestInnerTextStaysInside(t *testing.T) {
	a := newAPI(t, &people{}, at(start), Limits{})
	var told error
	a.config.Hooks.Failed = func(_ context.Context, _ string, err error) { told = err }
	inner := errors.New("blood pressure 200")
	for _, err := range []error{
		inner,
		fmt.Errorf("wrapped %w", inner),
		&hub.Error{Code: hub.Internal, Message: inner.Error()},
	} {
		if out := a.failure(t.Context(), "p", err); strings.Contains(out.Error(), "200") || connect.CodeOf(out) != connect.CodeInternal {
			t.Errorf("%v becomes %v", err, out)
		}
		if !errors.Is(told, err) {
			t.Error("the hook was not told")
		}
	}
	if out := a.failure(t.Context(), "p", fmt.Errorf("w: %w", context.Canceled)); connect.CodeOf(out) != connect.CodeCanceled {
		t.Error(out)
	}
	if out := a.failure(t.Context(), "p", context.DeadlineExceeded); connect.CodeOf(out) != connect.CodeDeadlineExceeded {
		t.Error(out)
	}
}
