package hub

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/chart"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

const (
	// trendDays is how far back a trend goes that does not say from when.
	trendDays = 28
	// defaultPoints and maxPoints bound the points of a series.
	defaultPoints = 200
	maxPoints     = 2000
	// maxFlagged bounds the points of a series that are kept whatever was asked for; of more than that, what is left of
	// them keeps the extremes too.
	maxFlagged = 2000
	// maxTrendPages bounds the pages of readings that one trend looks at.
	maxTrendPages = 60
)

// GetTrend reads vital signs as series of points. A series with more readings than points keeps its first and last, and
// the least and greatest of every stretch, and beside them whatever is uncertain or was confirmed as unusual: no extreme
// and no doubt is lost, and no point is invented.
func (h *Hub) GetTrend(ctx context.Context, c Call, req *chartv1.GetTrendRequest) (*chartv1.GetTrendResponse, error) {
	if err := h.serving(); err != nil {
		return nil, err
	}
	until := c.Now
	if req.GetUntil() != nil {
		until = req.GetUntil().AsTime()
	}
	from := until.AddDate(0, 0, -trendDays)
	if req.GetFrom() != nil {
		from = req.GetFrom().AsTime()
	}
	if err := checkPeriod(timestamppb.New(from), timestamppb.New(until)); err != nil {
		return nil, err
	}
	series := make([][]reading, len(req.GetItems()))
	truncated, err := h.readings(ctx, c, req.GetChartId(), from, until, func(t *chartv1.TimelineItem) {
		for i, item := range req.GetItems() {
			v := t.GetRecord().GetBody().GetVitalSigns()
			if value, ok := care.Reading(v, item); ok {
				p := pointOf(t, value)
				series[i] = append(series[i], reading{p, p.GetUncertain() || slices.Contains(v.GetConfirmed(), item)})
			}
		}
	})
	if err != nil {
		return nil, err
	}
	resp := &chartv1.GetTrendResponse{Truncated: truncated}
	for i, item := range req.GetItems() {
		slices.Reverse(series[i]) // they came newest first
		unit, per := care.ReadingUnit(item)
		resp.Series = append(resp.Series, &chartv1.Series{
			Item: item, Unit: unit, PerUnit: per, Total: uint32(len(series[i])), Points: thinned(series[i], req.GetPoints()),
		})
	}
	return resp, nil
}

// reading is a point, and whether it has to be seen: uncertain, or so unusual that the writer was asked and confirmed it.
type reading struct {
	point   *chartv1.Point
	flagged bool
}

func pointOf(t *chartv1.TimelineItem, value int64) *chartv1.Point {
	rec := t.GetRecord()
	return &chartv1.Point{
		At: rec.GetEnvelope().GetEffective(), Value: value, RecordId: rec.GetId(),
		Uncertain: len(rec.GetCandidates()) > 0 || rec.GetArrival().GetTimeUncertain(),
	}
}

// readings calls fn for the vital signs of a chart that were not retracted, newest first.
func (h *Hub) readings(ctx context.Context, c Call, chartID string, from, until time.Time, fn func(*chartv1.TimelineItem)) (truncated bool, err error) {
	req := &chartv1.GetTimelineRequest{
		ChartId: chartID, From: timestamppb.New(from), Until: timestamppb.New(until), PageSize: maxTimeline,
		Kinds: []string{"vital_signs"}, HideRetracted: true,
	}
	for range maxTrendPages {
		page, err := h.GetTimeline(ctx, c, req)
		if err != nil {
			return false, err
		}
		for _, item := range page.GetItems() {
			if item.GetRecord().GetStatus() <= carev1.RecordStatus_RECORD_STATUS_ACTIVE {
				fn(item)
			}
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return false, nil
		}
	}
	return true, nil
}

func thinned(series []reading, asked uint32) (points []*chartv1.Point) {
	at := func(r reading) int64 { return r.point.GetAt().AsTime().UnixMilli() }
	value := func(r reading) int64 { return r.point.GetValue() }
	flagged := slices.DeleteFunc(slices.Clone(series), func(r reading) bool { return !r.flagged })
	kept := map[*chartv1.Point]bool{}
	for _, r := range chart.Thin(flagged, maxFlagged, at, value, nil) {
		kept[r.point] = true
	}
	for _, r := range chart.Thin(series, pageSize(asked, defaultPoints, maxPoints), at, value, func(r reading) bool { return kept[r.point] }) {
		points = append(points, r.point)
	}
	return points
}
