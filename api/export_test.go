package api

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"connectrpc.com/connect"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1/chartv1connect"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// slowCore writes one piece and goes on when it is told to.
type slowCore struct {
	Core
	goOn chan struct{}
}

func (s *slowCore) ExportChart(ctx context.Context, _ hub.Call, _ *chartv1.ExportChartRequest, send func(*chartv1.ExportChartResponse) error) error {
	if err := send(&chartv1.ExportChartResponse{Content: []byte("the first piece")}); err != nil {
		return err
	}
	select {
	case <-s.goOn:
		return send(&chartv1.ExportChartResponse{Last: true})
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TestExportsAreCounted: a device that has as many charts under way as it may is refused one more in one sentence, until one
// of them ends or is given up; and so is any device when the server writes as many as it can.
func TestExportsAreCounted(t *testing.T) {
	a := newAPI(t, &people{}, at(start), Limits{ExportsPerDevice: 1, Exports: 2})
	core := &slowCore{goOn: make(chan struct{})}
	a.config.Core = core
	handler := connect.NewServerStreamHandler(chartv1connect.ChartServiceExportChartProcedure, (&chartHandler{a}).ExportChart)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := hub.Session{Tenant: "t", PersonID: "sato", DeviceID: r.Header.Get("Device")}
		handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), keySession, s)))
	}))
	t.Cleanup(server.Close)
	client := chartv1connect.NewChartServiceClient(server.Client(), server.URL)
	begin := func(ctx context.Context, device string) (*connect.ServerStreamForClient[chartv1.ExportChartResponse], error) {
		req := connect.NewRequest(&chartv1.ExportChartRequest{ChartId: "c"})
		req.Header().Set("Device", device)
		stream, err := client.ExportChart(ctx, req)
		if err != nil {
			return nil, err
		}
		stream.Receive()
		return stream, stream.Err()
	}
	refused := func(device, text string) {
		t.Helper()
		_, err := begin(t.Context(), device)
		var said *connect.Error
		if !errors.As(err, &said) || said.Code() != connect.CodeResourceExhausted || said.Message() != text {
			t.Errorf("%s: %v", device, err)
		}
	}
	ctx, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	first, err := begin(ctx, "tablet-a")
	if err != nil {
		t.Fatal(err)
	}
	refused("tablet-a", textExportMany)
	second, err := begin(t.Context(), "tablet-b")
	if err != nil {
		t.Fatal(err)
	}
	refused("tablet-c", textExportFull)
	close(core.goOn)
	for _, stream := range []*connect.ServerStreamForClient[chartv1.ExportChartResponse]{first, second} {
		if !stream.Receive() || !stream.Msg().GetLast() || stream.Receive() {
			t.Errorf("the last piece: %v", stream.Err())
		}
		_ = stream.Close()
	}
	again, err := begin(t.Context(), "tablet-a")
	if err != nil {
		t.Fatalf("after the first ended: %v", err)
	}
	for again.Receive() {
	}
	server.Close() // waits for the handlers
	if a.exports.running != 0 || len(a.exports.perDevice) != 0 {
		t.Errorf("%d exports are still counted", a.exports.running)
	}
}
