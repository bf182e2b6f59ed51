package alarm

import (
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Why a push ended that no channel refused, for the trail.
const (
	troubleNoTarget = "no-target"
	troubleNewer    = "newer-push"
	troubleAnswered = "answered"
	troubleDeadline = "deadline"
	troubleGone     = "target-gone"
	troubleNoRight  = "no-right"
)

// lasts is how long a push of an alert makes sense.
func lasts(s carev1.AlertSeverity) time.Duration {
	if s >= carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL {
		return criticalLasts
	}
	return urgentLasts
}

// tell puts down the pushes of a group to one person: one for each way to them, or a line of the trail where there is
// none, or they may not read the chart.
func (t *turn) tell(g *group, who escalation.Told, written int64) error {
	draft := &storev1.PushDelivery{
		Kind: storev1.PushKind_PUSH_KIND_ALERT, GroupId: g.GetId(), PersonId: who.Person, Severity: g.GetSeverity(),
		Step: who.Step, Round: who.Round, WrittenMs: written,
		DeadlineMs: t.now.Add(lasts(g.GetSeverity())).UnixMilli(),
	}
	if who.Person != "" && !t.mayRead(g.GetChartId(), who.Person) {
		return t.untold(draft, troubleNoRight)
	}
	ways, err := t.ways(who.Person)
	if err != nil {
		return err
	}
	if len(ways) == 0 {
		return t.untold(draft, troubleNoTarget)
	}
	return t.toEach(draft, ways)
}

// untold is the line of the trail for somebody who is not told.
func (t *turn) untold(draft *storev1.PushDelivery, trouble string) error {
	draft.State, draft.Trouble = alertv1.DeliveryState_DELIVERY_STATE_NO_TARGET, trouble
	return t.put(draft, nil)
}

// mayRead tells whether a person may read a chart now: whoever may not hears of none of its alerts.
func (t *turn) mayRead(chart, person string) bool {
	return (&people{turn: t}).MayRead(chart, person, t.now)
}

// toEach puts down one push for each way. A push of the same matter that waits for its next try gives way to it, and leaves
// it the time of that try: whoever forwards has asked for it.
func (t *turn) toEach(draft *storev1.PushDelivery, ways []way) error {
	waiting := map[string]int64{} // target → not before
	if err := t.giveWay(draft, ways, waiting); err != nil {
		return err
	}
	for i := range ways {
		d := clone(draft)
		d.TargetId = ways[i].target.GetId()
		d.NextMs = max(waiting[string(d.GetTargetId())], t.nowMs())
		if err := t.put(d, &ways[i]); err != nil {
			return err
		}
	}
	return nil
}

// giveWay ends the pushes of the same kind and group that wait for one of the targets.
func (t *turn) giveWay(draft *storev1.PushDelivery, ways []way, waiting map[string]int64) error {
	if len(draft.GetGroupId()) == 0 {
		return nil
	}
	to := map[string]bool{}
	for _, w := range ways {
		to[string(w.target.GetId())] = true
	}
	since := t.now.Add(-max(urgentLasts, answerLasts)).UnixMilli()
	return trail(t.tx, t.tenant, draft.GetGroupId(), since, func(key store.ServerKey, d *storev1.PushDelivery) error {
		if d.GetKind() != draft.GetKind() || !to[string(d.GetTargetId())] || !t.waits(d) {
			return nil
		}
		if d.GetAttempts() > 0 {
			waiting[string(d.GetTargetId())] = d.GetNextMs()
		}
		return t.finish(key, d, alertv1.DeliveryState_DELIVERY_STATE_TOO_LATE, troubleNewer)
	})
}

// waits tells whether a push is to be sent and nobody is sending it.
func (t *turn) waits(d *storev1.PushDelivery) bool {
	return d.GetState() == alertv1.DeliveryState_DELIVERY_STATE_QUEUED && d.GetLease().GetUntilMs() <= t.nowMs()
}

// finish writes the last state of a push.
func (t *turn) finish(key store.ServerKey, d *storev1.PushDelivery, state alertv1.DeliveryState, trouble string) error {
	if err := move(t.tx, key, d.GetNextMs(), 0); err != nil {
		return err
	}
	d.State, d.Trouble, d.NextMs = state, trouble, 0
	release(d)
	return write(t.tx, key, d)
}

// endPushes ends those of a group that was answered, as far as nobody is sending them.
func (t *turn) endPushes(group []byte) error {
	since := t.now.Add(-urgentLasts).UnixMilli()
	return trail(t.tx, t.tenant, group, since, func(key store.ServerKey, d *storev1.PushDelivery) error {
		if d.GetKind() != storev1.PushKind_PUSH_KIND_ALERT || !t.waits(d) {
			return nil
		}
		return t.finish(key, d, alertv1.DeliveryState_DELIVERY_STATE_NOT_NEEDED, troubleAnswered)
	})
}

// put writes a new push, and its mark. One that may be sent now is this process's from the beginning, so that nothing
// but one commit stands between what was written and its push.
func (t *turn) put(d *storev1.PushDelivery, to *way) error {
	id, err := t.d.ids.next(t.now)
	if err != nil {
		return err
	}
	d.Id, d.CreatedMs = id[:], t.nowMs()
	key := deliveryKey(t.tenant, d)
	if to != nil {
		d.State = alertv1.DeliveryState_DELIVERY_STATE_QUEUED
		if rests := t.d.sender.rests(to.target); rests.After(t.now) {
			d.NextMs = max(d.GetNextMs(), rests.UnixMilli())
		}
		t.putAside(d, to.target)
		if d.GetNextMs() <= t.nowMs() {
			t.claim(key, d, to.target)
		}
		if err := move(t.tx, key, 0, d.GetNextMs()); err != nil {
			return err
		}
	}
	return write(t.tx, key, d)
}

// putAside has a push wait for its turn if many of its person do already.
func (t *turn) putAside(d *storev1.PushDelivery, target *storev1.PushTarget) {
	if t.d.sender.full(target.GetKind(), d) {
		d.NextMs = max(d.GetNextMs(), min(t.now.Add(heldPause).UnixMilli(), d.GetDeadlineMs()))
	}
}

// tellTeam tells the nurses of a chart that an answer has come. It is said once and not escalated: the answer itself is on
// their tablets at the next sync.
func (t *turn) tellTeam(chart string, group []byte) error {
	nurses := t.d.config.Directory.Team(t.tenant, chart, carev1.Role_ROLE_NURSE, t.now)
	for _, person := range nurses[:min(len(nurses), maxNurses)] {
		err := t.say(person, &storev1.PushDelivery{
			Kind: storev1.PushKind_PUSH_KIND_ANSWER, GroupId: group, Severity: carev1.AlertSeverity_ALERT_SEVERITY_URGENT,
			DeadlineMs: t.now.Add(answerLasts).UnixMilli(),
		}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// say puts down one push to each way to a person that fits; nil: all fit. Whoever has none is not told.
func (t *turn) say(person string, draft *storev1.PushDelivery, fits func(*storev1.PushTarget) bool) error {
	ways, err := t.ways(person)
	if err != nil {
		return err
	}
	some := ways[:0]
	for _, w := range ways {
		if fits == nil || fits(w.target) {
			some = append(some, w)
		}
	}
	draft.PersonId = person
	return t.toEach(draft, some)
}
