package hub_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// exported writes the chart out as one text.
func (b *bench) exported(person string, req *chartv1.ExportChartRequest) (file string) {
	b.t.Helper()
	req.ChartId = "yamada"
	err := b.hub.ExportChart(context.Background(), b.call(person), req, func(piece *chartv1.ExportChartResponse) error {
		file += string(piece.GetContent())
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return file
}

// TestExportHead: a page begins with the three newest readings that stand and with how much waits for somebody; one for
// the family says nothing of what waits, and readings after the time that was asked for are not on it.
func TestExportHead(t *testing.T) {
	const html = chartv1.ExportFormat_EXPORT_FORMAT_HTML
	b := newBench(t)
	for i := range int32(5) {
		m := b.create("sato", temperature(361+i))
		m.Record.Envelope.Effective = timestamppb.New(b.now.Add(-time.Duration(i+1) * 24 * time.Hour))
		b.push("sato", m)
	}
	order := b.create("sato", medicine("錠"))
	b.expect(b.push("sato", order), "APPLIED")
	b.expect(b.push("takahashi", b.create("takahashi", medicine("包"))), "HELD ROLE")

	head := func(file string) string {
		head, _, _ := strings.Cut(file, "経過 <span")
		return head
	}
	page := head(b.exported("suzuki", &chartv1.ExportChartRequest{Format: html}))
	for _, want := range []string{"36.1", "36.2", "36.3", "1件の入力がサーバーで保留中"} {
		if !strings.Contains(page, want) {
			t.Errorf("the head lacks %q", want)
		}
	}
	for _, never := range []string{"36.4", "36.5", "判断を待つ"} {
		if strings.Contains(page, never) {
			t.Errorf("the head has %q", never)
		}
	}
	family := head(b.exported("suzuki", &chartv1.ExportChartRequest{Format: html, ForFamily: true}))
	if strings.Contains(family, "保留中") || !strings.Contains(family, "36.1") {
		t.Error("the page for the family tells what is held, or lacks the newest reading")
	}
	earlier := head(b.exported("suzuki", &chartv1.ExportChartRequest{Format: html, Until: timestamppb.New(b.now.Add(-60 * time.Hour))}))
	if strings.Contains(earlier, "36.2") || !strings.Contains(earlier, "36.5") {
		t.Error("the head of an earlier time has other readings than those of that time")
	}
	if lines := b.exported("suzuki", &chartv1.ExportChartRequest{Format: chartv1.ExportFormat_EXPORT_FORMAT_NDJSON}); !strings.Contains(lines, `"held":1`) {
		t.Error("the file for programs does not say that something is held")
	}
}

// TestHeadCountsLongEntriesToo: what is held is counted over as many pages as it takes.
func TestHeadCountsLongEntriesToo(t *testing.T) {
	b := newBench(t)
	b.longNotes("takahashi", 60, 1000, "HELD NEWER_SCHEMA")
	file, err := b.export("sato", &chartv1.ExportChartRequest{ChartId: "yamada", Format: chartv1.ExportFormat_EXPORT_FORMAT_NDJSON})
	if err != nil || !strings.Contains(file, `"held":60}`) {
		t.Errorf("%.300s, %v", file, err)
	}
}
