package escalation

import (
	"bytes"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// The states of a group, by short names.
const (
	running    = alertv1.GroupState_GROUP_STATE_RUNNING
	unanswered = alertv1.GroupState_GROUP_STATE_UNANSWERED
	answered   = alertv1.GroupState_GROUP_STATE_ANSWERED
	digest     = alertv1.GroupState_GROUP_STATE_DIGEST
)

// Begin returns a new group of one alert. It keeps a copy of the policy; builtIn says that nobody had made one. A group of a
// notice waits for the digest: nobody is told and its NextMs is 0. Any other has its NextMs, from which on Advance tells
// people, unless the alert was answered before it came here: then the group has ended.
func Begin(
	id [16]byte, chart string, p *alertv1.Policy, builtIn bool, first *storev1.GroupedAlert, now time.Time,
) *storev1.Escalation {
	e := &storev1.Escalation{
		Id: id[:], ChartId: chart, BuiltIn: builtIn, Policy: proto.CloneOf(p), BeganMs: now.UnixMilli(),
		Alerts: []*storev1.GroupedAlert{proto.CloneOf(first)}, Severity: severityOf(first),
	}
	start(e, now)
	if isAnswered(first) {
		e.State, e.NextMs, e.AnsweredBy, e.AnsweredMs = answered, 0, first.GetAnsweredBy(), first.GetAnsweredMs()
	}
	return e
}

// severityOf is how soon a human must act. One that this build does not know is urgent: somebody will look at it.
func severityOf(a *storev1.GroupedAlert) carev1.AlertSeverity {
	if s := a.GetSeverity(); s >= notice && s <= critical {
		return s
	}
	return urgent
}

// Join takes a further alert of the same chart into a group that runs. One that is worse than what nobody has answered
// begins the plan of its severity anew at once, by the policy as it is now (current). A further critical one has those
// who were told before told again, a minute after they were last told or at once. Any other only joins, and so does
// one that is there already. What is to be done is in NextMs.
//
// It returns false for a group that has ended, and for an alert that has no room: the group lists at most MaxAlerts, of
// which answered ones and notices give way to what is worse. Such an alert stays with the caller, who offers it again
// once something of the group was answered, or begins a group with it if the group has ended. The group is being told
// meanwhile.
func Join(e *storev1.Escalation, a *storev1.GroupedAlert, current *alertv1.Policy, now time.Time) (joined bool) {
	if e.GetState() == answered {
		return false
	}
	if alertOf(e, a.GetRecordId()) != nil {
		return true
	}
	if !makeRoom(e, a) {
		return false
	}
	e.Alerts = append(e.Alerts, proto.CloneOf(a))
	switch severity := severityOf(a); {
	case isAnswered(a):
	case severity > e.GetSeverity():
		e.Severity = severity
		if current != nil {
			e.Policy, e.BuiltIn = proto.CloneOf(current), current.GetOrganisationId() == ""
		}
		start(e, now)
	case severity == critical:
		tellAgain(e, now)
	}
	return true
}

// Forget takes an alert out of a group, so that it can join anew: its answer was taken back.
func Forget(e *storev1.Escalation, alertID []byte) {
	e.Alerts = slices.DeleteFunc(e.Alerts, func(a *storev1.GroupedAlert) bool { return bytes.Equal(a.GetRecordId(), alertID) })
}

// tellAgain has those who were told before told again.
func tellAgain(e *storev1.Escalation, now time.Time) {
	if scheduleOf(e.GetPolicy(), e.GetSeverity()).reach(e) == 0 || e.GetRegroupMs() != 0 {
		return // the first step is still to come, or they will be
	}
	e.RegroupMs = max(now.UnixMilli(), e.GetToldMs()+regroup.Milliseconds())
	e.NextMs = min(e.GetNextMs(), e.GetRegroupMs())
}

// start begins the plan of the group's severity with its first step.
func start(e *storev1.Escalation, now time.Time) {
	e.State, e.Round, e.Steps, e.RoundMs = running, 1, 0, now.UnixMilli()
	e.StepMs, e.RegroupMs, e.UnansweredMs, e.OnDuty = 0, 0, 0, nil
	if e.GetSeverity() < urgent {
		e.State, e.NextMs = digest, 0
		return
	}
	e.NextMs = max(scheduleOf(e.GetPolicy(), e.GetSeverity()).due(e), now.UnixMilli())
}

// Answer marks alerts of a group as answered by a person. The group ends, and Answer returns true, when nothing urgent or
// worse is left, or, for a group that waits for the digest, nothing at all. When what was worst was answered and something
// urgent is left, that runs from its first step on by the same policy. An alert that was answered before keeps its first
// answer, and one that is not in the group changes nothing.
func Answer(e *storev1.Escalation, alertIDs [][]byte, person string, now time.Time) (ended bool) {
	changed := false
	for _, id := range alertIDs {
		if a := alertOf(e, id); a != nil && !isAnswered(a) {
			a.AnsweredBy, a.AnsweredMs, changed = person, now.UnixMilli(), true
		}
	}
	if !changed {
		return false
	}
	e.AnsweredBy, e.AnsweredMs = person, now.UnixMilli()
	if e.GetState() == answered {
		return false
	}
	switch left := worstLeft(e); {
	case left == 0 || left < urgent && e.GetState() != digest:
		e.State, e.NextMs, e.RegroupMs = answered, 0, 0
		return true
	case left < e.GetSeverity():
		e.Severity = left
		start(e, now)
	}
	return false
}

// worstLeft is the worst severity that nobody has answered; 0 if everything was.
func worstLeft(e *storev1.Escalation) (worst carev1.AlertSeverity) {
	for _, a := range e.GetAlerts() {
		if !isAnswered(a) {
			worst = max(worst, severityOf(a))
		}
	}
	return worst
}

func isAnswered(a *storev1.GroupedAlert) bool {
	return a.GetAnsweredMs() != 0 || a.GetAnsweredBy() != ""
}

// alertOf returns the alert of a group with an id; nil if it has none.
func alertOf(e *storev1.Escalation, id []byte) *storev1.GroupedAlert {
	for _, a := range e.GetAlerts() {
		if bytes.Equal(a.GetRecordId(), id) {
			return a
		}
	}
	return nil
}

// makeRoom sees to it that a group has room for an alert; false if it has none. The oldest that was answered goes first, then
// the oldest notice. Nothing urgent that nobody has answered ever goes.
func makeRoom(e *storev1.Escalation, a *storev1.GroupedAlert) bool {
	if severityOf(a) == urgent && urgentLeft(e) >= MaxUrgent {
		return false
	}
	if len(e.GetAlerts()) < MaxAlerts {
		return true
	}
	gone := slices.IndexFunc(e.GetAlerts(), isAnswered)
	if gone < 0 {
		gone = slices.IndexFunc(e.GetAlerts(), func(a *storev1.GroupedAlert) bool { return severityOf(a) == notice })
		if gone < 0 {
			return false
		}
		e.LeftOut++
	}
	e.Alerts = slices.Delete(e.Alerts, gone, gone+1)
	return true
}

// urgentLeft counts what is urgent, not critical, and unanswered.
func urgentLeft(e *storev1.Escalation) (n int) {
	for _, a := range e.GetAlerts() {
		if severityOf(a) == urgent && !isAnswered(a) {
			n++
		}
	}
	return n
}
