package api

import (
	"errors"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// TestBadReadsAreRefused: what the contract does not allow never comes to the core, and is refused in one sentence that
// names the field and the rule, and never the value.
func TestBadReadsAreRefused(t *testing.T) {
	v, err := newValidator()
	if err != nil {
		t.Fatal(err)
	}
	pulse := []carev1.VitalItem{carev1.VitalItem_VITAL_ITEM_PULSE}
	for name, c := range map[string]struct {
		message proto.Message
		said    string
	}{
		"a thousand million points": {&chartv1.GetTrendRequest{ChartId: "c", Items: pulse, Points: 1_000_000_000}, "points (uint32.lte)"},
		"no reading":                {&chartv1.GetTrendRequest{ChartId: "c"}, "items (repeated.min_items)"},
		"one reading twice":         {&chartv1.GetTrendRequest{ChartId: "c", Items: append(pulse, pulse...)}, "items (repeated.unique)"},
		"an empty search":           {&chartv1.SearchNotesRequest{}, "query (string.min_len)"},
		"a search of 10,000 signs":  {&chartv1.SearchNotesRequest{Query: strings.Repeat("山田", 5000)}, "query (string.max_len)"},
		"a page of 201 hits":        {&chartv1.SearchNotesRequest{Query: "浮腫", PageSize: 201}, "page_size (uint32.lte)"},
		"no kind of work":           {&chartv1.ListWorkRequest{}, "kind (enum.not_in)"},
		"an export in no format":    {&chartv1.ExportChartRequest{ChartId: "c"}, "format (enum.not_in)"},
		"a watch of no chart":       {&chartv1.WatchChartRequest{}, "chart_id (string.min_len)"},
	} {
		var said *connect.Error
		err := v.check(c.message)
		if connect.CodeOf(err) != connect.CodeInvalidArgument || !errors.As(err, &said) ||
			said.Message() != "the request is not valid, nothing was stored; what to correct: "+c.said {
			t.Errorf("%s: %v, want %s", name, err, c.said)
		}
	}
	for name, message := range map[string]proto.Message{
		"the usual points": &chartv1.GetTrendRequest{ChartId: "c", Items: pulse},
		"the most points":  &chartv1.GetTrendRequest{ChartId: "c", Items: pulse, Points: 2000},
		"200 signs":        &chartv1.SearchNotesRequest{Query: strings.Repeat("山", 200)},
	} {
		if err := v.check(message); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNegativePoints: they are not in the contract at all, so that the message cannot be read.
func TestNegativePoints(t *testing.T) {
	if err := protojson.Unmarshal([]byte(`{"chartId":"c","points":-1}`), &chartv1.GetTrendRequest{}); err == nil {
		t.Error("-1 points were read")
	}
}
