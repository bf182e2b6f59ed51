package alarm

import (
	"encoding/hex"
	"slices"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// group is an escalation in the hands of a turn.
type group struct {
	*storev1.Escalation
	key store.ServerKey
	// next is what its mark in the store says.
	next int64
	// ended: a person's answer ended it in this turn.
	ended bool
}

// group reads an escalation; nil if there is none.
func (t *turn) group(id []byte) (*group, error) {
	g := &group{Escalation: &storev1.Escalation{}, key: escalationKey(t.tenant, id)}
	found, err := read(t.tx, g.key, g.Escalation)
	if err != nil || !found {
		return nil, err
	}
	g.next = g.GetNextMs()
	return g, nil
}

// running returns the group of a chart that runs or waits for its digest; nil if there is none. One that cannot be read
// counts as none, so that the next alert begins another: the operator is told.
func (t *turn) running(chart string) (*group, error) {
	id, err := t.tx.ServerRow(runningKey(t.tenant, chart))
	if err != nil || len(id) == 0 {
		return nil, err
	}
	raw, err := hex.DecodeString(string(id))
	if err == nil {
		var g *group
		if g, err = t.group(raw); err == nil && g != nil {
			if g.GetState() == alertv1.GroupState_GROUP_STATE_ANSWERED {
				return nil, nil
			}
			return g, nil
		} else if err != nil && err != errRow {
			return nil, err
		}
	}
	t.alarms = append(t.alarms, alarm{code: AlarmDamaged, table: uint32(store.TableEscalation)})
	return nil, nil
}

// begin makes the group of an alert that no group of its chart can take.
func (t *turn) begin(chart string, a *storev1.GroupedAlert) (*group, error) {
	p, builtIn, err := t.policy(chart)
	if err != nil {
		return nil, err
	}
	id, err := t.d.ids.next(t.now)
	if err != nil {
		return nil, err
	}
	g := &group{Escalation: escalation.Begin(id, chart, p, builtIn, a, t.now), key: escalationKey(t.tenant, id[:])}
	return g, t.tx.PutServerRow(runningKey(t.tenant, chart), []byte(hex.EncodeToString(id[:])))
}

// save writes a group, when it is looked at next, and that it runs no more if it ended.
func (t *turn) save(g *group) error {
	if err := move(t.tx, g.key, g.next, g.GetNextMs()); err != nil {
		return err
	}
	if g.ended {
		if err := t.runsNoMore(g); err != nil {
			return err
		}
	}
	t.notify(g)
	return write(t.tx, g.key, g.Escalation)
}

// notify has those who watch look at a group again.
func (t *turn) notify(g *group) {
	if id := g.GetId(); len(id) == 16 {
		t.changed = append(t.changed, changedGroup{t.d.kept(t.tenant, g.GetChartId()), [16]byte(id)})
	}
}

// advance does what is due of a group, and puts down the pushes that come of it. written is when the oldest alert was
// written that this is the first word of; 0: there is none.
func (t *turn) advance(g *group, written int64) error {
	p := &people{turn: t}
	told, alarmed := escalation.Advance(g.Escalation, p, t.now)
	if p.err != nil {
		return p.err
	}
	if alarmed {
		t.alarms = append(t.alarms, alarm{code: AlarmUnanswered, group: g.key.Key})
	}
	if len(told) > 0 && !slices.ContainsFunc(told, func(w escalation.Told) bool { return w.Reachable }) {
		t.alarms = append(t.alarms, alarm{code: AlarmNobody, group: g.key.Key})
	}
	for _, who := range told {
		if err := t.tell(g, who, written); err != nil {
			return err
		}
	}
	return nil
}

// hasten has the next step taken at once, if the given one is the last that was taken and people are still being told.
func (t *turn) hasten(id []byte, step, round uint32) error {
	g, err := t.group(id)
	if err == errRow {
		t.alarms = append(t.alarms, alarm{code: AlarmDamaged, table: uint32(store.TableEscalation)})
		return nil
	}
	if err != nil || g == nil || g.GetState() != alertv1.GroupState_GROUP_STATE_RUNNING || g.GetSteps() != step || g.GetRound() != round {
		return err
	}
	g.StepMs = t.nowMs() - gapAfter(g.Escalation, int(step))
	if err := t.advance(g, 0); err != nil {
		return err
	}
	return t.save(g)
}

// gapAfter is how long after a step the next one is due, in milliseconds, as the group's policy has it.
func gapAfter(e *storev1.Escalation, step int) int64 {
	plan := e.GetPolicy().GetUrgent()
	if e.GetSeverity() >= carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL {
		plan = e.GetPolicy().GetCritical()
	}
	minutes := plan.GetWaitMinutes()
	if step < len(plan.GetSteps()) {
		before, after := plan.GetSteps()[step-1].GetAfterMinutes(), plan.GetSteps()[step].GetAfterMinutes()
		minutes = max(after, before) - before
	} else if minutes == 0 {
		minutes = 30 // as Plan.wait_minutes says
	}
	return int64(minutes) * 60_000
}
