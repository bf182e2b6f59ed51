package alarm

import (
	"maps"
	"slices"
	"strings"
	"sync"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// troubleSender is what a channel says of a target that is registered with somebody else. Where its own credentials are those
// of another project, it says so of every target there is.
const troubleSender = "other-sender"

// wholeChannel is of how many targets in a row that has to be said before it is the credentials that are wrong.
const wholeChannel = 2

// strangers are the targets of a channel of which it was said.
type strangers struct {
	mu sync.Mutex
	// since are those since something was last accepted, each with the last of its pushes. While they are one it may be the
	// target; if they are more it is the channel.
	since map[store.ServerKey]store.ServerKey
	// proven are those of which it was said shortly before something else was accepted: they are somebody else's indeed.
	proven map[store.ServerKey]bool
}

// note learns from an outcome, and tells whether it is the channel's credentials that are wrong and not the target.
func (s *strangers) note(target, delivery store.ServerKey, o push.Outcome) (wrong bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case o.Verdict == push.Accepted:
		s.accepted()
	case o.Verdict != push.Aside || o.Trouble != troubleSender || s.proven[target]:
	default:
		if s.since == nil {
			s.since = map[store.ServerKey]store.ServerKey{}
		}
		if _, known := s.since[target]; known || len(s.since) < maxStrangers {
			s.since[target] = delivery
		}
		return len(s.since) >= wholeChannel
	}
	return false
}

// accepted notes that the credentials work.
func (s *strangers) accepted() {
	if len(s.proven)+len(s.since) > maxStrangers || s.proven == nil {
		s.proven = map[store.ServerKey]bool{}
	}
	for target := range s.since {
		s.proven[target] = true
	}
	clear(s.since)
}

// works notes it too.
func (s *strangers) works() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accepted()
}

// wronged are the targets, each with the last of its pushes, of which it was said although the credentials are what is
// wrong.
func (s *strangers) wronged() map[store.ServerKey]store.ServerKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.since) < wholeChannel {
		return nil
	}
	return maps.Clone(s.since)
}

// byCredentials is the outcome of a push that was refused for the credentials of its channel.
var byCredentials = push.Outcome{Verdict: push.Broken, Trouble: troubleSender, Alarm: true}

// targetRow is the row of what a job goes to.
func (j job) targetRow() store.ServerKey { return targetKey(j.key.Tenant, j.person, j.targetID) }

// judged is a result as it is to be read once it is known whether a target was refused for what it is. The results of two
// pushes that were refused together come in any order.
func (t *turn) judged(r result) result {
	if r.outcome.Verdict != push.Aside || r.outcome.Trouble != troubleSender {
		return r
	}
	l := t.d.sender.lanes[r.to.Kind]
	if _, wronged := l.strangers.wronged()[r.targetRow()]; wronged {
		r.outcome, r.rest = byCredentials, max(l.breakers.of(r.to.Platform).rests().Sub(t.now), 0)
	}
	return r
}

// bringBack makes live again what was put aside before it was known that the channel's credentials are wrong, and has its
// push wait like the others.
func (t *turn) bringBack(r result) error {
	if r.outcome.Verdict != push.Broken || r.outcome.Trouble != troubleSender {
		return nil
	}
	wronged := t.d.sender.lanes[r.to.Kind].strangers.wronged()
	keys := slices.SortedFunc(maps.Keys(wronged), func(a, b store.ServerKey) int { return strings.Compare(a.Key, b.Key) })
	for _, key := range keys {
		target := &storev1.PushTarget{}
		found, err := read(t.tx, key, target)
		if err == errRow || err == nil && (!found || target.GetState() != alertv1.TargetState_TARGET_STATE_ASIDE || target.GetTrouble() != troubleSender) {
			continue
		}
		if err != nil {
			return err
		}
		target.State, target.StateMs, target.Trouble = alertv1.TargetState_TARGET_STATE_LIVE, t.nowMs(), ""
		if err := write(t.tx, key, target); err != nil {
			return err
		}
		if err := t.queueAgain(wronged[key], r); err != nil {
			return err
		}
	}
	return nil
}

// queueAgain has a push wait that had ended by being refused.
func (t *turn) queueAgain(key store.ServerKey, r result) error {
	d := &storev1.PushDelivery{}
	found, err := read(t.tx, key, d)
	if err == errRow || err == nil && (!found || d.GetTrouble() != troubleSender || d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_REFUSED) {
		return nil
	}
	if err != nil {
		return err
	}
	d.State, d.NextMs = alertv1.DeliveryState_DELIVERY_STATE_QUEUED, t.now.Add(r.rest).UnixMilli()
	if err := t.tx.PutDue(d.GetNextMs(), key); err != nil {
		return err
	}
	return write(t.tx, key, d)
}
