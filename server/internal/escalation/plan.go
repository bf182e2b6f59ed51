package escalation

import (
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// The severities, by short names.
const (
	notice   = carev1.AlertSeverity_ALERT_SEVERITY_NOTICE
	urgent   = carev1.AlertSeverity_ALERT_SEVERITY_URGENT
	critical = carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL
)

// minute in milliseconds: rows count in these.
const minute = int64(time.Minute / time.Millisecond)

// schedule is the plan that counts for a group, with its times made safe to walk.
type schedule struct {
	steps []*alertv1.Step
	// offsets are when the steps are due, in milliseconds since the round began. None is before the one before it: a step
	// that stands out of order is taken together with its predecessor.
	offsets []int64
	// wait is counted from the last step, in milliseconds.
	wait  int64
	loops uint32
	// quiet are the hours in which nothing is done; none for what is critical.
	quiet quiet
}

// scheduleOf returns what counts for a severity. A policy without a plan for it is one that no check has seen: the
// built-in plan counts then, so that somebody is told.
func scheduleOf(p *alertv1.Policy, severity carev1.AlertSeverity) schedule {
	plan, quiet := p.GetUrgent(), quietOf(p)
	if severity >= critical {
		plan, quiet = p.GetCritical(), none
	}
	if len(plan.GetSteps()) == 0 {
		plan = BuiltIn().GetUrgent()
		if severity >= critical {
			plan = BuiltIn().GetCritical()
		}
	}
	s := schedule{steps: plan.GetSteps(), wait: waitOf(plan), loops: plan.GetLoops(), quiet: quiet}
	latest := int64(0)
	for _, step := range s.steps {
		latest = max(latest, int64(step.GetAfterMinutes())*minute)
		s.offsets = append(s.offsets, latest)
	}
	return s
}

// waitOf is how long is waited after the last step of a plan, in milliseconds.
func waitOf(p *alertv1.Plan) int64 {
	if p.GetWaitMinutes() == 0 {
		return defaultWait.Milliseconds()
	}
	return int64(p.GetWaitMinutes()) * minute
}

// due returns when the next step is taken: of the round, of the next one, or the last one again. Quiet hours have put
// it off already, and what comes after it with it.
func (s schedule) due(e *storev1.Escalation) int64 {
	at, taken := e.GetRoundMs()+s.offsets[0], int(e.GetSteps())
	switch {
	case e.GetState() == unanswered || taken >= len(s.steps):
		at = e.GetStepMs() + s.wait
	case taken > 0:
		at = e.GetStepMs() + s.offsets[taken] - s.offsets[taken-1]
	}
	return s.quiet.putOff(at)
}

// reach is how many steps, from the first one on, have been taken in any round: whoever they name has been told.
func (s schedule) reach(e *storev1.Escalation) int {
	if e.GetRound() > 1 || e.GetState() == unanswered {
		return len(s.steps)
	}
	return min(int(e.GetSteps()), len(s.steps))
}
