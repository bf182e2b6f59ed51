package hub_test

import (
	"bytes"
	"context"
	"testing"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// TestAlertsAreInAnExport: in every format, with the rule as their author, and with what they said before.
func TestAlertsAreInAnExport(t *testing.T) {
	b := newBench(t)
	m := b.create("sato", pulse(112))
	b.push("sato", m)
	b.expect(b.push("sato", b.patch("sato", m.GetId(), b.seen(m.GetId()), pulse(72))), "APPLIED")
	for format, want := range map[chartv1.ExportFormat][]string{
		chartv1.ExportFormat_EXPORT_FORMAT_NDJSON: {"rule:threshold", "基準（110/min以上）"},
		chartv1.ExportFormat_EXPORT_FORMAT_JSON:   {"rule:threshold"},
		chartv1.ExportFormat_EXPORT_FORMAT_HTML:   {"基準（110/min以上）"},
	} {
		var file bytes.Buffer
		err := b.hub.ExportChart(context.Background(), b.call("sato"), &chartv1.ExportChartRequest{ChartId: "yamada", Format: format},
			func(p *chartv1.ExportChartResponse) error { file.Write(p.GetContent()); return nil })
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range want {
			if !bytes.Contains(file.Bytes(), []byte(text)) {
				t.Errorf("%v: no %q in\n%.3000s", format, text, file.String())
			}
		}
	}
}
