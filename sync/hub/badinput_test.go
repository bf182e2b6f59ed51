package hub_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/hub"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

const (
	sayNotFound = "not found, or not yours to read"
	sayPeriod   = "from, until: the period ends before it begins, or one of the two is no time; nothing was read: give a period that ends after it begins"
	sayQuery    = "query: there is no word in it, or there are more than 16; nothing was searched: look for fewer words"
)

// TestBadInputToReaders: each gets its code and one sentence, and nothing changes.
func TestBadInputToReaders(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", temperature(365)))
	before := b.verify()
	day := func(n int) *timestamppb.Timestamp { return timestamppb.New(b.now.AddDate(0, 0, n)) }
	never := &timestamppb.Timestamp{Seconds: 1 << 60}
	pulse := []carev1.VitalItem{carev1.VitalItem_VITAL_ITEM_PULSE}
	trend := func(req *chartv1.GetTrendRequest) error {
		req.Items = pulse
		_, err := b.hub.GetTrend(context.Background(), b.call("sato"), req)
		return err
	}
	search := func(req *chartv1.SearchNotesRequest) error {
		_, err := b.hub.SearchNotes(context.Background(), b.call("sato"), req)
		return err
	}
	export := func(req *chartv1.ExportChartRequest) error {
		return b.hub.ExportChart(context.Background(), b.call("sato"), req, func(*chartv1.ExportChartResponse) error {
			t.Error("something was written")
			return nil
		})
	}
	const html = chartv1.ExportFormat_EXPORT_FORMAT_HTML
	watch := func(chart string) error {
		_, _, err := b.hub.ChangedSince(context.Background(), b.call("sato"), &chartv1.WatchChartRequest{ChartId: chart})
		return err
	}
	work := func(chart string) error {
		_, err := b.hub.ListWork(context.Background(), b.call("sato"), &chartv1.ListWorkRequest{Kind: chartv1.WorkKind_WORK_KIND_CONFLICT, ChartId: chart})
		return err
	}
	for name, c := range map[string]struct {
		err  error
		code hub.Code
		said string
	}{
		"trend backwards":         {trend(&chartv1.GetTrendRequest{ChartId: "yamada", From: day(0), Until: day(-1)}), hub.InvalidArgument, sayPeriod},
		"trend of no time":        {trend(&chartv1.GetTrendRequest{ChartId: "yamada", From: day(0), Until: day(0)}), hub.InvalidArgument, sayPeriod},
		"trend until never":       {trend(&chartv1.GetTrendRequest{ChartId: "yamada", Until: never}), hub.InvalidArgument, sayPeriod},
		"trend without a grant":   {trend(&chartv1.GetTrendRequest{ChartId: "other"}), hub.NotFound, sayNotFound},
		"trend of nothing":        {trend(&chartv1.GetTrendRequest{ChartId: "nobody"}), hub.NotFound, sayNotFound},
		"search for nothing":      {search(&chartv1.SearchNotesRequest{}), hub.InvalidArgument, sayQuery},
		"search for spaces":       {search(&chartv1.SearchNotesRequest{Query: " 　\t "}), hub.InvalidArgument, sayQuery},
		"search for many words":   {search(&chartv1.SearchNotesRequest{Query: strings.Repeat("あ ", 5000)}), hub.InvalidArgument, sayQuery},
		"search backwards":        {search(&chartv1.SearchNotesRequest{Query: "浮腫", From: day(0), Until: day(-1)}), hub.InvalidArgument, sayPeriod},
		"search without a grant":  {search(&chartv1.SearchNotesRequest{Query: "浮腫", ChartId: "other"}), hub.NotFound, sayNotFound},
		"search of nothing":       {search(&chartv1.SearchNotesRequest{Query: "浮腫", ChartId: "nobody"}), hub.NotFound, sayNotFound},
		"export without a grant":  {export(&chartv1.ExportChartRequest{ChartId: "other", Format: html}), hub.NotFound, sayNotFound},
		"export of nothing":       {export(&chartv1.ExportChartRequest{ChartId: "nobody", Format: html}), hub.NotFound, sayNotFound},
		"export backwards":        {export(&chartv1.ExportChartRequest{ChartId: "yamada", Format: html, From: day(1), Until: day(0)}), hub.InvalidArgument, sayPeriod},
		"export in no format":     {export(&chartv1.ExportChartRequest{ChartId: "yamada"}), hub.InvalidArgument, "format: choose HTML, JSON or NDJSON; nothing was written"},
		"watching without grant":  {watch("other"), hub.NotFound, sayNotFound},
		"watching nothing":        {watch("nobody"), hub.NotFound, sayNotFound},
		"worklist without grant":  {work("other"), hub.NotFound, sayNotFound},
		"worklist of nothing":     {work("nobody"), hub.NotFound, sayNotFound},
		"a blob without a grant":  {b.asked(hub.BlobQuestion{StreamID: "other/care", SHA256: make([]byte, 32)}), hub.NotFound, sayNotFound},
		"a blob of nothing":       {b.asked(hub.BlobQuestion{StreamID: "nobody/care", SHA256: make([]byte, 32)}), hub.NotFound, sayNotFound},
		"a blob with half a hash": {b.asked(hub.BlobQuestion{StreamID: "yamada/care", SHA256: make([]byte, 16)}), hub.NotFound, sayNotFound},
	} {
		var said *hub.Error
		if hub.CodeOf(c.err) != c.code || !errors.As(c.err, &said) || said.Message != c.said {
			t.Errorf("%s: %v, want %v: %s", name, c.err, c.code, c.said)
		}
	}
	if after := b.verify(); after.Entries != before.Entries {
		t.Errorf("%d entries, there were %d", after.Entries, before.Entries)
	}
}

func (b *bench) asked(q hub.BlobQuestion) error {
	_, err := b.hub.BlobAllowed(context.Background(), b.call("sato"), q)
	return err
}

// TestTrendPoints: too few points are as few as keep the extremes, too many as many as there may be, none the usual
// number.
func TestTrendPoints(t *testing.T) {
	b := newBench(t)
	var ms []*syncv1.Mutation
	for i := range int32(450) {
		m := b.create("sato", temperature(360+i%20))
		m.Record.Envelope.Effective = timestamppb.New(b.now.Add(-time.Duration(i+1) * time.Hour))
		ms = append(ms, m)
	}
	for len(ms) > 0 {
		n := min(100, len(ms))
		b.push("sato", ms[:n]...)
		ms = ms[n:]
	}
	for points, most := range map[uint32][2]int{0: {150, 200}, 1: {2, 4}, 3: {2, 4}, 4: {2, 4}, 1_000_000_000: {450, 450}} {
		resp, err := b.hub.GetTrend(context.Background(), b.call("sato"), &chartv1.GetTrendRequest{
			ChartId: "yamada", Items: []carev1.VitalItem{carev1.VitalItem_VITAL_ITEM_TEMPERATURE}, Points: points,
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(resp.GetSeries()[0].GetPoints()); n < most[0] || n > most[1] {
			t.Errorf("asked for %d points: %d came, want %d to %d", points, n, most[0], most[1])
		}
	}
}
