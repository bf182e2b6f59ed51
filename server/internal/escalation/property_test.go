package escalation_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
)

var people = []string{"sato", "suzuki", "tanaka", "ito", "mori", "abe"}

var began = time.Date(2026, 11, 23, 13, 40, 0, 0, time.UTC)

// TestAnyNight plays nights of any policy: alerts, answers, steps in time and late, duties handed over, clocks that jump.
func TestAnyNight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{world: anyWorld(t), policy: anyPolicy(t), now: began, open: map[string]carev1.AlertSeverity{}}
		first := m.newAlert(t)
		m.e = escalation.Begin([16]byte{1}, "yamada", m.policy, false, first, m.now)
		m.snapshot = proto.CloneOf(m.policy)
		m.advance(t)
		t.Repeat(map[string]func(*rapid.T){
			"":        m.holds,
			"join":    m.join,
			"answer":  m.answer,
			"next":    m.next,
			"early":   m.early,
			"late":    m.late,
			"back":    m.back,
			"duty":    m.duty,
			"policy":  func(t *rapid.T) { m.policy = anyPolicy(t) },
			"reached": func(t *rapid.T) { p := anyPerson(t); m.world.without[p] = !m.world.without[p] },
		})
	})
}

// machine is one night, with what must be true of it kept beside the group.
type machine struct {
	world    *world
	policy   *alertv1.Policy // as it is now
	snapshot *alertv1.Policy // as the group must have it
	e        *storev1.Escalation
	now      time.Time
	open     map[string]carev1.AlertSeverity // what nobody has answered, by name
	alerts   int
}

func anyPerson(t *rapid.T) string { return rapid.SampledFrom(people).Draw(t, "person") }

func anyWorld(t *rapid.T) *world {
	w := newWorld()
	for r := carev1.Role_ROLE_PHYSICIAN; r <= carev1.Role_ROLE_CARE_MANAGER; r++ {
		w.team[r] = rapid.SliceOfNDistinct(rapid.SampledFrom(people), 0, 3, rapid.ID).Draw(t, "team")
	}
	for _, p := range people {
		w.without[p] = rapid.IntRange(0, 3).Draw(t, "unreachable") == 0
	}
	w.rotas["on-call"], w.rotas["backup"] = anyRota(t, began), anyRota(t, began)
	return w
}

func anyRota(t *rapid.T, now time.Time) *alertv1.Rota {
	r := &alertv1.Rota{Id: "on-call"}
	for range rapid.IntRange(0, 6).Draw(t, "duties") {
		from := now.Add(time.Duration(rapid.IntRange(-600, 1200).Draw(t, "from")) * time.Minute)
		until := from.Add(time.Duration(rapid.IntRange(1, 900).Draw(t, "length")) * time.Minute)
		r.Duties = append(r.Duties, &alertv1.Duty{PersonId: anyPerson(t), From: timestamppb.New(from), Until: timestamppb.New(until)})
	}
	if rapid.Bool().Draw(t, "fallback") {
		r.FallbackPersonId = anyPerson(t)
	}
	return r
}

func anyPolicy(t *rapid.T) *alertv1.Policy {
	p := &alertv1.Policy{OrganisationId: "clinic", Critical: anyPlan(t), Urgent: anyPlan(t)}
	p.Zone = rapid.SampledFrom([]string{"", "Asia/Tokyo", "Europe/Berlin", "America/St_Johns", "Nowhere"}).Draw(t, "zone")
	if rapid.Bool().Draw(t, "quiet") {
		p.Quiet = &alertv1.QuietHours{From: anyClock(t), Until: anyClock(t)}
	}
	return p
}

func anyClock(t *rapid.T) string {
	return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, "hour"), rapid.SampledFrom([]int{0, 15, 59}).Draw(t, "minute"))
}

func anyPlan(t *rapid.T) *alertv1.Plan {
	p := &alertv1.Plan{
		Loops: uint32(rapid.IntRange(0, 3).Draw(t, "loops")), WaitMinutes: uint32(rapid.IntRange(0, 90).Draw(t, "wait")),
	}
	for range rapid.IntRange(1, 4).Draw(t, "steps") {
		s := step(uint32(rapid.IntRange(0, 120).Draw(t, "after")))
		s.AgainMinutes = uint32(rapid.IntRange(0, 20).Draw(t, "again"))
		for range rapid.IntRange(1, 3).Draw(t, "recipients") {
			s.To = append(s.To, rapid.SampledFrom([]*alertv1.Recipient{
				person("sato"), person("mori"), rota("on-call"), rota("backup"), rota("none"),
				role(carev1.Role_ROLE_PHYSICIAN), role(carev1.Role_ROLE_NURSE),
			}).Draw(t, "to"))
		}
		p.Steps = append(p.Steps, s)
	}
	return p
}

