package api

import (
	"context"

	"connectrpc.com/connect"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// syncHandler answers SyncService.
type syncHandler struct{ *API }

// Sync hands one step to the core.
func (h *syncHandler) Sync(ctx context.Context, r *connect.Request[syncv1.SyncRequest]) (*connect.Response[syncv1.SyncResponse], error) {
	answer, moved, err := h.config.Core.Sync(ctx, h.call(ctx), r.Msg)
	// What moved is durable even if the rest of the step failed.
	h.Publish(moved)
	if err != nil {
		return nil, h.failure(ctx, r.Spec().Procedure, err)
	}
	return connect.NewResponse(answer), nil
}

// FetchSection hands the request to the core.
func (h *syncHandler) FetchSection(ctx context.Context, r *connect.Request[syncv1.FetchSectionRequest]) (*connect.Response[syncv1.FetchSectionResponse], error) {
	answer, err := h.config.Core.FetchSection(ctx, h.call(ctx), r.Msg)
	if err != nil {
		return nil, h.failure(ctx, r.Spec().Procedure, err)
	}
	return connect.NewResponse(answer), nil
}

// CompareSection hands the request to the core.
func (h *syncHandler) CompareSection(ctx context.Context, r *connect.Request[syncv1.CompareSectionRequest]) (*connect.Response[syncv1.CompareSectionResponse], error) {
	return read(ctx, h.API, r, h.config.Core.CompareSection)
}

// Watch sends hints until the caller goes, is too slow, or the server ends.
func (h *syncHandler) Watch(ctx context.Context, _ *connect.Request[syncv1.WatchRequest], stream *connect.ServerStream[syncv1.WatchResponse]) error {
	return h.watch(ctx, h.call(ctx).Session, stream.Send)
}
