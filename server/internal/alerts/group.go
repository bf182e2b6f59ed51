package alerts

import (
	"cmp"
	"context"
	"slices"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// maxAlertsShown bounds the alerts of a group that are shown, newest first: the others stand in the timeline.
const maxAlertsShown = 64

// Group reads one group, as far as the caller may read its alerts.
func (s *Service) Group(ctx context.Context, c hub.Call, groupID [16]byte) (*alertv1.AlertGroup, error) {
	if err := s.serving(); err != nil {
		return nil, err
	}
	var e *storev1.Escalation
	err := s.view(ctx, func(r store.Reader) (err error) {
		e, err = row[storev1.Escalation](r, escalationKey(c.Session.Tenant, groupID[:]))
		return err
	})
	if err != nil {
		return nil, err
	}
	may := s.readable(c)[s.kept(c, e.GetChartId())]
	if len(visible(e, may)) == 0 {
		return nil, errNotFound
	}
	return s.groupOf(ctx, c, e, may)
}

// groupOf reads the alerts of a group. An alert in a stream that the caller may not read is left out, and counts for
// nothing here.
func (s *Service) groupOf(ctx context.Context, c hub.Call, e *storev1.Escalation, may streams) (*alertv1.AlertGroup, error) {
	seen, chart := visible(e, may), s.kept(c, e.GetChartId())
	g := &alertv1.AlertGroup{
		Id: e.GetId(), ChartId: chart, State: e.GetState(), Severity: worst(seen), Began: moment(e.GetBeganMs()),
		Step: e.GetSteps(), Round: e.GetRound(), Next: moment(e.GetNextMs()), Told: e.GetTold(),
		AnsweredBy: e.GetAnsweredBy(), Answered: moment(e.GetAnsweredMs()),
	}
	slices.SortStableFunc(seen, func(a, b *storev1.GroupedAlert) int { return cmp.Compare(b.GetRaisedMs(), a.GetRaisedMs()) })
	for _, a := range seen[:min(len(seen), maxAlertsShown)] {
		item, err := s.record(ctx, c, chart, a.GetStreamId(), a.GetRecordId())
		if hub.CodeOf(err) == hub.NotFound && err != nil {
			continue // the right to read it ended just now
		}
		if err != nil {
			return nil, err
		}
		g.Alerts = append(g.Alerts, item)
	}
	return g, nil
}
