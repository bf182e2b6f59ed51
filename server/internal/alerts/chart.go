package alerts

import (
	"context"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// streams are the streams of one chart that the caller may read.
type streams map[string]bool

// readable returns what the caller may read now, by chart.
func (s *Service) readable(c hub.Call) map[string]streams {
	charts := map[string]streams{}
	for _, ref := range s.Directory.Readable(c.Session.Tenant, c.Session.PersonID, c.Now) {
		chart := ref.Info.GetChartId()
		if charts[chart] == nil {
			charts[chart] = streams{}
		}
		charts[chart][ref.ID] = true
	}
	return charts
}

// kept is the chart that an id stands for: charts that were merged are one, and the ids of the others are further names of
// it. An id that the directory does not have stands for itself.
func (s *Service) kept(c hub.Call, id string) string {
	if chart, known := s.Directory.Chart(c.Session.Tenant, id); known {
		return chart.ID
	}
	return id
}

// charts are the ids of the charts that the caller may read, in order.
func (s *Service) charts(c hub.Call) []string {
	return slices.Sorted(maps.Keys(s.readable(c)))
}

// visible are the alerts of a group in streams that the caller may read, in the order of the group.
func visible(e *storev1.Escalation, may streams) []*storev1.GroupedAlert {
	var seen []*storev1.GroupedAlert
	for _, a := range e.GetAlerts() {
		if may[a.GetStreamId()] {
			seen = append(seen, a)
		}
	}
	return seen
}

func escalationKey(tenant string, id []byte) store.ServerKey {
	return store.ServerKey{Tenant: tenant, Table: store.TableEscalation, Key: hexID(id)}
}

func runningKey(tenant, chart string) store.ServerKey {
	return store.ServerKey{Tenant: tenant, Table: store.TableRunning, Key: chart}
}

// isHexID tells whether a text is an id as keys have it.
func isHexID(text string) bool {
	_, err := hex.DecodeString(text)
	return err == nil && len(text) == len(noGroup) && strings.ToLower(text) == text
}

// record reads the newest version of a record, by the caller's rights; NotFound if there is none that they may read.
func (s *Service) record(ctx context.Context, c hub.Call, chart, stream string, id []byte) (*chartv1.TimelineItem, error) {
	history, err := s.Hub.GetRecordHistory(ctx, c, &chartv1.GetRecordHistoryRequest{ChartId: chart, StreamId: stream, RecordId: id, PageSize: 1})
	if err != nil {
		return nil, err
	}
	if len(history.GetItems()) == 0 {
		return nil, errNotFound
	}
	newest := history.GetItems()[0]
	return &chartv1.TimelineItem{StreamId: stream, Version: newest.GetVersion(), Record: newest.GetRecord()}, nil
}
