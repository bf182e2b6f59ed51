package api

import (
	"context"

	"connectrpc.com/connect"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// ListWork hands the request to the core.
func (h *chartHandler) ListWork(ctx context.Context, r *connect.Request[chartv1.ListWorkRequest]) (*connect.Response[chartv1.ListWorkResponse], error) {
	return read(ctx, h.API, r, h.config.Core.ListWork)
}

// GetTrend hands the request to the core.
func (h *chartHandler) GetTrend(ctx context.Context, r *connect.Request[chartv1.GetTrendRequest]) (*connect.Response[chartv1.GetTrendResponse], error) {
	return read(ctx, h.API, r, h.config.Core.GetTrend)
}

// SearchNotes hands the request to the core.
func (h *chartHandler) SearchNotes(ctx context.Context, r *connect.Request[chartv1.SearchNotesRequest]) (*connect.Response[chartv1.SearchNotesResponse], error) {
	return read(ctx, h.API, r, h.config.Core.SearchNotes)
}
