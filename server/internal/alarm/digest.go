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

// digest counts notices for those who are told first of what is urgent: they hear of them once a day.
func (t *turn) digest(g *group, notices uint32) error {
	p := &people{turn: t}
	at := escalation.DigestAt(g.GetPolicy(), t.now)
	for _, person := range escalation.DigestTo(g.GetPolicy(), g.GetChartId(), p, t.now) {
		if err := t.countNotices(person, at, g, notices); err != nil {
			return err
		}
	}
	return p.err
}

// countNotices adds notices to what a person is told at a time.
func (t *turn) countNotices(person string, at time.Time, g *group, notices uint32) error {
	if person == "" {
		return nil
	}
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
	open, err := t.open(day.GetGroups())
	if err != nil {
		return err
	}
	if open {
		err := t.say(day.GetPersonId(), &storev1.PushDelivery{
			Kind: storev1.PushKind_PUSH_KIND_DIGEST, Severity: carev1.AlertSeverity_ALERT_SEVERITY_NOTICE,
			DeadlineMs: t.now.Add(digestLasts).UnixMilli(),
		}, nil)
		if err != nil {
			return err
		}
	}
	day.DoneMs = t.nowMs()
	return write(t.tx, key, day)
}

// open tells whether any of the groups has a notice that nobody has answered.
func (t *turn) open(groups [][]byte) (bool, error) {
	for _, id := range groups {
		g, err := t.group(id)
		if err == errRow {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		for _, a := range g.alerts() {
			if a.GetSeverity() == carev1.AlertSeverity_ALERT_SEVERITY_NOTICE && a.GetAnsweredMs() == 0 {
				return true, nil
			}
		}
		if g != nil && g.GetLeftOut() > 0 && g.GetState() != alertv1.GroupState_GROUP_STATE_ANSWERED {
			return true, nil
		}
	}
	return len(groups) == 0, nil
}

func (g *group) alerts() []*storev1.GroupedAlert {
	if g == nil {
		return nil
	}
	return g.GetAlerts()
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
