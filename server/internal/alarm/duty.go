package alarm

import (
	"crypto/sha256"
	"slices"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// lookAtDuty asks, before a duty begins, whether its person can be reached: a push is sent, and a while later it is judged
// whether it was taken.
func (t *turn) lookAtDuty(key store.ServerKey) error {
	check := &storev1.DutyCheck{}
	found, err := read(t.tx, key, check)
	switch {
	case err != nil || !found || check.GetDoneMs() != 0:
		return err
	case dueOf(check) > t.nowMs():
		return t.tx.PutDue(dueOf(check), key)
	}
	sum := sha256.Sum256([]byte(key.Key))
	beats, taken, judged := 0, false, int64(0)
	err = trail(t.tx, t.tenant, sum[:16], 0, func(_ store.ServerKey, d *storev1.PushDelivery) error {
		beats, judged = beats+1, max(judged, d.GetDeadlineMs())
		taken = taken || hopeful(d.GetState()) && d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_QUEUED
		return nil
	})
	switch {
	case err != nil:
		return err
	case beats == 0:
		return t.beat(key, check, sum[:16])
	case taken:
		return t.judge(key, check, false)
	case judged > t.nowMs():
		return t.tx.PutDue(judged, key)
	}
	return t.judge(key, check, true)
}

// judge writes what came of a heartbeat, for this check and for those that come soon after it.
func (t *turn) judge(key store.ServerKey, check *storev1.DutyCheck, unreachable bool) error {
	last, at, err := t.last(beatOf, check.GetPersonId())
	if err != nil {
		return err
	}
	last.Unreachable = unreachable
	if err := write(t.tx, at, last); err != nil {
		return err
	}
	if unreachable {
		return t.unreachable(key, check)
	}
	return t.checked(key, check)
}

// beat sends the push that asks. Whoever has no target that an app has confirmed lately cannot be reached. Nobody is asked
// twice within beatEvery, however many duties they have: what came of the last time counts.
func (t *turn) beat(key store.ServerKey, check *storev1.DutyCheck, group []byte) error {
	stands, err := t.stands(check)
	if err != nil {
		return err
	}
	if !stands {
		return t.checked(key, check)
	}
	ways, err := t.ways(check.GetPersonId())
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(ways, func(w way) bool { return confirmed(w.target, t.now) }) {
		return t.unreachable(key, check)
	}
	last, at, err := t.last(beatOf, check.GetPersonId())
	if err != nil {
		return err
	}
	switch since := t.nowMs() - last.GetDoneMs(); {
	case since < heartbeatLasts.Milliseconds() && since >= 0:
		return t.tx.PutDue(last.GetDoneMs()+heartbeatLasts.Milliseconds(), key) // it is judged by then
	case since < beatEvery.Milliseconds() && since >= 0 && last.GetUnreachable():
		return t.unreachable(key, check)
	case since < beatEvery.Milliseconds() && since >= 0:
		return t.checked(key, check)
	}
	last.DoneMs, last.Unreachable = t.nowMs(), false
	if err := write(t.tx, at, last); err != nil {
		return err
	}
	err = t.say(check.GetPersonId(), &storev1.PushDelivery{
		Kind: storev1.PushKind_PUSH_KIND_HEARTBEAT, GroupId: group, DeadlineMs: t.now.Add(heartbeatLasts).UnixMilli(),
	}, func(target *storev1.PushTarget) bool { return confirmed(target, t.now) })
	if err != nil {
		return err
	}
	return t.tx.PutDue(t.now.Add(heartbeatLasts).UnixMilli(), key)
}

// confirmed tells whether a target may be relied on. Apps confirm theirs at every start; addresses do not go stale.
func confirmed(target *storev1.PushTarget, now time.Time) bool {
	switch target.GetKind() {
	case alertv1.TargetKind_TARGET_KIND_WEBHOOK, alertv1.TargetKind_TARGET_KIND_MAIL:
		return true
	}
	return target.GetConfirmedMs() >= now.Add(-confirmedWithin).UnixMilli()
}

// stands tells whether the duty is still in its rota, and not long over. A check for a policy has no rota.
func (t *turn) stands(check *storev1.DutyCheck) (bool, error) {
	if t.nowMs() > check.GetDutyMs()+dutyAhead.Milliseconds() {
		return false, nil
	}
	if check.GetRotaId() == "" {
		return true, nil
	}
	rota, err := t.rota(check)
	if err == errRow { // the duty may well stand: its person is asked
		return true, nil
	}
	for _, duty := range rota.GetDuties() {
		if duty.GetPersonId() == check.GetPersonId() && duty.GetFrom().AsTime().UnixMilli() == check.GetDutyMs() {
			return true, err
		}
	}
	return false, err
}

// rota is that of a check; an empty one if there is none any more, and errRow, of which the operator is told, if it cannot be
// read.
func (t *turn) rota(check *storev1.DutyCheck) (*alertv1.Rota, error) {
	rota := &alertv1.Rota{}
	key := store.ServerKey{Tenant: t.tenant, Table: store.TableRota, Key: check.GetOrganisationId() + "/" + check.GetRotaId()}
	_, err := read(t.tx, key, rota)
	if err == errRow {
		t.alarms = append(t.alarms, alarm{code: AlarmDamaged, table: uint32(store.TableRota)})
		return &alertv1.Rota{}, errRow
	}
	return rota, err
}

func (t *turn) checked(key store.ServerKey, check *storev1.DutyCheck) error {
	check.DoneMs = t.nowMs()
	return write(t.tx, key, check)
}

// unreachable tells the operator and those who can do something about it before the duty begins, none of them twice within
// warnEvery: who has just looked at one rota is not told of each of its duties.
func (t *turn) unreachable(key store.ServerKey, check *storev1.DutyCheck) error {
	t.alarm(AlarmUnreachable)
	check.Unreachable = true
	others, err := t.others(check)
	if err != nil {
		return err
	}
	for _, person := range others {
		if fresh, err := t.warnedLately(person); err != nil || fresh {
			if err != nil {
				return err
			}
			continue
		}
		err := t.say(person, &storev1.PushDelivery{
			Kind: storev1.PushKind_PUSH_KIND_UNREACHABLE, Severity: carev1.AlertSeverity_ALERT_SEVERITY_URGENT,
			DeadlineMs: t.now.Add(warningLasts).UnixMilli(),
		}, nil)
		if err != nil {
			return err
		}
	}
	return t.checked(key, check)
}

// others are the people who are told that somebody cannot be reached: those with a duty of the same rota that is not over,
// whoever stands in for it, and those whom the last step of the organisation's policy names.
func (t *turn) others(check *storev1.DutyCheck) (persons []string, err error) {
	p := &people{turn: t}
	seen := map[string]bool{"": true, check.GetPersonId(): true}
	add := func(all ...string) {
		for _, person := range all {
			if !seen[person] && len(persons) < maxWarned {
				seen[person] = true
				persons = append(persons, person)
			}
		}
	}
	if check.GetRotaId() != "" {
		rota, err := t.rota(check)
		if err != nil && err != errRow {
			return nil, err
		}
		add(rota.GetFallbackPersonId())
		for _, duty := range rota.GetDuties() {
			if duty.GetUntil().AsTime().After(t.now) {
				add(duty.GetPersonId())
			}
		}
	}
	policy := &alertv1.Policy{}
	key := store.ServerKey{Tenant: t.tenant, Table: store.TablePolicy, Key: "o/" + check.GetOrganisationId()}
	if _, err := read(t.tx, key, policy); err != nil && err != errRow {
		return nil, err
	}
	if steps := policy.GetCritical().GetSteps(); len(steps) > 0 { // roles are those of a chart, and there is none here
		add(escalation.Persons(steps[len(steps)-1], check.GetOrganisationId(), "", p, t.now)...)
	}
	return persons, p.err
}
