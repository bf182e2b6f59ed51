package sdk

import (
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// matters are the records of a chart that are about alerts, newest first.
type matters struct {
	chart                                   Chart
	alerts, answers, instructions, receipts []Item
}

var mattersKinds = []string{"alert", "alert_response", "temporary_instruction", "instruction_receipt"}

// matters reads what the person may see of a chart.
func (t *Tablet) matters(chart Chart) (matters, error) {
	items, err := t.Timeline(chart.ID, Filter{Kinds: mattersKinds})
	m := matters{chart: chart}
	for _, i := range items {
		switch i.Kind {
		case "alert":
			m.alerts = append(m.alerts, i)
		case "alert_response":
			m.answers = append(m.answers, i)
		case "temporary_instruction":
			m.instructions = append(m.instructions, i)
		case "instruction_receipt":
			m.receipts = append(m.receipts, i)
		}
	}
	return m, err
}

// mattersOf reads one chart, or, without one, all that the person may see on this tablet.
func (t *Tablet) mattersOf(chart string) ([]matters, error) {
	charts, err := t.Charts()
	if err != nil {
		return nil, err
	}
	if chart != "" {
		charts = slices.DeleteFunc(charts, func(c Chart) bool { return c.ID != chart })
		if len(charts) == 0 {
			return nil, ErrNoChart
		}
	}
	var all []matters
	for _, c := range charts {
		m, err := t.matters(c)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// counts tells whether what a record says is so: it was not taken back, and the server did not refuse it or put it aside.
func counts(i Item) bool { return !i.Retracted && !i.Erased && i.State >= replica.Conflict }

// locate finds a record of a kind in a chart.
func (t *Tablet) locate(chart, kind string, id replica.ID) (Item, error) {
	c, err := t.Chart(chart)
	if err != nil {
		return Item{}, err
	}
	for _, s := range c.Streams {
		switch i, err := t.Record(s.ID, id); {
		case err == ErrNoRecord:
			continue
		case err != nil:
			return Item{}, err
		case i.Kind != kind:
			return Item{}, ErrNoRecord
		default:
			return i, nil
		}
	}
	return Item{}, ErrNoRecord
}
