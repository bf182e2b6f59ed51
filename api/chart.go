package api

import (
	"context"

	"connectrpc.com/connect"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// chartHandler answers ChartService.
type chartHandler struct{ *API }

// ListCharts hands the request to the core.
func (h *chartHandler) ListCharts(ctx context.Context, r *connect.Request[chartv1.ListChartsRequest]) (*connect.Response[chartv1.ListChartsResponse], error) {
	return read(ctx, h.API, r, h.config.Core.ListCharts)
}

// GetTimeline hands the request to the core.
func (h *chartHandler) GetTimeline(ctx context.Context, r *connect.Request[chartv1.GetTimelineRequest]) (*connect.Response[chartv1.GetTimelineResponse], error) {
	return read(ctx, h.API, r, h.config.Core.GetTimeline)
}

// GetRecordHistory hands the request to the core.
func (h *chartHandler) GetRecordHistory(ctx context.Context, r *connect.Request[chartv1.GetRecordHistoryRequest]) (*connect.Response[chartv1.GetRecordHistoryResponse], error) {
	return read(ctx, h.API, r, h.config.Core.GetRecordHistory)
}

// Write hands one mutation to the core and tells the watchers.
func (h *chartHandler) Write(ctx context.Context, r *connect.Request[chartv1.WriteRequest]) (*connect.Response[chartv1.WriteResponse], error) {
	answer, moved, err := h.config.Core.Write(ctx, h.call(ctx), r.Msg)
	h.Publish(moved)
	if err != nil {
		return nil, h.failure(ctx, r.Spec().Procedure, err)
	}
	return connect.NewResponse(answer), nil
}

// read is a procedure that changes nothing.
func read[Request, Response any](
	ctx context.Context, a *API, r *connect.Request[Request],
	procedure func(context.Context, hub.Call, *Request) (*Response, error),
) (*connect.Response[Response], error) {
	answer, err := procedure(ctx, a.call(ctx), r.Msg)
	if err != nil {
		return nil, a.failure(ctx, r.Spec().Procedure, err)
	}
	return connect.NewResponse(answer), nil
}
