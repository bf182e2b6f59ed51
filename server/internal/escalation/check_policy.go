package escalation

import (
	"slices"
	"strconv"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
)

// Bounds of what is usual in a policy. Beyond them it is said, and done all the same.
const (
	longQuiet = clock(14 * 60) // of quiet hours
	manyAgain = 30             // times that the same people are told for one step
)

// MaxFirstCritical is the most minutes after which the first step for what is critical may come: a plan that leaves
// everybody uninformed for longer is none.
const MaxFirstCritical = 30

// TooLate tells whether a policy tells nobody of what is critical before MaxFirstCritical is over.
func TooLate(p *alertv1.Policy) bool {
	first := p.GetCritical().GetSteps()
	return len(first) > 0 && first[0].GetAfterMinutes() > MaxFirstCritical
}

// CheckPolicy returns what is wrong with a policy at now, and what happens meanwhile. It forbids nothing; TooLate is
// the one thing that nobody may save. Where the
// policy names no chart, its roles are taken to have people: each chart has its own.
func CheckPolicy(p *alertv1.Policy, people People, now time.Time) []*alertv1.Warning {
	c := &policyCheck{Policy: p, people: people, now: now}
	c.times()
	c.plan(p.GetCritical(), criticalPlan)
	if first := p.GetCritical().GetSteps(); len(first) > 0 && first[0].GetAfterMinutes() > 0 {
		n := strconv.Itoa(int(first[0].GetAfterMinutes()))
		c.add("critical-late", "「緊急」の最初の手順が"+n+"分後です。それまでは誰にも知らされません。",
			"The first step of what is critical comes after "+n+" minutes. Nobody is told before.")
	}
	c.plan(p.GetUrgent(), urgentPlan)
	return c.found
}

// Lapsed tells whether a policy is one of a chart that counts no more: nobody of the organisation that made it is among
// those, given by organisation, who may read the chart now. One that is not of a chart never lapses.
func Lapsed(p *alertv1.Policy, readers []string) bool {
	return p.GetChartId() != "" && !slices.Contains(readers, p.GetOrganisationId())
}

type policyCheck struct {
	*alertv1.Policy
	found
	people People
	now    time.Time
}

// times looks at the zone and the quiet hours.
func (c *policyCheck) times() {
	if _, ok := zone(c.GetZone()); !ok {
		c.add("zone-unknown", "時間帯の名前が分かりません。それまでは日本時間で動きます。",
			"The time zone is not known. Until it is corrected, Japan time counts.")
	}
	if c.GetQuiet() == nil {
		return
	}
	q := quietOf(c.Policy)
	if q.in == nil {
		c.add("quiet-empty", "静かにする時間の始まりと終わりが同じです。静かにする時間はないものとして、「要報告」もすぐに知らせます。",
			"The quiet hours begin when they end. They count as none: what is urgent is told at any hour.")
		return
	}
	if length := (q.until - q.from + 24*60) % (24 * 60); length > longQuiet {
		hours := strconv.Itoa(int(length) / 60)
		c.add("quiet-long", "静かにする時間が"+hours+"時間以上あります。その間、「要報告」は誰にも知らされません（「緊急」は知らせます）。",
			"The quiet hours last "+hours+" hours or more. Nobody is told of what is urgent meanwhile; what is critical is told at once.")
	}
}

// plan looks at who is reached, and at the times.
func (c *policyCheck) plan(p *alertv1.Plan, name called) {
	if len(p.GetSteps()) == 0 {
		c.add("plan-empty", "「"+name.ja+"」の手順がありません。それまでは標準の手順で知らせます。",
			"There are no steps for what is "+name.en+". Until there are, the built-in ones count.")
		return
	}
	var silent []int
	for i, s := range p.GetSteps() {
		c.recipients(s, name.step(i))
		if !c.reaches(s) {
			silent = append(silent, i)
		}
	}
	if len(silent) == len(p.GetSteps()) {
		c.add("nobody-reachable",
			"「"+name.ja+"」の連絡先に、今つながる人が一人もいません。それまではシステムの運用担当者に知らせ、アラートは一覧に表示されます。",
			"Nobody who is named for what is "+name.en+" can be reached. Meanwhile the operator is told, and the alert stands on the list.")
	} else {
		c.silentSteps(silent, len(p.GetSteps()), name)
	}
	c.clinicians(p, name)
	c.order(p, name)
	c.repeats(p, name)
}

// silentSteps names the steps that reach nobody where others do.
func (c *policyCheck) silentSteps(silent []int, steps int, name called) {
	for _, i := range silent {
		step := name.step(i)
		if i == steps-1 {
			c.add("step-unreachable", step.ja+"（最後）でつながる人がいません。返事がないときは、その前の手順の人にくり返し知らせます。",
				step.en+", the last one, reaches nobody. Those of the steps before it are told again instead.")
			continue
		}
		c.add("step-unreachable", step.ja+"でつながる人がいません。次の手順をすぐに行います。",
			step.en+" reaches nobody. The next step is taken at once instead.")
	}
}

