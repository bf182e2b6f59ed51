package alarm

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// job is one claimed push, with all that it takes to send it.
type job struct {
	key      store.ServerKey
	fence    uint64
	until    time.Time // of the lease
	person   string
	targetID []byte
	to       push.Target
	message  push.Message
	written  time.Time // zero: the time to it is not counted
}

// order is what a job keeps its turn within: a later push takes the place of an earlier one of the same matter on the same
// device, so the two must not overtake each other.
func (j job) order() string { return string(j.message.Group[:]) + string(j.targetID) }

func (j job) holder() holder { return holder{j.person, j.critical()} }

func (j job) target() holder { return holder{string(j.targetID), j.critical()} }

func (j job) critical() bool {
	return j.message.Severity >= carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL
}

// result is what became of a job.
type result struct {
	job
	outcome push.Outcome
	// rest is how long its channel rests, for one that is broken.
	rest time.Duration
	// untried: it was not sent, and is due again when the channel's rest is over.
	untried bool
}

// sender sends what was claimed, each channel by itself, what is critical first.
type sender struct {
	d       *Dispatcher
	lanes   map[alertv1.TargetKind]*lane
	results chan result
	joined  sync.WaitGroup
	inHand  atomic.Int64

	mu  sync.Mutex
	ctx context.Context // nil: nothing is sent yet, or any more
}

func newSender(d *Dispatcher) *sender {
	s := &sender{d: d, lanes: map[alertv1.TargetKind]*lane{}, results: make(chan result, maxRecorded)}
	for kind, channel := range d.config.Channels {
		if channel != nil {
			s.lanes[kind] = newLane(kind, channel)
		}
	}
	return s
}

func (s *sender) begin(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ctx = ctx
}

// end waits for what is on its way, and gives back what was claimed and not begun.
func (s *sender) end() {
	s.mu.Lock()
	s.ctx = nil
	s.mu.Unlock()
	s.joined.Wait()
	for _, l := range s.lanes {
		for _, j := range l.empty() {
			s.results <- result{job: j, untried: true, outcome: push.Outcome{Verdict: push.Later, Trouble: troubleStopped}}
		}
	}
	close(s.results)
}

// room tells how many pushes more may be claimed.
func (s *sender) room() int { return s.d.config.Limits.InHand - int(s.inHand.Load()) }

// full tells whether so many pushes of a person wait for a channel already that this one is better looked at later.
func (s *sender) full(kind alertv1.TargetKind, d *storev1.PushDelivery) bool {
	l := s.lanes[kind]
	return l != nil && l.full(holder{d.GetPersonId(), d.GetSeverity() >= carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL})
}

// rests returns until when nothing is sent to a target's platform over its channel.
func (s *sender) rests(to *storev1.PushTarget) time.Time {
	if l := s.lanes[to.GetKind()]; l != nil {
		return l.breakers.of(to.GetPlatform()).rests()
	}
	return time.Time{}
}

// offer takes claimed pushes and begins to send them.
func (s *sender) offer(jobs []job) {
	for _, j := range jobs {
		s.inHand.Add(1)
		s.lanes[j.to.Kind].put(j)
	}
	for _, l := range s.lanes {
		s.start(l)
	}
}

// start begins as many sends of a channel as may run.
func (s *sender) start(l *lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.ctx != nil {
		j, ok := l.take(s.d.config.Limits)
		if !ok {
			return
		}
		ctx := s.ctx
		s.joined.Go(func() {
			s.work(ctx, l, j)
			l.free(j)
			s.start(l)
		})
	}
}

// work sends one push. One whose lease would end before the try does is left to whoever takes it then, and one whose
// channel came to rest meanwhile is put back.
func (s *sender) work(ctx context.Context, l *lane, j job) {
	now := s.d.now()
	if now.Add(s.d.config.Limits.Send).After(j.until) {
		s.inHand.Add(-1)
		return
	}
	breaker := l.breakers.of(j.to.Platform)
	if rests := breaker.rests(); rests.After(now) {
		s.results <- result{job: j, untried: true, rest: rests.Sub(now), outcome: push.Outcome{Verdict: push.Later, Trouble: troubleRests}}
		return
	}
	if hook := s.d.config.Hooks.Leaving; hook != nil && !j.written.IsZero() {
		hook(now.Sub(j.written))
	}
	j.message.Sent = now
	outcome := s.try(ctx, l, j)
	if l.strangers.note(j.targetRow(), j.key, outcome) {
		outcome = byCredentials
	}
	if hook := s.d.config.Hooks.Tried; hook != nil {
		hook(l.kind, outcome.Verdict)
	}
	s.results <- result{job: j, outcome: outcome, rest: breaker.note(outcome, s.d.now())}
}

// try is one try. A channel that panics has not sent, or nobody knows: the push is tried again.
func (s *sender) try(ctx context.Context, l *lane, j job) (outcome push.Outcome) {
	ctx, cancel := context.WithTimeout(ctx, s.d.config.Limits.Send)
	defer cancel()
	defer func() {
		if recover() != nil {
			s.d.alarms.raise(alarm{code: AlarmPanic, channel: l.kind.String()})
			outcome = push.Outcome{Verdict: push.Later, Trouble: troublePanic}
		}
	}()
	return l.channel.Send(ctx, j.to, j.message)
}

// Why a push waits that no channel has an answer to.
const (
	troubleRests   = "channel-rests"
	troublePanic   = "panic"
	troubleStopped = "server-stopped"
)
