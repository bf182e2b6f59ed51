package alarm

import (
	"slices"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// digest counts notices for those who are told first of what is urgent: they hear of them once a day. Where that is nobody
// who may read the chart now, they are counted for nobody, and it is looked again when they are due.
func (t *turn) digest(g *group, notices uint32) error {
	p := &people{turn: t}
	at := escalation.DigestAt(g.GetPolicy(), t.now)
	persons := escalation.DigestTo(g.GetPolicy(), g.GetChartId(), p, t.now)
	persons = slices.DeleteFunc(persons, func(person string) bool { return !t.mayRead(g.GetChartId(), person) })
	if len(persons) == 0 {
		persons = []string{""}
	}
	for _, person := range persons {
		if err := t.countNotices(person, at, g, notices); err != nil {
			return err
		}
	}
	return p.err
}

// countNotices adds notices to what a person is told at a time.
func (t *turn) countNotices(person string, at time.Time, g *group, notices uint32) error {
	key := store.ServerKey{Tenant: t.tenant, Table: store.TableDigest, Key: person + "/" + at.In(zone(g.GetPolicy())).Format(time.DateOnly)}
	day := &storev1.DigestDay{}
	found, err := read(t.tx, key, day)
	if err != nil && err != errRow {
		return err
	}
	if !found || err == errRow || day.GetDoneMs() != 0 { // a day that was told begins again: nothing is left untold
		day = &storev1.DigestDay{PersonId: person, DueMs: at.UnixMilli()}
		if err := t.tx.PutDue(day.GetDueMs(), key); err != nil {
			return err
		}
	}
	day.Notices += notices
	known := slices.ContainsFunc(day.GetGroups(), func(id []byte) bool { return string(id) == string(g.GetId()) })
	if !known && len(day.GetGroups()) < maxDigestGroups {
		day.Groups = append(day.Groups, g.GetId())
	}
	return write(t.tx, key, day)
}

// lookAtDigest tells a person that there are notices, unless all of them were answered meanwhile.
func (t *turn) lookAtDigest(key store.ServerKey) error {
	day := &storev1.DigestDay{}
	found, err := read(t.tx, key, day)
	switch {
	case err != nil || !found || day.GetDoneMs() != 0:
		return err
	case day.GetDueMs() > t.nowMs():
		return t.tx.PutDue(day.GetDueMs(), key)
	}
	open, groups, err := t.open(day.GetPersonId(), day.GetGroups())
	if err != nil {
		return err
	}
	if open {
		if err := t.tellOfNotices(day.GetPersonId(), groups); err != nil {
			return err
		}
	}
	day.DoneMs = t.nowMs()
	return write(t.tx, key, day)
}

// open tells whether any of the groups has a notice that nobody has answered, in a chart that the person may read, and
// which. One that cannot be read counts as one that has.
func (t *turn) open(person string, ids [][]byte) (open bool, groups []*group, err error) {
	open = len(ids) == 0
	for _, id := range ids {
		g, err := t.group(id)
		switch {
		case err == errRow:
			open = true
		case err != nil:
			return false, nil, err
		case g != nil && (person == "" || t.mayRead(g.GetChartId(), person)) && g.hasNotices():
			open, groups = true, append(groups, g)
		}
	}
	return open, groups, nil
}

// hasNotices tells whether a group has a notice that nobody has answered.
func (g *group) hasNotices() bool {
	if g.GetLeftOut() > 0 && g.GetState() != alertv1.GroupState_GROUP_STATE_ANSWERED {
		return true
	}
	return slices.ContainsFunc(g.GetAlerts(), func(a *storev1.GroupedAlert) bool {
		return a.GetSeverity() == carev1.AlertSeverity_ALERT_SEVERITY_NOTICE && a.GetAnsweredMs() == 0
	})
}

// zone is that of a policy; that of Japan where it names none, or one that is not known.
func zone(p *alertv1.Policy) *time.Location {
	name := p.GetZone()
	if name == "" {
		name = usualZone
	}
	in, err := time.LoadLocation(name)
	if err != nil {
		return time.FixedZone(usualZone, 9*60*60)
	}
	return in
}
