package api

import (
	"context"
	"sync"

	"connectrpc.com/connect"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

const (
	textExportMany = "this tablet has other charts under way: nothing was written; wait until they are there, or give them up, then write this one out again"
	textExportFull = "the server writes out as many charts as it can at once: nothing was written; try again in a few minutes"
)

// ExportChart sends a chart piece by piece. Each piece has to be taken in time: whoever serves these handlers gives every
// write a deadline.
func (h *chartHandler) ExportChart(ctx context.Context, r *connect.Request[chartv1.ExportChartRequest], stream *connect.ServerStream[chartv1.ExportChartResponse]) error {
	call := h.call(ctx)
	device := deviceKey{call.Session.Tenant, call.Session.DeviceID}
	if err := h.exports.begin(device, h.config.Limits); err != nil {
		return err
	}
	defer h.exports.end(device)
	if err := h.config.Core.ExportChart(ctx, call, r.Msg, stream.Send); err != nil {
		return h.failure(ctx, r.Spec().Procedure, err)
	}
	return nil
}

// exports counts the charts that are written out now. It may be used by many goroutines at once.
type exports struct {
	mu        sync.Mutex
	perDevice map[deviceKey]int
	running   int
}

// begin counts one more, or refuses it.
func (e *exports) begin(device deviceKey, limits Limits) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.perDevice[device] >= limits.ExportsPerDevice:
		return wire(connect.CodeResourceExhausted, textExportMany)
	case e.running >= limits.Exports:
		return wire(connect.CodeResourceExhausted, textExportFull)
	}
	if e.perDevice == nil {
		e.perDevice = map[deviceKey]int{}
	}
	e.perDevice[device]++
	e.running++
	return nil
}

// end counts one less.
func (e *exports) end(device deviceKey) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.perDevice[device]--; e.perDevice[device] == 0 {
		delete(e.perDevice, device)
	}
	e.running--
}
