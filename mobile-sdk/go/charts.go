package sdk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// Chart is a chart on this tablet.
type Chart struct {
	ID string
	// Name of the patient; empty until the first synchronisation brought it.
	Name string
	// Streams that are on this tablet.
	Streams []replica.StreamView
	// Complete: everything is here up to the last synchronisation.
	Complete bool
}

// Charts returns the charts on this tablet, by id.
func (t *Tablet) Charts() ([]Chart, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	streams, err := t.replica.Streams()
	if err != nil {
		return nil, err
	}
	byID := map[string]*Chart{}
	for _, s := range streams {
		id := chartOf(s)
		c := byID[id]
		if c == nil {
			c = &Chart{ID: id, Complete: true}
			byID[id] = c
		}
		c.Streams = append(c.Streams, s)
		c.Complete = c.Complete && s.Complete
	}
	charts := make([]Chart, 0, len(byID))
	for _, c := range byID {
		charts = append(charts, *c)
	}
	slices.SortFunc(charts, func(a, b Chart) int { return cmp.Compare(a.ID, b.ID) })
	return charts, t.store.View(func(r replica.Reader) error {
		for i := range charts {
			known := &chartv1.Chart{}
			value, err := r.Get(chartKey(charts[i].ID))
			if err != nil {
				return err
			}
			if value != nil && proto.Unmarshal(value, known) == nil {
				charts[i].Name = known.GetName()
			}
		}
		return nil
	})
}

func chartKey(id string) []byte { return append([]byte{keyChart}, id...) }

// chartOf is the chart of a stream, as the server says or, before it has, as ids are written: CHART/class.
func chartOf(s replica.StreamView) string {
	if id := s.Info.GetChartId(); id != "" {
		return id
	}
	id, _, _ := strings.Cut(s.ID, "/")
	return id
}

// Chart returns one chart on this tablet.
func (t *Tablet) Chart(id string) (Chart, error) {
	charts, err := t.Charts()
	if err != nil {
		return Chart{}, err
	}
	for _, c := range charts {
		if c.ID == id {
			return c, nil
		}
	}
	return Chart{}, ErrNoChart
}

// Stream returns the chart's stream of a class; of several internal ones the first.
func (c Chart) Stream(class carev1.StreamClass) (string, bool) {
	for _, s := range c.Streams {
		if s.Info.GetStreamClass() == class {
			return s.ID, true
		}
	}
	return "", false
}

// maxChartPages bounds how many pages of charts one synchronisation reads.
const maxChartPages = 20

// refreshNames asks the server for the names of the charts, if there are some that the tablet does not know.
func (t *Tablet) refreshNames(ctx context.Context, token string) error {
	charts, err := t.Charts()
	if err != nil || !slices.ContainsFunc(charts, func(c Chart) bool { return c.Name == "" }) {
		return err
	}
	req := &chartv1.ListChartsRequest{PageSize: 1000}
	for range maxChartPages {
		answer, err := t.charts.ListCharts(ctx, authorised(token, proto.CloneOf(req)))
		if err != nil {
			return remote(err)
		}
		err = t.store.Update(func(tx replica.Tx) error {
			for _, c := range answer.Msg.GetCharts() {
				value, err := proto.Marshal(c)
				if err != nil {
					return err
				}
				if err := tx.Set(chartKey(c.GetId()), value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if req.PageToken = answer.Msg.GetNextPageToken(); req.PageToken == "" {
			return nil
		}
	}
	return nil
}