func (m *machine) newAlert(t *rapid.T) *storev1.GroupedAlert {
	m.alerts++
	name := fmt.Sprint("a", m.alerts)
	severity := rapid.SampledFrom([]carev1.AlertSeverity{notice, urgent, critical}).Draw(t, "severity")
	m.open[name] = severity
	return alert(name, severity, m.now)
}

// plan is the one that counts for the group.
func (m *machine) plan() *alertv1.Plan {
	if m.e.GetSeverity() == critical {
		return m.e.GetPolicy().GetCritical()
	}
	return m.e.GetPolicy().GetUrgent()
}

func (m *machine) worst() (worst carev1.AlertSeverity) {
	for _, s := range m.open {
		worst = max(worst, s)
	}
	return worst
}

func (m *machine) ended() bool { return m.e.GetState() == answered }

func (m *machine) join(t *rapid.T) {
	if m.ended() || m.alerts == 200 {
		t.Skip()
	}
	before := m.e.GetSeverity()
	a := m.newAlert(t)
	if !escalation.Join(m.e, a, m.policy, m.now) {
		t.Fatal("no room for an alert")
	}
	if a.GetSeverity() <= before {
		m.advance(t)
		return
	}
	m.snapshot = proto.CloneOf(m.policy)
	told := m.advance(t)
	if a.GetSeverity() == critical && m.plan().GetSteps()[0].GetAfterMinutes() == 0 && len(told) == 0 {
		t.Fatal("a critical alert joined what was less, and nobody was told at once")
	}
}

func (m *machine) answer(t *rapid.T) {
	var ids [][]byte
	for n := range m.alerts {
		if name := fmt.Sprint("a", n+1); rapid.Bool().Draw(t, "answered") {
			delete(m.open, name)
			ids = append(ids, id(name))
		}
	}
	before := m.ended()
	if ended := escalation.Answer(m.e, ids, anyPerson(t), m.now); ended != (!before && m.ended()) {
		t.Fatal("Answer and the state differ about the end")
	}
	m.advance(t)
}

func (m *machine) next(t *rapid.T) {
	if m.e.GetNextMs() == 0 {
		t.Skip()
	}
	m.now = time.UnixMilli(m.e.GetNextMs())
	m.advance(t)
}

func (m *machine) early(t *rapid.T) {
	left := m.e.GetNextMs() - m.now.UnixMilli()
	if left < 2 {
		t.Skip()
	}
	m.now = m.now.Add(time.Duration(rapid.Int64Range(1, left-1).Draw(t, "ms")) * time.Millisecond)
	m.advance(t)
}

func (m *machine) late(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "minutes")) * time.Minute)
	m.advance(t)
}

func (m *machine) back(t *rapid.T) {
	m.now = m.now.Add(-time.Duration(rapid.IntRange(1, 600).Draw(t, "minutes")) * time.Minute)
	m.advance(t)
}

func (m *machine) duty(t *rapid.T) {
	m.world.rotas["on-call"] = anyRota(t, m.now)
	m.advance(t)
}

// holds is what is always true.
func (m *machine) holds(t *rapid.T) {
	switch worst := m.worst(); {
	case worst >= urgent && m.e.GetNextMs() <= m.now.UnixMilli():
		t.Fatalf("nobody has answered what is %v, and nothing happens next", worst)
	case worst >= urgent && m.ended():
		t.Fatal("it has ended, and nobody has answered")
	case worst >= urgent && worst != m.e.GetSeverity():
		t.Fatalf("the worst is %v and the group says %v", worst, m.e.GetSeverity())
	case worst == 0 && !m.ended():
		t.Fatal("everything was answered, and it goes on")
	}
	if !proto.Equal(m.e.GetPolicy(), m.snapshot) {
		t.Fatal("the policy of what runs has changed")
	}
}

// advance advances the group, and looks at what came of it.
func (m *machine) advance(t *rapid.T) []escalation.Told {
	before := proto.CloneOf(m.e)
	told, _ := escalation.Advance(m.e, m.world, m.now)
	m.twice(t)
	who := names(told)
	for i, p := range who {
		if p != "" && slices.Contains(who[:i], p) {
			t.Fatalf("%s is told twice at once", p)
		}
	}
	if m.ended() && len(told) > 0 {
		t.Fatal("people are told of what was answered")
	}
	if m.e.GetSeverity() == critical {
		m.sameWithoutQuiet(t, before, told)
	}
	if m.e.GetState() == running || m.e.GetState() == unanswered {
		m.steps(t, before, told)
		m.onDuty(t, before, told)
		m.bounded(t)
	}
	return told
}

