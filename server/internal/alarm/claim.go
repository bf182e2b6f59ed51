package alarm

import (
	"time"

	"google.golang.org/protobuf/proto"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

func clone(d *storev1.PushDelivery) *storev1.PushDelivery { return proto.CloneOf(d) }

// release takes the lease off a push. The count of claims stays, so that a result of an older one never fits.
func release(d *storev1.PushDelivery) {
	d.Lease = &storev1.Lease{Fence: d.GetLease().GetFence()}
}

// claim makes a push this process's for a while, and a job of it. Its mark is to stand at NextMs, when the lease is over:
// if the process dies somebody else takes it from there.
func (t *turn) claim(key store.ServerKey, d *storev1.PushDelivery, target *storev1.PushTarget) {
	until := t.now.Add(t.d.config.Limits.Lease)
	d.Lease = &storev1.Lease{Owner: t.d.config.Owner, UntilMs: until.UnixMilli(), Fence: d.GetLease().GetFence() + 1}
	d.NextMs = until.UnixMilli()
	t.jobs = append(t.jobs, jobOf(key, d, target, until))
}

// jobOf is a claimed push, ready to be sent.
func jobOf(key store.ServerKey, d *storev1.PushDelivery, target *storev1.PushTarget, until time.Time) job {
	j := job{
		key: key, fence: d.GetLease().GetFence(), until: until, person: d.GetPersonId(), targetID: d.GetTargetId(),
		to: push.Target{
			Kind: target.GetKind(), Value: target.GetValue(), Platform: target.GetPlatform(),
			Language: target.GetLanguage(), SigningKey: target.GetSigningKey(),
		},
		message: push.Message{
			Kind: d.GetKind(), Severity: d.GetSeverity(), Deadline: time.UnixMilli(d.GetDeadlineMs()),
		},
	}
	copy(j.message.Delivery[:], d.GetId())
	copy(j.message.Group[:], d.GetGroupId())
	if len(d.GetGroupId()) == 0 {
		j.message.Group = j.message.Delivery // it collapses with itself only
	}
	if d.GetWrittenMs() != 0 && d.GetAttempts() == 0 {
		j.written = time.UnixMilli(d.GetWrittenMs())
	}
	return j
}

// lookAtPush does what is due of a push: it is claimed, waits on, or has come to its end.
func (t *turn) lookAtPush(key store.ServerKey) error {
	d := &storev1.PushDelivery{}
	found, err := read(t.tx, key, d)
	if err != nil || !found || d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_QUEUED {
		return err
	}
	answered, told, err := t.matter(d)
	switch {
	case err != nil:
		return err
	case d.GetNextMs() > t.nowMs():
		return t.tx.PutDue(d.GetNextMs(), key) // the mark was older than the row
	case d.GetShownMs() != 0:
		return t.finish(key, d, alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED, "") // it got there, and nobody was told
	case answered:
		return t.finish(key, d, alertv1.DeliveryState_DELIVERY_STATE_NOT_NEEDED, troubleAnswered)
	case d.GetDeadlineMs() <= t.nowMs():
		return t.lost(key, d, alertv1.DeliveryState_DELIVERY_STATE_TOO_LATE, troubleDeadline)
	case !told:
		d.TargetId = nil
		return t.lost(key, d, alertv1.DeliveryState_DELIVERY_STATE_NO_TARGET, troubleNoRight)
	}
	return t.tryAgain(key, d)
}

// tryAgain claims a push whose time has come, if its target is still there and its channel does not rest.
func (t *turn) tryAgain(key store.ServerKey, d *storev1.PushDelivery) error {
	target := &storev1.PushTarget{}
	found, err := read(t.tx, targetKey(t.tenant, d.GetPersonId(), d.GetTargetId()), target)
	if err != nil && err != errRow {
		return err
	}
	if !found || target.GetState() != alertv1.TargetState_TARGET_STATE_LIVE || t.d.config.Channels[target.GetKind()] == nil {
		return t.lost(key, d, alertv1.DeliveryState_DELIVERY_STATE_DEAD, troubleGone)
	}
	if rests := t.d.sender.rests(target); rests.After(t.now) {
		release(d)
		d.NextMs = min(rests.UnixMilli(), d.GetDeadlineMs())
	} else if t.putAside(d, target); d.GetNextMs() <= t.nowMs() {
		t.claim(key, d, target)
	} else {
		release(d)
	}
	if err := move(t.tx, key, 0, d.GetNextMs()); err != nil {
		return err
	}
	return write(t.tx, key, d)
}

// matter tells of a push of alerts whether they were answered, and whether its person may still be told of them. Of any
// other push its person may be told as long as the directory has them.
func (t *turn) matter(d *storev1.PushDelivery) (answered, told bool, err error) {
	if d.GetKind() != storev1.PushKind_PUSH_KIND_ALERT {
		_, told = t.d.config.Directory.Person(t.tenant, d.GetPersonId())
		return false, told, nil
	}
	g, err := t.group(d.GetGroupId())
	switch {
	case err == errRow: // better told once too often
		return false, true, nil
	case err != nil || g == nil:
		return false, true, err
	}
	return g.GetState() == alertv1.GroupState_GROUP_STATE_ANSWERED, t.mayRead(g.GetChartId(), d.GetPersonId()), nil
}

// lost ends a push that got nowhere. If nobody of its step was reached, and nobody is being tried, the next step is taken
// now.
func (t *turn) lost(key store.ServerKey, d *storev1.PushDelivery, state alertv1.DeliveryState, trouble string) error {
	if err := t.finish(key, d, state, trouble); err != nil {
		return err
	}
	if d.GetKind() != storev1.PushKind_PUSH_KIND_ALERT || d.GetStep() == 0 {
		return nil
	}
	if state == alertv1.DeliveryState_DELIVERY_STATE_TOO_LATE {
		t.alarm(AlarmTooLate)
	}
	left := false
	since := t.now.Add(-urgentLasts - time.Minute).UnixMilli()
	err := trail(t.tx, t.tenant, d.GetGroupId(), since, func(_ store.ServerKey, other *storev1.PushDelivery) error {
		if other.GetStep() == d.GetStep() && other.GetRound() == d.GetRound() && hopeful(other.GetState()) {
			left = true
			return store.ErrStop
		}
		return nil
	})
	if err != nil || left {
		return err
	}
	return t.hasten(d.GetGroupId(), d.GetStep(), d.GetRound())
}

// hopeful tells whether a push got somewhere, or still may.
func hopeful(s alertv1.DeliveryState) bool {
	switch s {
	case alertv1.DeliveryState_DELIVERY_STATE_QUEUED, alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED,
		alertv1.DeliveryState_DELIVERY_STATE_SHOWN, alertv1.DeliveryState_DELIVERY_STATE_OPENED:
		return true
	}
	return false
}