// recipients names persons and rotas that lead nowhere.
func (c *policyCheck) recipients(s *alertv1.Step, step called) {
	for _, to := range s.GetTo() {
		switch who := to.GetWho().(type) {
		case *alertv1.Recipient_PersonId:
			if c.GetChartId() != "" && !c.people.MayRead(c.GetChartId(), who.PersonId, c.now) {
				c.add("no-right", step.ja+"の "+who.PersonId+" さんは、このカルテを見る権限がありません。権限がつくまで知らせは届かず、つながらない人として扱います。",
					step.en+" names "+who.PersonId+", who may not read this chart. Nothing reaches them until they may, and they count as nobody who is reached.")
			} else if !c.people.Reachable(who.PersonId) {
				c.add("person-unreachable", step.ja+"の "+who.PersonId+" さんは登録がないか、通知を受け取る端末がありません。端末を登録するまで知らせは届きません。",
					step.en+" names "+who.PersonId+", who is not known or has registered no device. Nothing reaches them until they do.")
			}
		case *alertv1.Recipient_RotaId:
			persons, until := c.people.OnDuty(c.GetOrganisationId(), who.RotaId, c.now)
			c.onDuty(persons, who.RotaId, step)
			if len(persons) == 0 && until.IsZero() {
				c.add("rota-empty", step.ja+"の当番表 "+who.RotaId+" がないか、この先の当番が入っていません。入力されるまで、この当番表では誰にも知らされません。",
					step.en+" names the rota "+who.RotaId+", which does not exist or has nobody from now on. Nobody is told by it until somebody is entered.")
			}
		}
	}
}

// onDuty names those who have a duty now and may not read the chart.
func (c *policyCheck) onDuty(persons []string, rota string, step called) {
	for _, person := range persons {
		if c.GetChartId() != "" && !c.people.MayRead(c.GetChartId(), person, c.now) {
			c.add("no-right", step.ja+"の当番表 "+rota+" で今当番の "+person+" さんは、このカルテを見る権限がありません。権限がつくまで知らせは届きません。",
				step.en+" names the rota "+rota+", and "+person+", who is on duty now, may not read this chart. Nothing reaches them until they may.")
		}
	}
}

// reaches tells whether a step reaches anybody now.
func (c *policyCheck) reaches(s *alertv1.Step) bool {
	for _, to := range s.GetTo() {
		if _, role := to.GetWho().(*alertv1.Recipient_Role); role && c.GetChartId() == "" {
			return true
		}
	}
	return slices.ContainsFunc(c.persons(s), func(person string) bool { return reaches(c.people, c.GetChartId(), person, c.now) })
}

func (c *policyCheck) persons(s *alertv1.Step) []string {
	return Persons(s, c.GetOrganisationId(), c.GetChartId(), c.people, c.now)
}

// clinicians says when a plan of one chart names neither physician nor nurse. Of an organisation's policy it cannot know
// who the persons are to each chart.
func (c *policyCheck) clinicians(p *alertv1.Plan, name called) {
	if c.GetChartId() == "" {
		return
	}
	who := append(c.people.Team(c.GetChartId(), physician, c.now), c.people.Team(c.GetChartId(), nurse, c.now)...)
	for _, s := range p.GetSteps() {
		for _, to := range s.GetTo() {
			if _, rota := to.GetWho().(*alertv1.Recipient_RotaId); rota {
				return // whoever is on duty may be one
			}
		}
		if slices.ContainsFunc(c.persons(s), func(person string) bool { return slices.Contains(who, person) }) {
			return
		}
	}
	c.add("no-clinician", "「"+name.ja+"」の手順に、このカルテの医師も看護師も入っていません。それ以外の人だけに知らせます。",
		"No step for what is "+name.en+" names a physician or nurse of this chart. Only others are told.")
}

// order looks at the times of the steps.
func (c *policyCheck) order(p *alertv1.Plan, name called) {
	latest := p.GetSteps()[0].GetAfterMinutes()
	for i, s := range p.GetSteps()[1:] {
		step := name.step(i + 1)
		switch after := s.GetAfterMinutes(); {
		case after < latest:
			c.add("steps-out-of-order", step.ja+"の時刻が前の手順より早くなっています。前の手順と同時に行います。",
				step.en+" is earlier than the one before it. Both are taken at the same time.")
		case after == latest:
			c.add("steps-same-time", step.ja+"は前の手順と同時です。前の人の返事を待たずに知らせます。",
				step.en+" is at the same time as the one before it. Nobody's answer is waited for in between.")
		default:
			latest = after
		}
	}
}

// repeats looks at whether people are told again, and how often, before the next step comes.
func (c *policyCheck) repeats(p *alertv1.Plan, name called) {
	s := scheduleOf(&alertv1.Policy{Critical: p}, critical)
	for i, one := range s.steps {
		again, room := int64(one.GetAgainMinutes())*minute, s.wait
		if i+1 < len(s.steps) {
			room = s.offsets[i+1] - s.offsets[i]
		}
		step := name.step(i)
		switch {
		case again == 0:
		case again >= room:
			c.add("again-never", step.ja+"の「くり返し」より先に次の手順が来ます。くり返しは行われません。",
				"Before those of "+step.en+" would be told again, the next step comes. They are told once.")
		case room/again > manyAgain:
			c.add("again-often", step.ja+"の「くり返し」が多すぎます。次の手順までに、同じ人へさらに"+strconv.FormatInt(room/again, 10)+"回知らせます。",
				step.en+" tells people again very often. The same ones hear of it "+strconv.FormatInt(room/again, 10)+" times more before the next step.")
		}
	}
}
