package care

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// DueVisit is one visit of one day.
type DueVisit struct {
	Visit *carev1.Record // not a copy
	At    time.Time      // the planned start; for a visit that nobody planned, when it began
	State DueState
	// Episode is the record id of the episode that suspends the visit; nil if none does.
	Episode []byte
	// Ja and En say in a few words what became of it, or why it rests. Empty while it is open.
	Ja, En string
	// Undecided: the visit has a value beside it that waits for a person's decision.
	Undecided bool
}

// DueVisits lists the visits of a day, YYYY-MM-DD in the patient's zone, in the order of their time. Retracted records
// count nowhere; a visit that had not begun is no longer due after a death. What was written down counts more than what
// was planned: a visit that has begun is listed as such even while the patient is recorded as away. A state that this
// build does not know counts as open. The error is ErrDay.
func DueVisits(visits, episodes []*carev1.Record, dayText string, zone *time.Location) ([]DueVisit, error) {
	d, err := dayOf(dayText, zone)
	if err != nil {
		return nil, err
	}
	stays := staysOf(episodes)
	var due []DueVisit
	for _, r := range visits {
		at, ok := visitTime(r.GetBody().GetVisit())
		if !ok || !stands(r) || !d.holds(at) {
			continue
		}
		one := DueVisit{Visit: r, At: at, Undecided: len(r.GetCandidates()) > 0}
		if one.judge(stays) {
			due = append(due, one)
		}
	}
	slices.SortStableFunc(due, func(a, b DueVisit) int {
		return cmp.Or(a.At.Compare(b.At), bytes.Compare(a.Visit.GetId(), b.Visit.GetId()))
	})
	return due, nil
}

// visitTime returns the planned start, else the real one.
func visitTime(v *carev1.Visit) (time.Time, bool) {
	if t := v.GetPlannedStart(); t != nil && t.IsValid() {
		return t.AsTime(), true
	}
	if t := v.GetProgress().GetStarted(); t != nil && t.IsValid() {
		return t.AsTime(), true
	}
	return time.Time{}, false
}

// judge fills in the state; false: nothing is due, because the patient has died.
func (d *DueVisit) judge(stays []stay) bool {
	state := d.Visit.GetBody().GetVisit().GetProgress().GetState()
	switch state {
	case carev1.VisitState_VISIT_STATE_STARTED:
		d.State = DueUnderWay
	case carev1.VisitState_VISIT_STATE_ENDED:
		d.State = DueDone
	case carev1.VisitState_VISIT_STATE_CANCELLED:
		d.State = DueMissed
	default:
		return d.judgePlanned(stays)
	}
	d.Ja, d.En = EnumTitle(state)
	return true
}

func (d *DueVisit) judgePlanned(stays []stay) bool {
	if dead(stays, d.At) {
		return false
	}
	d.State = DueOpen
	if s, ok := suspension(stays, d.At, d.At, func(s stay) bool { return s.visits }); ok {
		words := s.words()
		d.State, d.Episode, d.Ja, d.En = DueSuspended, s.id, words.ja, words.en
	}
	return true
}
