package hub_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestExportMissesNothingThatMoves: the oldest record is moved to the top of the timeline while the file is written, and
// stands in it all the same.
func TestExportMissesNothingThatMoves(t *testing.T) {
	b := newBench(t)
	var oldest *syncv1.Mutation
	req := b.request()
	req.Pull = false
	for i := range 900 {
		m := b.note("sato", strings.Repeat("経過に変わりなし。", 40))
		m.Record.Envelope.Effective = timestamppb.New(b.now.Add(-time.Duration(i) * time.Minute))
		oldest = m
		req.Mutations = append(req.Mutations, b.queued(m))
	}
	b.sync("sato", req)
	version := b.timelineVersion("sato", oldest.GetId())
	for _, format := range []chartv1.ExportFormat{chartv1.ExportFormat_EXPORT_FORMAT_HTML, chartv1.ExportFormat_EXPORT_FORMAT_NDJSON} {
		file, pieces := "", 0
		err := b.hub.ExportChart(context.Background(), b.call("suzuki"), &chartv1.ExportChartRequest{ChartId: "yamada", Format: format}, func(piece *chartv1.ExportChartResponse) error {
			if pieces++; pieces == 1 && version != nil {
				m := b.patch("sato", oldest.GetId(), version, oldest.GetRecord().GetBody())
				m.Record.Body.GetDraftNote().Plan, m.Groups = "動かされた記録", []uint32{5, 1002}
				m.Record.Envelope.Effective = timestamppb.New(b.now.Add(-time.Second))
				b.expect(b.push("sato", m), "APPLIED")
				version = nil
			}
			file += string(piece.GetContent())
			return nil
		})
		if err != nil || pieces < 2 || !strings.Contains(file, "動かされた記録") {
			t.Errorf("%v: %v, %d pieces, %d bytes", format, err, pieces, len(file))
		}
		version = b.timelineVersion("sato", oldest.GetId())
		if format == chartv1.ExportFormat_EXPORT_FORMAT_HTML && !strings.Contains(file, "出力中に変更された記録") {
			t.Error("the page does not say what changed while it was written")
		}
		oldest.Record.Body.GetDraftNote().Plan = ""
	}
}
