package escalation

import (
	"slices"
	"time"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// Told is one person who is to be told.
type Told struct {
	// Person is their id; empty where a step names nobody, as when nobody is on duty.
	Person string
	// Step, from 1, and Round, from 1, are what they are told for. A step that is repeated keeps its numbers.
	Step, Round uint32
	// Reachable tells whether they may read the chart and have any way to be reached. Who does not is here for the trail
	// alone.
	Reachable bool
}

// Advance does everything that is due at now, and sets when the next thing is (NextMs, always later than now; 0 for a
// group that has ended or waits for the digest). It returns who is to be told, each person once, in the order of the
// steps. A second call at the same now does nothing. It may be called too early, and too late: steps that were missed
// are all taken at once, each person is told once, and what comes next is counted from now. A clock that was set back
// costs at most the wait that was under way.
//
// The second result says that the operator is to be told, as nobody answers or nobody can be reached. It is true once for
// a group, or once more after it became worse.
func Advance(e *storev1.Escalation, people People, now time.Time) (told []Told, alarm bool) {
	if e.GetState() != running && e.GetState() != unanswered {
		e.NextMs = 0
		return nil, false
	}
	r := &run{Escalation: e, schedule: scheduleOf(e.GetPolicy(), e.GetSeverity()), people: people, at: now, now: now.UnixMilli()}
	r.clockWasSetBack()
	if end, holds := r.quiet.end(now); holds {
		e.NextMs = end.UnixMilli()
		return nil, false
	}
	r.regroup()
	alarm = r.takeSteps()
	r.again()
	r.handOver()
	e.NextMs = r.next()
	return r.told, alarm
}

// run is one call of Advance.
type run struct {
	*storev1.Escalation
	schedule
	people People
	at     time.Time
	now    int64 // at, in milliseconds since 1970 UTC
	told   []Told
}

// clockWasSetBack moves what lies ahead of the clock, and cannot have happened, to now.
func (r *run) clockWasSetBack() {
	r.RoundMs, r.StepMs, r.ToldMs = min(r.RoundMs, r.now), min(r.StepMs, r.now), min(r.ToldMs, r.now)
	r.RegroupMs = min(r.RegroupMs, r.now+regroup.Milliseconds())
}

// regroup tells those who were told before of a critical alert that joined.
func (r *run) regroup() {
	if r.RegroupMs == 0 || r.RegroupMs > r.now {
		return
	}
	r.RegroupMs = 0
	for i := range r.reach(r.Escalation) {
		r.tell(i)
	}
}

// takeSteps takes the steps that are due, of one round at most. It walks through the time that was missed, and what
// comes next is counted from now. It tells whether the operator has to know.
func (r *run) takeSteps() (alarm bool) {
	if r.State == unanswered {
		if r.due(r.Escalation) <= r.now {
			r.repeat()
		}
		return false
	}
	if r.roundIsOver() && r.due(r.Escalation) <= r.now {
		if r.Round > r.loops {
			r.repeat()
			return r.giveUp()
		}
		r.Round, r.Steps, r.RoundMs, r.StepMs = r.Round+1, 0, r.due(r.Escalation), 0
	}
	before, reached, due := r.Steps, r.Steps > 0, r.due(r.Escalation)
	for !r.roundIsOver() && due <= r.now {
		r.Steps, r.StepMs = r.Steps+1, due
		if r.tell(int(r.Steps) - 1) {
			reached, due = true, r.due(r.Escalation)
		} // else nobody heard of it: the next one at once
	}
	if r.Steps == before {
		return false
	}
	r.StepMs = r.now
	return r.roundIsOver() && !reached && r.giveUp()
}

func (r *run) roundIsOver() bool { return int(r.Steps) >= len(r.steps) }

// giveUp notes that everybody was told, or nobody can be. It goes on all the same.
func (r *run) giveUp() bool {
	r.State, r.UnansweredMs = unanswered, r.now
	return true
}

// repeat takes the last step again, and if that reaches nobody the ones before it until one does.
func (r *run) repeat() {
	r.StepMs = r.now
	for i := len(r.steps) - 1; i >= 0; i-- {
		if r.tell(i) {
			return
		}
	}
}

// again tells those of the step that was taken last once more, if the plan says so.
func (r *run) again() {
	if at := r.againAt(); at != 0 && at <= r.now {
		r.tell(int(r.Steps) - 1)
	}
}

// againAt is when that is; 0: not.
func (r *run) againAt() int64 {
	if r.State != running || r.Steps == 0 {
		return 0
	}
	after := r.steps[min(int(r.Steps), len(r.steps))-1].GetAgainMinutes()
	if after == 0 {
		return 0
	}
	return r.quiet.putOff(max(r.StepMs, r.ToldMs) + int64(after)*minute)
}

// handOver tells whoever has come on duty, by the rotas of the steps that were taken, since people were last told.
func (r *run) handOver() {
	onDuty, _ := r.duties()
	before := r.OnDuty
	r.OnDuty = nil
	for _, d := range onDuty {
		if !slices.Contains(before, d.person) {
			r.tellPerson(d.person, d.step)
		}
		r.OnDuty = append(r.OnDuty, d.person)
	}
}

// next returns when something is due next: a step, the same people again, or another person on duty.
func (r *run) next() int64 {
	next := r.due(r.Escalation)
	_, change := r.duties()
	for _, at := range []int64{r.againAt(), r.RegroupMs, change} {
		if at != 0 {
			next = min(next, at)
		}
	}
	return next
}
