package escalation

import (
	"slices"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// People answers who is meant, at one moment, from the directory, the rotas and the targets. Its answers must be in an
// order that does not change from call to call.
type People interface {
	// Team returns the ids of those who may read a chart in a role.
	Team(chartID string, role carev1.Role, at time.Time) []string
	// OnDuty returns who is on duty by a rota of an organisation, and when that changes next; zero: never. A rota that does
	// not exist has nobody.
	OnDuty(organisation, rotaID string, at time.Time) (persons []string, until time.Time)
	// MayRead tells whether a person may read a chart. Whoever may not is not told of its alerts, whatever names them.
	MayRead(chartID, personID string, at time.Time) bool
	// Reachable tells whether a person has any way to be reached. Somebody who is not known has none.
	Reachable(personID string) bool
}

// reaches tells whether a person may be told of a chart, and can be. Without a chart only the latter is asked.
func reaches(people People, chart, person string, at time.Time) bool {
	return person != "" && (chart == "" || people.MayRead(chart, person, at)) && people.Reachable(person)
}

// Persons returns who the recipients of a step are at a moment, each once, in the order of the step: at most MaxPeople.
// The organisation is that of the policy.
func Persons(s *alertv1.Step, organisation, chart string, people People, at time.Time) []string {
	var all []string
	for _, to := range s.GetTo() {
		var some []string
		switch who := to.GetWho().(type) {
		case *alertv1.Recipient_PersonId:
			some = []string{who.PersonId}
		case *alertv1.Recipient_RotaId:
			some, _ = people.OnDuty(organisation, who.RotaId, at)
		case *alertv1.Recipient_Role:
			some = people.Team(chart, who.Role, at)
		}
		for _, person := range some {
			if person != "" && !slices.Contains(all, person) && len(all) < MaxPeople {
				all = append(all, person)
			}
		}
	}
	return all
}

// DigestTo returns who is told of the notices of a chart: whoever the first step of what is urgent names, at most MaxPeople.
func DigestTo(p *alertv1.Policy, chart string, people People, now time.Time) []string {
	return Persons(scheduleOf(p, urgent).steps[0], p.GetOrganisationId(), chart, people, now)
}

// tell tells the people of a step, and tells whether any of them can be reached.
func (r *run) tell(step int) (reached bool) {
	persons := Persons(r.steps[step], r.Policy.GetOrganisationId(), r.ChartId, r.people, r.at)
	for _, person := range persons {
		reached = r.tellPerson(person, step) || reached
	}
	if len(persons) == 0 {
		r.tellPerson("", step)
	}
	return reached
}

// tellPerson puts a person among those who are to be told, once, and tells whether they are.
func (r *run) tellPerson(person string, step int) (reached bool) {
	reached = reaches(r.people, r.ChartId, person, r.at)
	r.ToldMs = r.now
	known := func(t Told) bool { return t.Person == person && (person != "" || t.Step == uint32(step)+1) }
	if slices.ContainsFunc(r.told, known) {
		return reached
	}
	r.told = append(r.told, Told{Person: person, Step: uint32(step) + 1, Round: r.Round, Reachable: reached})
	if reached && len(r.Told) < MaxPeople && !slices.Contains(r.Told, person) {
		r.Told = append(r.Told, person)
	}
	return reached
}

// duty is one person on duty and the step, from 0, that names their rota.
type duty struct {
	person string
	step   int
}

// duties returns who is on duty now by the rotas of the steps that were taken, at most MaxPeople, and when that changes
// next, in milliseconds since 1970 UTC; 0: never.
func (r *run) duties() (all []duty, change int64) {
	for i, step := range r.steps[:r.reach(r.Escalation)] {
		for _, to := range step.GetTo() {
			who, ok := to.GetWho().(*alertv1.Recipient_RotaId)
			if !ok {
				continue
			}
			persons, until := r.people.OnDuty(r.Policy.GetOrganisationId(), who.RotaId, r.at)
			for _, person := range persons {
				same := func(d duty) bool { return d.person == person }
				if person != "" && len(all) < MaxPeople && !slices.ContainsFunc(all, same) {
					all = append(all, duty{person, i})
				}
			}
			if at := r.changeAt(until); at != 0 && (change == 0 || at < change) {
				change = at
			}
		}
	}
	return all, change
}

// changeAt is when a change of duty is acted upon; 0: there is none ahead. A part of a millisecond is rounded up, so that
// the change has come when it is looked at.
func (r *run) changeAt(until time.Time) int64 {
	at := until.Add(time.Millisecond - 1).UnixMilli()
	if until.IsZero() || at <= r.now {
		return 0
	}
	return r.quiet.putOff(at)
}
