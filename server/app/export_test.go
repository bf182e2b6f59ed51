package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"connectrpc.com/connect"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
)

// exportLines are the lines about exports in the journal of a data folder, as somebody who asks later reads them.
func exportLines(t *testing.T, c config.Server) (lines []journal.Export, text string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(c.JournalFolder(), journal.File))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		var r journal.Record
		if err := json.NewDecoder(strings.NewReader(line)).Decode(&r); err != nil {
			t.Fatal(err)
		}
		if r.Kind != journal.KindExported {
			continue
		}
		if r.At.IsZero() {
			t.Error("a line does not say when")
		}
		lines, text = append(lines, *r.Export), text+line
	}
	return lines, text
}

func askedOver(t *testing.T, c *client, chart string) ([]byte, error) {
	t.Helper()
	stream, err := c.chart().ExportChart(t.Context(), connect.NewRequest(&chartv1.ExportChartRequest{
		ChartId: chart, Format: chartv1.ExportFormat_EXPORT_FORMAT_NDJSON,
	}))
	if err != nil {
		return nil, err
	}
	var file []byte
	for stream.Receive() {
		file = append(file, stream.Msg().GetContent()...)
	}
	return file, errors.Join(stream.Err(), stream.Close())
}

// TestExportsAreWrittenDown: who took which chart, as what and how much of it, over the network and by the operator; and
// nothing that stands in the chart.
func TestExportsAreWrittenDown(t *testing.T) {
	c := settings(t)
	r := start(t, c)
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	for range 3 {
		note(t, sato, "chart-0001")
	}
	file, err := askedOver(t, sato, "chart-0001")
	if err != nil || len(file) == 0 {
		t.Fatalf("%d bytes, %v", len(file), err)
	}
	var out bytes.Buffer
	x := operator.Exporting{Chart: "chart-0001", Person: "sato", Format: chartv1.ExportFormat_EXPORT_FORMAT_HTML, ForFamily: true}
	if err := r.Export(t.Context(), x, &out); err != nil || out.Len() == 0 {
		t.Fatalf("%d bytes, %v", out.Len(), err)
	}
	lines, text := exportLines(t, c)
	if len(lines) != 4 {
		t.Fatalf("%d lines: %s", len(lines), text)
	}
	want := journal.Export{State: journal.ExportBegun, Tenant: "demo", Person: "sato", Device: "tablet-a", Chart: "chart-0001", Format: "NDJSON"}
	check := func(got, want journal.Export) {
		t.Helper()
		want.ID = got.ID
		if got != want || got.ID == "" {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	check(lines[0], want)
	want.State, want.Records = journal.ExportWhole, 3
	check(lines[1], want)
	want = journal.Export{State: journal.ExportBegun, Tenant: "demo", Person: "sato", Chart: "chart-0001", Format: "HTML", ForFamily: true}
	check(lines[2], want)
	if lines[0].ID != lines[1].ID || lines[1].ID == lines[2].ID || lines[3].State != journal.ExportWhole {
		t.Errorf("the lines are not tied together: %s", text)
	}
	if strings.Contains(text, "山田") || strings.Contains(text, "佐藤") {
		t.Errorf("a name stands in the journal: %s", text)
	}
}

// TestExportsThatAreNotMade: nothing is written down for a chart that the caller may not know of.
func TestExportsThatAreNotMade(t *testing.T) {
	c := settings(t)
	r := start(t, c)
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	note(t, sato, "chart-0001")
	takahashi := h2c(t, r).signedIn(t, "takahashi", "tablet-c")
	if _, err := askedOver(t, takahashi, "chart-0001"); connect.CodeOf(err) != connect.CodeNotFound {
		t.Error(err)
	}
	if lines, text := exportLines(t, c); len(lines) != 0 {
		t.Errorf("written down: %s", text)
	}
}

// TestExportWithoutAJournal: what cannot be written down is not handed out.
func TestExportWithoutAJournal(t *testing.T) {
	c := settings(t)
	r := start(t, c)
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	note(t, sato, "chart-0001")
	if err := r.journal.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := askedOver(t, sato, "chart-0001")
	if connect.CodeOf(err) != connect.CodeUnavailable || !strings.Contains(err.Error(), "is written down") || len(file) != 0 {
		t.Errorf("%d bytes, %v", len(file), err)
	}
}
