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
	// maxTrendPages bounds the pages of readings that one trend looks at.
	maxTrendPages = 60
)

// GetTrend reads vital signs as series of points. A series with more readings than points keeps its first and last, and
// the least and greatest of every stretch: no extreme is lost, and no point is invented.
func (h *Hub) GetTrend(ctx context.Context, c Call, req *chartv1.GetTrendRequest) (*chartv1.GetTrendResponse, error) {
	until := c.Now
	if req.GetUntil() != nil {
		until = req.GetUntil().AsTime()
	}
	from := until.AddDate(0, 0, -trendDays)
	if req.GetFrom() != nil {
		from = req.GetFrom().AsTime()
	}
	series := make([][]*chartv1.Point, len(req.GetItems()))
	truncated, err := h.readings(ctx, c, req.GetChartId(), from, until, func(t *chartv1.TimelineItem) {
		for i, item := range req.GetItems() {
			if value, ok := care.Reading(t.GetRecord().GetBody().GetVitalSigns(), item); ok {
				series[i] = append(series[i], pointOf(t, value))
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

func thinned(points []*chartv1.Point, asked uint32) []*chartv1.Point {
	at := func(p *chartv1.Point) int64 { return p.GetAt().AsTime().UnixMilli() }
	return chart.Thin(points, pageSize(asked, defaultPoints, maxPoints), at, (*chartv1.Point).GetValue)
}
