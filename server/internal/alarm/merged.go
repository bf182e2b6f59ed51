package alarm

import (
	"encoding/hex"
	"slices"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// kept is the id of the chart that an id stands for: the directory may have merged it into another one since.
func (d *Dispatcher) kept(tenant, chart string) string {
	if names := d.config.Directory.Names(tenant, chart); len(names) > 0 {
		return names[0]
	}
	return chart
}

// runningUnder returns the group that a chart has under any of its names; nil if none runs. One that began before its chart
// was merged into this one is this chart's from now on.
func (t *turn) runningUnder(chart string) (*group, error) {
	for _, name := range t.d.config.Directory.Names(t.tenant, chart) {
		g, err := t.running(name)
		if err != nil {
			return nil, err
		}
		if g == nil || name == chart {
			if g != nil {
				return g, nil
			}
			continue
		}
		if err := t.runsNoMore(g); err != nil {
			return nil, err
		}
		g.ChartId = chart
		return g, t.tx.PutServerRow(runningKey(t.tenant, chart), []byte(g.key.Key))
	}
	return nil, nil
}

// runsNoMore takes a group off the list of what runs, under whichever name of its chart it stands there.
func (t *turn) runsNoMore(g *group) error {
	for _, name := range t.d.config.Directory.Names(t.tenant, g.GetChartId()) {
		running, err := t.tx.ServerRow(runningKey(t.tenant, name))
		if err != nil {
			return err
		}
		if string(running) != g.key.Key {
			continue
		}
		if err := t.tx.PutServerRow(runningKey(t.tenant, name), []byte{}); err != nil {
			return err
		}
	}
	return nil
}

// elsewhere takes in an answer to alerts that the group of this chart does not have: where charts were merged while both had
// one, or were parted again, a group of another chart has them, and its people are told until it ends. An answer is one to
// alerts of its own stream, whatever chart that is of.
func (w *ward) elsewhere(e event) error {
	left := slices.DeleteFunc(slices.Clone(e.GetAnswers()), func(id []byte) bool {
		return w.group != nil && w.group.has(e.GetStreamId(), id)
	})
	if len(left) == 0 {
		return nil
	}
	others, err := w.groupsOf(e.GetStreamId(), left)
	if err != nil {
		return err
	}
	for _, g := range others {
		if g.ended = escalation.Answer(g.Escalation, left, e.GetPersonId(), w.now); g.ended {
			if err := w.endPushes(g.GetId()); err != nil {
				return err
			}
		}
		if err := w.save(g); err != nil {
			return err
		}
	}
	return nil
}

// groupsOf returns the groups that run and have one of some alerts of a stream, but for the ward's own. They are looked for among all
// that run: that happens only where an alert is not in the group of its chart.
func (w *ward) groupsOf(stream string, alerts [][]byte) (found []*group, err error) {
	seen := 0
	err = w.tx.ServerRows(w.tenant, store.TableRunning, "", func(_ string, running []byte) error {
		if seen++; seen > maxRunning {
			return store.ErrStop
		}
		id, err := hex.DecodeString(string(running))
		if err != nil || len(id) == 0 || w.group != nil && w.group.key.Key == string(running) {
			return nil
		}
		g, err := w.turn.group(id)
		if err == errRow || g == nil || g.GetState() == alertv1.GroupState_GROUP_STATE_ANSWERED {
			return nil // one that cannot be read is told of when it is due
		}
		if err == nil && slices.ContainsFunc(alerts, func(id []byte) bool { return g.has(stream, id) }) {
			found = append(found, g)
		}
		return err
	})
	return found, err
}

// has tells whether an alert of a stream is in a group.
func (g *group) has(stream string, id []byte) bool {
	return slices.ContainsFunc(g.GetAlerts(), func(a *storev1.GroupedAlert) bool {
		return a.GetStreamId() == stream && string(a.GetRecordId()) == string(id)
	})
}
