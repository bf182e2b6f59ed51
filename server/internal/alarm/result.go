package alarm

import (
	"context"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// record writes what became of the pushes, many in one commit, until there are no more. A store that refuses is asked
// again: a result that is never written costs the same push once more.
func (d *Dispatcher) record(ctx context.Context) {
	for first := range d.sender.results {
		all := d.gather(first)
		for failures := 0; len(all) > 0; {
			left := d.write(ctx, all)
			done := len(all) - len(left)
			d.sender.inHand.Add(int64(-done))
			if all = left; len(all) == 0 {
				break
			}
			failures++
			if ctx.Err() != nil && failures > 1 || failures > maxTries {
				d.sender.inHand.Add(int64(-len(all)))
				break
			}
			pause(context.WithoutCancel(ctx), doubled(firstPause, lastPause, failures))
		}
		d.Wake() // there may be room again
	}
}

// maxTries bounds how often the same results are offered to the store: longer than any lease, after which their pushes
// are claimed anew.
const maxTries = 10

// gather takes the results that are there already.
func (d *Dispatcher) gather(first result) []result {
	all := []result{first}
	for len(all) < maxRecorded {
		select {
		case r, ok := <-d.sender.results:
			if !ok {
				return all
			}
			all = append(all, r)
		default:
			return all
		}
	}
	return all
}

// write returns the results that could not be written.
func (d *Dispatcher) write(ctx context.Context, all []result) (left []result) {
	tasks := make([]*task, len(all))
	closures := make([]func(store.Tx) error, len(all))
	for i, r := range all {
		tasks[i] = &task{tenant: r.key.Tenant, table: store.TableDelivery, run: func(t *turn) error { return t.outcome(r) }}
		closures[i] = d.closure(tasks[i])
	}
	errs := d.config.Store.Update(context.WithoutCancel(ctx), closures...)
	for i, err := range errs {
		if err != nil {
			left = append(left, all[i])
			continue
		}
		d.committed(tasks[i].did)
	}
	if len(left) > 0 {
		d.alarms.raise(alarm{code: AlarmStore})
	}
	return left
}

// outcome writes what became of a push, if it is still this process's.
func (t *turn) outcome(r result) error {
	d := &storev1.PushDelivery{}
	found, err := read(t.tx, r.key, d)
	if err != nil || !found {
		return err
	}
	if lease := d.GetLease(); lease.GetOwner() != t.d.config.Owner || lease.GetFence() != r.fence {
		return nil // somebody else has it by now, and what they find out counts
	}
	if !r.untried {
		d.Attempts++
	}
	r = t.judged(r)
	t.tellOperator(r)
	if err := t.markTarget(r); err != nil {
		return err
	}
	if err := t.bringBack(r); err != nil {
		return err
	}
	switch r.outcome.Verdict {
	case push.Accepted:
		d.AcceptedMs, d.ProviderId = t.nowMs(), r.outcome.ID
		return t.finish(r.key, d, alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED, "")
	case push.Dead:
		return t.lost(r.key, d, alertv1.DeliveryState_DELIVERY_STATE_DEAD, r.outcome.Trouble)
	case push.Aside, push.Refused:
		return t.lost(r.key, d, alertv1.DeliveryState_DELIVERY_STATE_REFUSED, r.outcome.Trouble)
	}
	return t.putOff(r, d)
}

// putOff has a push tried again, not before whoever forwards asked for, and not after it makes sense.
func (t *turn) putOff(r result, d *storev1.PushDelivery) error {
	switch answered, _, err := t.matter(d); {
	case err != nil:
		return err
	case d.GetShownMs() != 0: // nobody knew whether it got there, and the app says that it did
		return t.finish(r.key, d, alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED, "")
	case answered:
		return t.finish(r.key, d, alertv1.DeliveryState_DELIVERY_STATE_NOT_NEEDED, troubleAnswered)
	case d.GetDeadlineMs() <= t.nowMs():
		return t.lost(r.key, d, alertv1.DeliveryState_DELIVERY_STATE_TOO_LATE, r.outcome.Trouble)
	}
	at := t.now.Add(r.rest)
	if r.rest == 0 && !r.untried {
		at = t.now.Add(t.backOff(r, d))
	}
	was := d.GetNextMs()
	release(d)
	d.Trouble, d.NextMs = r.outcome.Trouble, min(at.UnixMilli(), d.GetDeadlineMs())
	if err := move(t.tx, r.key, was, d.GetNextMs()); err != nil {
		return err
	}
	return write(t.tx, r.key, d)
}

// backOff is the wait before the next try: what whoever forwards asked for, or our own; it doubles with each try, with a part
// by chance so that many do not come back together.
func (t *turn) backOff(r result, d *storev1.PushDelivery) time.Duration {
	first := r.outcome.After
	if first <= 0 {
		first = firstRetry
	}
	wait := max(doubled(first, lastRetry, int(d.GetAttempts())), r.outcome.After)
	return wait + t.d.ids.chance(wait/4)
}

// markTarget writes that a target is gone, or is put aside. One that an app has confirmed after the push was claimed stays.
func (t *turn) markTarget(r result) error {
	state := alertv1.TargetState_TARGET_STATE_UNSPECIFIED
	switch r.outcome.Verdict {
	case push.Dead:
		state = alertv1.TargetState_TARGET_STATE_DEAD
	case push.Aside:
		state = alertv1.TargetState_TARGET_STATE_ASIDE
	default:
		return nil
	}
	key, target := targetKey(t.tenant, r.person, r.targetID), &storev1.PushTarget{}
	found, err := read(t.tx, key, target)
	if err == errRow {
		return nil
	}
	claimed := r.until.Add(-t.d.config.Limits.Lease).UnixMilli()
	if err != nil || !found || target.GetState() != alertv1.TargetState_TARGET_STATE_LIVE || target.GetConfirmedMs() > claimed {
		return err
	}
	target.State, target.StateMs, target.Trouble = state, t.nowMs(), r.outcome.Trouble
	return write(t.tx, key, target)
}

// tellOperator raises what an outcome asks an operator to do.
func (t *turn) tellOperator(r result) {
	codes := map[push.Verdict]string{push.Aside: AlarmAside, push.Broken: AlarmBroken, push.Refused: AlarmRefused, push.Later: AlarmProvider}
	code := codes[r.outcome.Verdict]
	if code == "" || r.outcome.Verdict == push.Later && !r.outcome.Alarm {
		return
	}
	t.alarms = append(t.alarms, alarm{code: code, channel: r.to.Kind.String(), trouble: r.outcome.Trouble})
}