// twice: the same moment again does nothing.
func (m *machine) twice(t *rapid.T) {
	after := proto.CloneOf(m.e)
	if again, alarm := escalation.Advance(m.e, m.world, m.now); len(again) > 0 || alarm || !proto.Equal(after, m.e) {
		t.Fatalf("a second look at the same moment told %v and changed the group:\n%v\n%v", again, after, m.e)
	}
}

// sameWithoutQuiet: quiet hours are nothing to what is critical.
func (m *machine) sameWithoutQuiet(t *rapid.T, before *storev1.Escalation, told []escalation.Told) {
	before.Policy.Quiet = nil
	other, _ := escalation.Advance(before, m.world, m.now)
	if !slices.Equal(other, told) || before.GetNextMs() != m.e.GetNextMs() {
		t.Fatalf("quiet hours changed what is critical: %v, without them %v", told, other)
	}
}

// steps: one after the other, each once, and everybody whom a step names is told when it is taken.
func (m *machine) steps(t *rapid.T, before *storev1.Escalation, told []escalation.Told) {
	from, steps := int(before.GetSteps()), m.plan().GetSteps()
	switch m.e.GetRound() - before.GetRound() {
	case 0:
	case 1:
		if from != len(steps) {
			t.Fatalf("a round began after %d of %d steps", from, len(steps))
		}
		from = 0
	default:
		t.Fatalf("from round %d to round %d at once", before.GetRound(), m.e.GetRound())
	}
	if int(m.e.GetSteps()) < from || m.e.GetRound() > m.plan().GetLoops()+1 {
		t.Fatal("a step was taken back, or a round too many began")
	}
	for i := from; i < int(m.e.GetSteps()); i++ {
		all := escalation.Persons(steps[i], "clinic", "yamada", m.world, m.now)
		for _, p := range all {
			if !has(told, p) {
				t.Fatalf("step %d was taken without telling %s", i+1, p)
			}
		}
		if len(all) == 0 && !slices.ContainsFunc(told, func(o escalation.Told) bool { return o.Person == "" && int(o.Step) == i+1 }) {
			t.Fatalf("step %d names nobody, and nothing says so", i+1)
		}
	}
}

// onDuty: whoever is on duty by a step that was taken has been told, unless it is quiet.
func (m *machine) onDuty(t *rapid.T, before *storev1.Escalation, told []escalation.Told) {
	steps := m.plan().GetSteps()
	if m.e.GetRound() == 1 && m.e.GetState() == running {
		steps = steps[:m.e.GetSteps()]
	}
	without := proto.CloneOf(m.e.GetPolicy())
	for _, s := range steps {
		for _, to := range s.GetTo() {
			persons, _ := m.world.OnDuty("", to.GetRotaId(), m.now)
			for _, p := range persons {
				if !slices.Contains(before.GetOnDuty(), p) && !has(told, p) && !m.quiet(without) {
					t.Fatalf("%s has come on duty and is not told", p)
				}
			}
		}
	}
}

// quiet tells whether the group is put off to the end of the quiet hours.
func (m *machine) quiet(p *alertv1.Policy) bool {
	if m.e.GetSeverity() == critical || p.GetQuiet() == nil {
		return false
	}
	probe := alert("probe", urgent, m.now)
	p.Urgent = &alertv1.Plan{Steps: []*alertv1.Step{step(0, person("sato"))}}
	return escalation.Begin([16]byte{2}, "yamada", p, false, probe, m.now).GetNextMs() != m.now.UnixMilli()
}

// bounded: nobody waits longer for the next step than the policy says, and a day of quiet hours.
func (m *machine) bounded(t *rapid.T) {
	wait, latest := int64(m.plan().GetWaitMinutes()), int64(0)
	if wait == 0 {
		wait = 30
	}
	for _, s := range m.plan().GetSteps() {
		wait, latest = max(wait, int64(s.GetAfterMinutes())-latest), max(latest, int64(s.GetAfterMinutes()))
	}
	if m.e.GetSeverity() != critical && m.e.GetPolicy().GetQuiet() != nil {
		wait += 24 * 60
	}
	if left := m.e.GetNextMs() - m.now.UnixMilli(); left > wait*60_000 {
		t.Fatalf("the next thing happens in %d minutes, and the policy says %d at most", left/60_000, wait)
	}
}
