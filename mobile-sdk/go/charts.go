package sdk

import (
	"cmp"
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
	// OldestMonth, year * 100 + month: older records are on the server only, but for what stands until it is changed,
	// such as orders. 0: everything is here.
	OldestMonth uint32
	// Widening: older months are being fetched.
	Widening bool
}

// Charts returns the charts that the person who uses this tablet may see on it, by id: those that their own last
// synchronisation showed, and those in which something of theirs waits.
func (t *Tablet) Charts() ([]Chart, error) {
	seen, err := t.sight()
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	streams, err := t.replica.Streams()
	if err != nil {
		return nil, err
	}
	byID := map[string]*Chart{}
	for _, s := range streams {
		shown, err := t.seen(seen, s.ID)
		if err != nil {
			return nil, err
		}
		if !shown {
			continue
		}
		id := chartOf(s)
		c := byID[id]
		if c == nil {
			c = &Chart{ID: id, Complete: true}
			byID[id] = c
		}
		c.Streams = append(c.Streams, s)
		c.Complete = c.Complete && s.Complete
		c.hold(s)
	}
	charts := make([]Chart, 0, len(byID))
	for _, c := range byID {
		charts = append(charts, *c)
	}
	slices.SortFunc(charts, func(a, b Chart) int { return cmp.Compare(a.ID, b.ID) })
	return charts, t.name(seen, charts)
}

// seen tells whether a stream holds something for the person. The caller holds the lock.
func (t *Tablet) seen(by sight, stream string) (found bool, err error) {
	if by.reads(stream) || by.person == "" {
		return by.reads(stream), nil
	}
	err = t.replica.Records(stream, func(v replica.View) error {
		if found = by.wrote(v); found {
			return replica.ErrStop
		}
		return nil
	})
	return found, err
}

// name fills in the names of the charts that the person may read; a name is a part of the chart.
func (t *Tablet) name(by sight, charts []Chart) error {
	return t.store.View(func(r replica.Reader) error {
		for i := range charts {
			if !slices.ContainsFunc(charts[i].Streams, func(s replica.StreamView) bool { return by.reads(s.ID) }) {
				continue
			}
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

// usual returns the stream of a chart that entries of a class go to. It is found for those too who may not see what is
// in it, or not yet: in an emergency they write, and the server judges it. Of a chart that the person sees and that has no
// such stream here, the error says so.
func (t *Tablet) usual(chart string, class carev1.StreamClass) (string, error) {
	stream, err := t.streamOf(chart, class)
	if err != nil || stream != "" {
		return stream, err
	}
	if _, err := t.Chart(chart); err != nil {
		return "", err
	}
	return "", ErrNotYours
}

// streamOf returns the tablet's stream of a chart and class; empty if it has none.
func (t *Tablet) streamOf(chart string, class carev1.StreamClass) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	streams, err := t.replica.Streams()
	if err != nil {
		return "", err
	}
	for _, s := range streams {
		if chartOf(s) == chart && s.Info.GetStreamClass() == class {
			return s.ID, nil
		}
	}
	return "", nil
}
