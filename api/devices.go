package api

import (
	"context"

	"connectrpc.com/connect"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// ListDevices hands the request to the core.
func (h *chartHandler) ListDevices(ctx context.Context, r *connect.Request[chartv1.ListDevicesRequest]) (*connect.Response[chartv1.ListDevicesResponse], error) {
	return read(ctx, h.API, r, h.config.Core.ListDevices)
}
