package api

import (
	"context"

	"connectrpc.com/connect"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// Judge hands a person's decision to the core and tells the watchers.
func (h *chartHandler) Judge(ctx context.Context, r *connect.Request[chartv1.JudgeRequest]) (*connect.Response[chartv1.JudgeResponse], error) {
	answer, moved, err := h.config.Core.Judge(ctx, h.call(ctx), r.Msg)
	h.Publish(moved)
	if err != nil {
		return nil, h.failure(ctx, r.Spec().Procedure, err)
	}
	return connect.NewResponse(answer), nil
}
