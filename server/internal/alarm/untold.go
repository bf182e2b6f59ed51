package alarm

import (
	"maps"
	"slices"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
)

// notices is the push that says that there are some.
func (t *turn) notices() *storev1.PushDelivery {
	return &storev1.PushDelivery{
		Kind: storev1.PushKind_PUSH_KIND_DIGEST, Severity: carev1.AlertSeverity_ALERT_SEVERITY_NOTICE,
		DeadlineMs: t.now.Add(digestLasts).UnixMilli(),
	}
}

// tellOfNotices tells a person that there are notices in some groups. Whoever cannot be reached stands in the trail of each.
func (t *turn) tellOfNotices(person string, groups []*group) error {
	ways, err := t.ways(person)
	if err != nil {
		return err
	}
	if len(ways) > 0 {
		return t.say(person, t.notices(), nil)
	}
	told, nobody := map[string]bool{}, len(groups) == 0
	for _, g := range groups {
		reached, err := t.reachedBy(g)
		if err != nil {
			return err
		}
		if person == "" && len(reached) > 0 { // there was nobody when they were counted, and now there is
			for _, one := range reached {
				told[one] = true
			}
			continue
		}
		nobody = nobody || len(reached) == 0
		line := t.notices()
		line.GroupId, line.PersonId = g.GetId(), person
		if err := t.untold(line, troubleNoTarget); err != nil {
			return err
		}
	}
	if nobody {
		t.alarm(AlarmNobody)
	}
	return t.sayTo(told)
}

// reachedBy are those who are told of the notices of a group by its policy as it is now, may read them and can be reached.
func (t *turn) reachedBy(g *group) (persons []string, err error) {
	p := &people{turn: t}
	for _, person := range escalation.DigestTo(g.GetPolicy(), g.GetChartId(), p, t.now) {
		if p.MayRead(g.GetChartId(), person, t.now) && p.Reachable(person) {
			persons = append(persons, person)
		}
	}
	return persons, p.err
}

// sayTo tells some people that there are notices, in order of id.
func (t *turn) sayTo(all map[string]bool) error {
	for _, person := range slices.Sorted(maps.Keys(all)) {
		if err := t.say(person, t.notices(), nil); err != nil {
			return err
		}
	}
	return nil
}
