package escalation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
)

// codes checks that each warning says something in both languages, and returns their codes.
func codes(t *testing.T, all []*alertv1.Warning) string {
	t.Helper()
	var codes []string
	for _, w := range all {
		codes = append(codes, w.GetCode())
		if !strings.HasSuffix(w.GetJa(), "。") || !strings.HasSuffix(w.GetEn(), ".") {
			t.Errorf("not sentences: %q %q", w.GetJa(), w.GetEn())
		}
		if strings.Count(w.GetEn(), ". ")+strings.Count(w.GetEn(), ": ") == 0 {
			t.Errorf("%q does not say what happens meanwhile", w.GetEn())
		}
	}
	return strings.Join(codes, " ")
}

func TestCheckPolicy(t *testing.T) {
	w := newWorld()
	w.team[carev1.Role_ROLE_PHYSICIAN], w.team[carev1.Role_ROLE_NURSE] = []string{"sato"}, []string{"suzuki"}
	w.rotas["on-call"] = duties(t, "sato", "2026-11-23T18:00", "2026-11-25T08:00")
	w.rotas["old"] = duties(t, "sato", "2026-11-20T18:00", "2026-11-21T08:00")
	w.without["tanaka"] = true
	fine := func() *alertv1.Policy {
		return &alertv1.Policy{
			OrganisationId: "clinic", ChartId: "yamada",
			Critical: &alertv1.Plan{Steps: []*alertv1.Step{step(0, rota("on-call")), step(10, role(carev1.Role_ROLE_NURSE))}},
			Urgent:   &alertv1.Plan{Steps: []*alertv1.Step{step(0, person("sato")), step(60, person("suzuki"))}},
			Quiet:    &alertv1.QuietHours{From: "21:00", Until: "07:00"},
		}
	}
	for want, change := range map[string]func(p *alertv1.Policy){
		"":                                    func(*alertv1.Policy) {},
		"zone-unknown":                        func(p *alertv1.Policy) { p.Zone = "Asia/Nowhere" },
		"quiet-empty":                         func(p *alertv1.Policy) { p.Quiet.From = "07:00" },
		"quiet-long":                          func(p *alertv1.Policy) { p.Quiet.From = "08:00" },
		"critical-late":                       func(p *alertv1.Policy) { p.Critical.Steps[0].AfterMinutes = 5 },
		"plan-empty":                          func(p *alertv1.Policy) { p.Urgent.Steps = nil },
		"person-unreachable step-unreachable": func(p *alertv1.Policy) { p.Urgent.Steps[0] = step(0, person("tanaka")) },
		"rota-empty step-unreachable":         func(p *alertv1.Policy) { p.Critical.Steps[1] = step(10, rota("none")) },
		"steps-out-of-order":                  func(p *alertv1.Policy) { p.Urgent.Steps = append(p.Urgent.Steps, step(30, person("sato"))) },
		"steps-same-time":                     func(p *alertv1.Policy) { p.Urgent.Steps[1].AfterMinutes = 0 },
		"again-never":                         func(p *alertv1.Policy) { p.Urgent.Steps[0].AgainMinutes = 60 },
		"again-often":                         func(p *alertv1.Policy) { p.Urgent.Steps[0].AgainMinutes = 1 },
		"no-clinician":                        func(p *alertv1.Policy) { p.Urgent.Steps = []*alertv1.Step{step(0, person("ito"))} },
		"step-unreachable": func(p *alertv1.Policy) {
			p.Urgent.Steps[1].To = []*alertv1.Recipient{role(carev1.Role_ROLE_PHARMACIST)}
		},
		"rota-empty nobody-reachable": func(p *alertv1.Policy) { p.Critical.Steps = []*alertv1.Step{step(0, rota("old"))} },
		"person-unreachable steps-out-of-order": func(p *alertv1.Policy) {
			p.Critical.Steps = append(p.Critical.Steps, step(9, person("tanaka"), person("sato")))
		},
	} {
		p := fine()
		change(p)
		if got := codes(t, escalation.CheckPolicy(p, w, began)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := codes(t, escalation.CheckPolicy(escalation.BuiltIn(), newWorld(), began)); got != "" {
		t.Errorf("the built-in policy, without a chart: %q", got)
	}
	lonely := escalation.BuiltIn()
	lonely.ChartId = "yamada"
	if got := codes(t, escalation.CheckPolicy(lonely, newWorld(), began)); got != "nobody-reachable no-clinician nobody-reachable no-clinician" {
		t.Errorf("a chart without anybody: %q", got)
	}
}

// TestCheckedPlanReachesNobody: the check and what happens agree.
func TestCheckedPlanReachesNobody(t *testing.T) {
	w := newWorld()
	w.without["sato"] = true
	p := &alertv1.Policy{Critical: &alertv1.Plan{Steps: []*alertv1.Step{step(0, person("sato")), step(10, rota("none"))}}}
	if got := codes(t, escalation.CheckPolicy(p, w, began)); !strings.Contains(got, "nobody-reachable") {
		t.Error(got)
	}
	e := escalation.Begin([16]byte{1}, "yamada", p, false, alert("a", critical, began), began)
	if _, alarm := escalation.Advance(e, w, began); !alarm {
		t.Error("nobody is reached, and the operator is not told")
	}
}

func TestCheckRota(t *testing.T) {
	now := moment(t, "2026-11-23T12:00:00+09:00")
	known := func(person string) bool { return person != "tanaka" }
	whole := []string{"sato", "2026-11-23T00:00", "2026-12-10T08:00", "suzuki", "2026-12-10T08:00", "2027-02-01T08:00"}
	for name, c := range map[string]struct {
		duties []string
		want   string
		says   []string
	}{
		"whole":   {whole, "", nil},
		"nothing": {nil, "rota-past", []string{"the next step is taken at once"}},
		"past":    {[]string{"sato", "2026-11-01T00:00", "2026-11-23T12:00"}, "rota-past", nil},
		"a hole and an end": {
			[]string{"sato", "2026-11-23T00:00", "2026-11-24T08:00", "suzuki", "2026-11-24T18:00", "2026-11-25T08:00"}, "rota-hole rota-hole",
			[]string{"from 2026-11-24 08:00 until 2026-11-24 18:00", "from 2026-11-25 08:00 on"},
		},
		"a hole now":        {[]string{"sato", "2026-11-23T18:00", "2027-02-01T08:00"}, "rota-hole", []string{"from 2026-11-23 12:00 until 2026-11-23 18:00"}},
		"a hole far ahead":  {append(slices.Clone(whole[:5]), "2026-12-24T08:00"), "", nil},
		"overlap":           {append(slices.Clone(whole), "mori", "2026-12-01T08:00", "2026-12-02T08:00"), "rota-overlap", []string{"from 2026-12-01 08:00 until 2026-12-02 08:00"}},
		"overlap in itself": {append(slices.Clone(whole), "sato", "2026-12-01T08:00", "2026-12-02T08:00"), "", nil},
		"short duties": {
			append(slices.Clone(whole), "sato", "2026-12-01T08:00", "2026-12-01T08:14", "sato", "2026-12-02T08:00", "2026-12-02T08:15", "sato", "2026-11-01T08:00", "2026-11-01T08:01"),
			"duty-short", []string{"shorter than 15 minutes (1, the first at 2026-12-01 08:00"},
		},
		"somebody not known": {append(slices.Clone(whole[:3]), "tanaka", "2026-12-10T08:00", "2027-02-01T08:00"), "unknown-person", []string{"tanaka"}},
	} {
		all := escalation.CheckRota(duties(t, c.duties...), known, now)
		if got := codes(t, all); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		for i, says := range c.says {
			if i < len(all) && !strings.Contains(all[i].GetEn(), says) {
				t.Errorf("%s: %q does not say %q", name, all[i].GetEn(), says)
			}
		}
	}
	many := duties(t)
	for day := range 20 {
		from := now.AddDate(0, 0, day)
		many.Duties = append(many.Duties, &alertv1.Duty{PersonId: "sato", From: timestamppb.New(from), Until: timestamppb.New(from.Add(time.Hour))})
	}
	many.FallbackPersonId = "tanaka"
	all := escalation.CheckRota(many, known, now)
	if len(all) != 1+escalation.MaxHoles || !strings.Contains(all[1].GetEn(), "Meanwhile tanaka is told") {
		t.Errorf("%d warnings: %v", len(all), all)
	}
}

const (
	spo2    = carev1.VitalItem_VITAL_ITEM_SPO2
	atLeast = carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_LEAST
	atMost  = carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_MOST
)

// limit makes one that is in force for a month.
func limit(item carev1.VitalItem, operator carev1.ThresholdOperator, value int64, severity carev1.AlertSeverity) *carev1.AlertThreshold {
	return &carev1.AlertThreshold{
		Item: item, Operator: operator, Value: value, Severity: severity,
		ValidFrom: timestamppb.New(began.AddDate(0, 0, -1)), ValidUntil: timestamppb.New(began.AddDate(0, 1, 0)),
	}
}

func with(t *carev1.AlertThreshold, change func(*carev1.AlertThreshold)) *carev1.AlertThreshold {
	change(t)
	return t
}

func TestCheckThresholds(t *testing.T) {
	low := func(value int64, severity carev1.AlertSeverity) *carev1.AlertThreshold {
		return limit(spo2, atMost, value, severity)
	}
	lasting := func(readings, minutes uint32) func(*carev1.AlertThreshold) {
		return func(t *carev1.AlertThreshold) { t.Readings, t.Minutes = readings, minutes }
	}
	ended := func(t *carev1.AlertThreshold) { t.ValidUntil = timestamppb.New(began) }
	withdrawn := func(t *carev1.AlertThreshold) { t.Withdrawn = true }
	later := func(t *carev1.AlertThreshold) {
		t.ValidFrom, t.ValidUntil = timestamppb.New(began.AddDate(0, 2, 0)), timestamppb.New(began.AddDate(0, 3, 0))
	}
	for name, c := range map[string]struct {
		want     string
		defaults []rules.Limit
		limits   []*carev1.AlertThreshold
	}{
		"none":               {"", rules.Defaults(), nil},
		"two steps":          {"", nil, []*carev1.AlertThreshold{low(92, urgent), low(88, critical)}},
		"the wrong way":      {"threshold-contradicts", nil, []*carev1.AlertThreshold{low(92, critical), low(88, urgent)}},
		"at the same value":  {"threshold-contradicts", nil, []*carev1.AlertThreshold{low(90, critical), low(90, urgent)}},
		"not at one time":    {"", nil, []*carev1.AlertThreshold{low(92, critical), with(low(88, urgent), later)}},
		"never told":         {"threshold-silent", nil, []*carev1.AlertThreshold{low(88, urgent), low(92, urgent)}},
		"told sooner":        {"", nil, []*carev1.AlertThreshold{low(88, urgent), with(low(92, urgent), lasting(3, 0))}},
		"twice":              {"threshold-twice", nil, []*carev1.AlertThreshold{low(88, urgent), with(low(88, urgent), lasting(1, 0))}},
		"every reading":      {"threshold-contradicts", nil, []*carev1.AlertThreshold{low(92, urgent), limit(spo2, atLeast, 93, urgent)}},
		"room between":       {"", nil, []*carev1.AlertThreshold{low(92, urgent), limit(spo2, atLeast, 99, urgent)}},
		"another item":       {"", nil, []*carev1.AlertThreshold{low(92, urgent), limit(carev1.VitalItem_VITAL_ITEM_PULSE, atLeast, 60, urgent)}},
		"never":              {"threshold-never", nil, []*carev1.AlertThreshold{limit(spo2, atLeast, 101, urgent)}},
		"degrees for tenths": {"threshold-always", nil, []*carev1.AlertThreshold{limit(carev1.VitalItem_VITAL_ITEM_TEMPERATURE, atLeast, 38, urgent)}},
		"not compared":       {"threshold-not-judged", nil, []*carev1.AlertThreshold{limit(carev1.VitalItem_VITAL_ITEM_HEIGHT, atLeast, 1500, urgent)}},
		"ended":              {"threshold-ended", nil, []*carev1.AlertThreshold{with(low(200, urgent), ended)}},
		"withdrawn":          {"", nil, []*carev1.AlertThreshold{with(low(200, urgent), withdrawn), with(low(92, urgent), withdrawn)}},
		"one reading":        {"threshold-persistence", nil, []*carev1.AlertThreshold{with(low(88, urgent), lasting(0, 60))}},
		"lasting":            {"", nil, []*carev1.AlertThreshold{with(low(88, urgent), lasting(2, 60))}},
		"as the defaults":    {"", rules.Defaults(), []*carev1.AlertThreshold{low(92, urgent), low(89, critical)}},
		"stricter":           {"", rules.Defaults(), []*carev1.AlertThreshold{low(94, critical)}},
		"weaker":             {"threshold-weaker", rules.Defaults(), []*carev1.AlertThreshold{low(92, urgent), low(85, critical)}},
		"weaker in time":     {"threshold-weaker threshold-weaker", rules.Defaults(), []*carev1.AlertThreshold{with(low(92, critical), lasting(2, 0))}},
		"weaker, not yet":    {"", rules.Defaults(), []*carev1.AlertThreshold{with(low(80, urgent), later)}},
	} {
		if got := codes(t, escalation.CheckThresholds(c.limits, c.defaults, began)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		slices.Reverse(c.limits)
		if got := codes(t, escalation.CheckThresholds(c.limits, c.defaults, began)); got != c.want {
			t.Errorf("%s, the other way round: %q, want %q", name, got, c.want)
		}
	}
	got := escalation.CheckThresholds([]*carev1.AlertThreshold{low(92, critical), low(88, urgent)}, nil, began)[0]
	for _, want := range []string{"SpO2 88 %以下（要報告）", "SpO2 92 %以下（緊急）"} {
		if !strings.Contains(got.GetJa(), want) {
			t.Errorf("%q does not name %q", got.GetJa(), want)
		}
	}
}

// TestCheckDefaults: what is proposed has nothing wrong with it; what has no limit is said once, in both directions.
func TestCheckDefaults(t *testing.T) {
	if got := codes(t, escalation.CheckDefaults(rules.Defaults(), began)); got != "" {
		t.Errorf("what is proposed: %q", got)
	}
	without := slices.DeleteFunc(rules.Defaults(), func(l rules.Limit) bool {
		return l.Item == carev1.VitalItem_VITAL_ITEM_PULSE && l.Operator == carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_MOST ||
			l.Item == carev1.VitalItem_VITAL_ITEM_GLUCOSE
	})
	all := escalation.CheckDefaults(without, began)
	if got := codes(t, all); got != "default-missing" {
		t.Fatal(got)
	}
	for _, want := range []string{"脈拍（低い値）", "血糖（低い値）、血糖（高い値）"} {
		if !strings.Contains(all[0].GetJa(), want) {
			t.Errorf("%q does not name %q", all[0].GetJa(), want)
		}
	}
	if strings.Contains(all[0].GetJa(), "脈拍（高い値）") {
		t.Errorf("%q", all[0].GetJa())
	}
	wrong := append(rules.Defaults(), rules.Limit{
		Item: carev1.VitalItem_VITAL_ITEM_TEMPERATURE, Operator: carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_LEAST, Value: 38, Severity: rules.Notice,
	})
	if got := codes(t, escalation.CheckDefaults(wrong, began)); !strings.Contains(got, "threshold-always") || !strings.Contains(got, "threshold-contradicts") {
		t.Errorf("degrees for tenths: %q", got)
	}
}
