package main

import (
	"maps"
	"slices"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/synthetic"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// chart is what the rules see of somebody's care.
type chart struct {
	standing []rules.Seen
	recent   []rules.Seen // oldest first
	seq      uint64
}

// raised is one alert, when it was raised.
type raised struct {
	chart string
	at    time.Time
	alert *carev1.ClinicalAlert
}

// player plays a world as a server would see it: each write when it was written, and the clock every hour.
type player struct {
	start  time.Time
	tick   time.Time
	charts map[string]*chart
	raised []raised
	sets   []string // the chart of each set of vital signs
}

// settled is from when on what did not happen is looked for: the habits of a chart must be known first.
const settled = 7 * 24 * time.Hour

func (p *player) play(w synthetic.Write) {
	p.until(w.At)
	c := p.charts[w.Chart]
	if c == nil {
		c = &chart{}
		p.charts[w.Chart] = c
	}
	seen, ok := c.take(w)
	if !ok {
		return
	}
	if seen.Record.GetBody().GetVitalSigns() != nil && w.At.After(p.start) {
		p.sets = append(p.sets, w.Chart)
	}
	if rules.Concerns(seen.Record.GetBody()) {
		v := c.view(w.At)
		p.raise(w.Chart, c, v, rules.Cause{MutationID: w.ID[:], Received: w.At}, rules.Judge(v, seen), w.At)
	}
}

// until lets the hours pass.
func (p *player) until(at time.Time) {
	if p.tick.IsZero() {
		p.tick = p.start.Add(settled)
	}
	for ; p.tick.Before(at); p.tick = p.tick.Add(time.Hour) {
		for _, id := range slices.Sorted(maps.Keys(p.charts)) {
			v := p.charts[id].view(p.tick)
			cause := rules.Cause{MutationID: []byte(p.tick.Format(time.RFC3339)), Received: p.tick}
			p.raise(id, p.charts[id], v, cause, rules.Missing(v, p.tick), p.tick)
		}
	}
}

func (p *player) raise(id string, c *chart, v *rules.View, cause rules.Cause, found []rules.Finding, at time.Time) {
	for _, r := range rules.Raise(v, cause, found) {
		c.lay(rules.Seen{Record: r})
		if at.After(p.start) { // what stood in the charts before is no news
			p.raised = append(p.raised, raised{id, at, r.GetBody().GetAlert()})
		}
	}
}

// take lays a write down and returns the record as it is then; false for what the rules do not see.
func (c *chart) take(w synthetic.Write) (rules.Seen, bool) {
	c.seq++
	kind, ok := care.KindOf(w.Record.GetBody())
	if !ok || w.Operation == syncv1.Operation_OPERATION_RETRACT {
		return rules.Seen{}, false
	}
	s := rules.Seen{Record: w.Record, Seq: c.seq}
	if kind.Section == carev1.SectionPolicy_SECTION_POLICY_MONTH {
		c.lay(s)
		return s, true
	}
	at := slices.IndexFunc(c.standing, func(o rules.Seen) bool { return string(o.Record.GetId()) == string(w.RecordID[:]) })
	switch {
	case at < 0:
		c.standing = append(c.standing, s)
		return s, true
	case len(w.Groups) == 0:
		s.Record.Id = c.standing[at].Record.GetId()
	default:
		s.Record = c.standing[at].Record
		for _, g := range w.Groups {
			care.CopyGroup(s.Record.GetBody(), w.Record.GetBody(), g)
		}
	}
	c.standing[at] = s
	return s, true
}

// lay puts a record of a month in its place, over an older version of it.
func (c *chart) lay(s rules.Seen) {
	id := string(s.Record.GetId())
	c.recent = slices.DeleteFunc(c.recent, func(o rules.Seen) bool { return string(o.Record.GetId()) == id })
	at, _ := slices.BinarySearchFunc(c.recent, s, func(o, s rules.Seen) int {
		if effective(o).After(effective(s)) {
			return 1
		}
		return -1
	})
	c.recent = slices.Insert(c.recent, at, s)
}

func effective(s rules.Seen) time.Time { return s.Record.GetEnvelope().GetEffective().AsTime() }

// view is the chart as a rule sees it.
func (c *chart) view(now time.Time) *rules.View {
	from := now.Add(-rules.Lookback)
	keep := slices.IndexFunc(c.recent, func(s rules.Seen) bool { return !effective(s).Before(from) })
	if keep > 0 {
		c.recent = c.recent[keep:]
	}
	v := &rules.View{Zone: tokyo, Standing: c.standing, Recent: slices.Clone(c.recent), From: from, Seq: c.seq, Defaults: rules.Defaults()}
	slices.Reverse(v.Recent)
	return v
}

// atWorst is how long after its worst hour a course still counts as told: whoever comes to measure comes then.
const atWorst = 2 * time.Hour

// caught is how many hours before its worst a course was told of as urgent or critical.
func (p *player) caught(c synthetic.Course) (hours float64, caught bool) {
	for _, a := range p.raised {
		if a.chart == c.Chart && a.alert.GetSeverity() >= rules.Urgent && !a.at.Before(c.Onset) && a.at.Before(c.Worst.Add(atWorst)) {
			return c.Worst.Sub(a.at).Hours(), true
		}
	}
	return 0, false
}
