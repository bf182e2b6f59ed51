package alerts

import (
	"context"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
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

// checkAlerts sees that ids are those of alerts of a chart that the caller may read. What an erased record was cannot be
// told any more; its escalation has to end all the same.
func (s *Service) checkAlerts(ctx context.Context, c hub.Call, chart string, ids [][]byte) error {
	for _, id := range ids {
		item, err := s.record(ctx, c, chart, "", id)
		if err != nil {
			return err
		}
		erased := item.GetRecord().GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED
		if _, alert := item.GetRecord().GetBody().GetKind().(*carev1.Body_Alert); !alert && !erased {
			return errNotFound
		}
	}
	return nil
}
