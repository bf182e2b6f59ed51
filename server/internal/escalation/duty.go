package escalation

import (
	"cmp"
	"slices"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
)

// OnDuty returns who is on duty by a rota at a moment, each person once, and when that changes next; zero: never. Where
// nobody is, it is the rota's fallback, if it has one. A duty holds from its beginning on and no more at its end.
func OnDuty(r *alertv1.Rota, at time.Time) (persons []string, until time.Time) {
	for _, d := range inOrder(r) {
		from, end := d.GetFrom().AsTime(), d.GetUntil().AsTime()
		if !from.Before(end) {
			continue
		}
		if !at.Before(from) && at.Before(end) && !slices.Contains(persons, d.GetPersonId()) {
			persons = append(persons, d.GetPersonId())
		}
		for _, change := range []time.Time{from, end} {
			if change.After(at) && (until.IsZero() || change.Before(until)) {
				until = change
			}
		}
	}
	if len(persons) == 0 && r.GetFallbackPersonId() != "" {
		persons = []string{r.GetFallbackPersonId()}
	}
	return persons, until
}

// inOrder returns the duties by their beginning, end and person.
func inOrder(r *alertv1.Rota) []*alertv1.Duty {
	return slices.SortedStableFunc(slices.Values(r.GetDuties()), func(a, b *alertv1.Duty) int {
		return cmp.Or(
			a.GetFrom().AsTime().Compare(b.GetFrom().AsTime()), a.GetUntil().AsTime().Compare(b.GetUntil().AsTime()),
			cmp.Compare(a.GetPersonId(), b.GetPersonId()),
		)
	})
}
