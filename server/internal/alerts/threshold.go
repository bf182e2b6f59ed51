package alerts

import (
	"context"
	"slices"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// maxTimelinePages bounds the pages of a timeline that are gone through for the limits of a chart.
const maxTimelinePages = 1000

var (
	errLongChart = refuse(hub.TooLarge, "the chart is too long to look through for its limits; nothing is lost, they hold all the same: read them in the timeline")
	errSeen      = refuse(hub.InvalidArgument, "seen: to amend a limit name its record and the version that you saw, for a new one neither; nothing was stored, list the limits and try again")
)

// SetThreshold orders a limit, or amends one.
func (s *Service) SetThreshold(ctx context.Context, c hub.Call, req *alertv1.SetThresholdRequest) (*alertv1.SetThresholdResponse, []hub.Moved, error) {
	written, moved, err := s.writeThreshold(ctx, c, req)
	if err != nil {
		return nil, moved, err
	}
	resp := &alertv1.SetThresholdResponse{Result: written.GetResult(), Receipt: written.GetReceipt()}
	// The limit is stored. What is wrong with it beside the others is said at the next look if it cannot be said now.
	if all, err := s.thresholds(ctx, c, req.GetChartId()); err == nil {
		resp.Warnings = s.checkThresholds(all, c, req.GetChartId())
	}
	return resp, moved, nil
}

func (s *Service) writeThreshold(ctx context.Context, c hub.Call, req *alertv1.SetThresholdRequest) (*chartv1.WriteResponse, []hub.Moved, error) {
	write := &chartv1.WriteRequest{
		ChartId: req.GetChartId(), MutationId: req.GetMutationId(), Envelope: req.GetEnvelope(), Reason: req.GetReason(),
		Body: &carev1.Body{Kind: &carev1.Body_AlertThreshold{AlertThreshold: req.GetThreshold()}},
	}
	if (len(req.GetRecordId()) > 0) != (req.GetSeen() != nil) {
		return nil, nil, errSeen
	}
	if len(req.GetRecordId()) == 0 {
		return s.create(ctx, c, write)
	}
	old, err := s.record(ctx, c, req.GetChartId(), "", req.GetRecordId())
	if err != nil {
		return nil, nil, err
	}
	if old.GetRecord().GetBody().GetAlertThreshold() == nil {
		return nil, nil, errNotFound
	}
	write.Operation, write.RecordId, write.Seen = syncv1.Operation_OPERATION_PATCH, req.GetRecordId(), req.GetSeen()
	resp, moved, err := s.Hub.Write(ctx, c, write)
	s.Wake()
	return resp, moved, err
}

// ListThresholds lists the limits of a chart, and what counts where nobody ordered any.
func (s *Service) ListThresholds(ctx context.Context, c hub.Call, req *alertv1.ListThresholdsRequest) (*alertv1.ListThresholdsResponse, error) {
	all, err := s.thresholds(ctx, c, req.GetChartId())
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b *chartv1.TimelineItem) int { return order(a, c.Now) - order(b, c.Now) })
	resp := &alertv1.ListThresholdsResponse{Thresholds: all, Warnings: s.checkThresholds(all, c, req.GetChartId())}
	for _, l := range s.Defaults.For(c.Session.Tenant, req.GetChartId()) {
		resp.Defaults = append(resp.Defaults, &carev1.AlertThreshold{Item: l.Item, Operator: l.Operator, Value: l.Value, Severity: l.Severity})
	}
	return resp, nil
}

// order puts what is in force first.
func order(item *chartv1.TimelineItem, now time.Time) int {
	t := item.GetRecord().GetBody().GetAlertThreshold()
	if !t.GetWithdrawn() && !now.Before(t.GetValidFrom().AsTime()) && now.Before(t.GetValidUntil().AsTime()) {
		return 0
	}
	return 1
}

// thresholds reads every limit that was ever ordered in the chart and stands, latest first.
func (s *Service) thresholds(ctx context.Context, c hub.Call, chart string) ([]*chartv1.TimelineItem, error) {
	var all []*chartv1.TimelineItem
	req := &chartv1.GetTimelineRequest{ChartId: chart, Kinds: []string{"alert_threshold"}, HideRetracted: true, PageSize: 500}
	for range maxTimelinePages {
		page, err := s.Hub.GetTimeline(ctx, c, req)
		if err != nil {
			return nil, err
		}
		all = append(all, page.GetItems()...)
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return all, nil
		}
	}
	return nil, errLongChart
}

// checkThresholds says what does not fit together among the limits of a chart.
func (s *Service) checkThresholds(items []*chartv1.TimelineItem, c hub.Call, chart string) []*alertv1.Warning {
	all := make([]*carev1.AlertThreshold, 0, len(items))
	for _, item := range items {
		all = append(all, item.GetRecord().GetBody().GetAlertThreshold())
	}
	return escalation.CheckThresholds(all, s.Defaults.For(c.Session.Tenant, chart), c.Now)
}
