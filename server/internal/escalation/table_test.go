package escalation_test

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
)

func moment(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestQuietHoursEnd: what is urgent waits for the end of the quiet hours, over midnight and where clocks are set.
func TestQuietHoursEnd(t *testing.T) {
	for name, c := range map[string]struct{ zone, from, until, at, want string }{
		"before them":                     {"", "21:00", "07:00", "2026-11-23T20:59:59+09:00", "2026-11-23T20:59:59+09:00"},
		"their first minute":              {"", "21:00", "07:00", "2026-11-23T21:00:00+09:00", "2026-11-24T07:00:00+09:00"},
		"after midnight":                  {"", "21:00", "07:00", "2026-11-24T03:00:00+09:00", "2026-11-24T07:00:00+09:00"},
		"their end":                       {"", "21:00", "07:00", "2026-11-24T07:00:00+09:00", "2026-11-24T07:00:00+09:00"},
		"by day":                          {"", "12:00", "13:00", "2026-11-24T12:30:00+09:00", "2026-11-24T13:00:00+09:00"},
		"over the end of a year":          {"", "21:00", "07:00", "2026-12-31T23:30:00+09:00", "2027-01-01T07:00:00+09:00"},
		"equal ends are none":             {"", "07:00", "07:00", "2026-11-24T03:00:00+09:00", "2026-11-24T03:00:00+09:00"},
		"an unknown zone is Japan's":      {"Asia/Nowhere", "21:00", "07:00", "2026-11-24T03:00:00+09:00", "2026-11-24T07:00:00+09:00"},
		"a short night":                   {"Europe/Berlin", "22:00", "06:00", "2026-03-28T23:00:00+01:00", "2026-03-29T06:00:00+02:00"},
		"a long night":                    {"Europe/Berlin", "22:00", "06:00", "2026-10-24T23:00:00+02:00", "2026-10-25T06:00:00+01:00"},
		"an end that there is not":        {"Europe/Berlin", "22:00", "02:30", "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"},
		"an end that there is twice":      {"Europe/Berlin", "22:00", "02:30", "2026-10-25T01:00:00+02:00", "2026-10-25T02:30:00+02:00"},
		"its second time is not quiet":    {"Europe/Berlin", "22:00", "02:30", "2026-10-25T02:15:00+01:00", "2026-10-25T02:15:00+01:00"},
		"a beginning that there is twice": {"Europe/Berlin", "02:30", "06:00", "2026-10-25T02:15:00+01:00", "2026-10-25T06:00:00+01:00"},
		"half an hour's change":           {"Australia/Lord_Howe", "22:00", "02:15", "2026-10-04T01:00:00+10:30", "2026-10-04T02:30:00+11:00"},
	} {
		p := escalation.BuiltIn()
		p.Zone, p.Quiet = c.zone, &alertv1.QuietHours{From: c.from, Until: c.until}
		at := moment(t, c.at)
		e := escalation.Begin([16]byte{1}, "yamada", p, false, alert("a", urgent, at), at)
		if got := time.UnixMilli(e.GetNextMs()); !got.Equal(moment(t, c.want)) {
			t.Errorf("%s: waits until %v, want %s", name, got.In(at.Location()), c.want)
		}
		e = escalation.Begin([16]byte{1}, "yamada", p, false, alert("a", critical, at), at)
		if e.GetNextMs() != at.UnixMilli() {
			t.Errorf("%s: what is critical waits", name)
		}
	}
}

func TestDigestAt(t *testing.T) {
	for name, c := range map[string]struct{ zone, at, now, want string }{
		"today":                  {"", "", "2026-11-23T08:29:59+09:00", "2026-11-23T08:30:00+09:00"},
		"no longer today":        {"", "", "2026-11-23T08:30:00+09:00", "2026-11-24T08:30:00+09:00"},
		"where it is told":       {"Europe/Berlin", "18:00", "2026-11-23T23:00:00+09:00", "2026-11-23T18:00:00+01:00"},
		"not there that day":     {"Europe/Berlin", "02:30", "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"},
		"there twice, told once": {"Europe/Berlin", "02:30", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
		"not a time":             {"", "25:00", "2026-11-23T08:00:00+09:00", "2026-11-23T08:30:00+09:00"},
	} {
		got := escalation.DigestAt(&alertv1.Policy{Zone: c.zone, DigestAt: c.at}, moment(t, c.now))
		if !got.Equal(moment(t, c.want)) {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

// FuzzDigest: it comes after now and within two days, and says the time of day unless there is no such time.
func FuzzDigest(f *testing.F) {
	f.Add(int64(1_774_746_000), 2, 30, "Europe/Berlin")
	f.Add(int64(1_325_239_200), 8, 30, "Pacific/Apia") // 30 December 2011 was not there
	f.Add(int64(1_790_000_000), 0, 0, "America/St_Johns")
	f.Add(int64(-7_000_000_000), 23, 59, "Africa/Monrovia")
	f.Fuzz(func(t *testing.T, seconds int64, hour, minute int, zone string) {
		if hour < 0 || hour > 23 || minute < 0 || minute > 59 || seconds < -1e10 || seconds > 1e11 {
			t.Skip()
		}
		in, err := time.LoadLocation(zone)
		if err != nil || zone == "" || zone == "Local" {
			in = tokyo
		}
		now := time.Unix(seconds, 0)
		got := escalation.DigestAt(&alertv1.Policy{Zone: zone, DigestAt: fmt.Sprintf("%02d:%02d", hour, minute)}, now)
		if !got.After(now) || got.Sub(now) > 50*time.Hour {
			t.Fatalf("now is %v, and the digest comes at %v", now.In(in), got.In(in))
		}
		local := got.In(in)
		if start, _ := local.ZoneBounds(); (local.Hour() != hour || local.Minute() != minute) && !start.Equal(got) {
			t.Fatalf("asked for %02d:%02d, comes at %v", hour, minute, local)
		}
	})
}

func duties(t *testing.T, all ...string) *alertv1.Rota {
	t.Helper()
	r := &alertv1.Rota{OrganisationId: "clinic", Id: "on-call"}
	for i := 0; i < len(all); i += 3 {
		r.Duties = append(r.Duties, &alertv1.Duty{
			PersonId: all[i], From: timestamppb.New(moment(t, all[i+1]+":00+09:00")), Until: timestamppb.New(moment(t, all[i+2]+":00+09:00")),
		})
	}
	return r
}

func TestOnDuty(t *testing.T) {
	r := duties(t,
		"suzuki", "2026-11-24T08:00", "2026-11-24T18:00",
		"sato", "2026-11-23T18:00", "2026-11-24T08:00",
		"mori", "2026-11-24T17:00", "2026-11-24T20:00",
	)
	for at, want := range map[string]string{
		"2026-11-23T17:00": "[abe] 2026-11-23T18:00", "2026-11-23T18:00": "[sato] 2026-11-24T08:00",
		"2026-11-24T08:00": "[suzuki] 2026-11-24T17:00", "2026-11-24T17:30": "[suzuki mori] 2026-11-24T18:00",
		"2026-11-24T20:00": "[abe] never",
	} {
		r.FallbackPersonId = "abe"
		persons, until := escalation.OnDuty(r, moment(t, at+":00+09:00"))
		change := "never"
		if !until.IsZero() {
			change = until.In(tokyo).Format("2006-01-02T15:04")
		}
		if got := fmt.Sprint(persons, " ", change); got != want {
			t.Errorf("at %s: %s, want %s", at, got, want)
		}
	}
	if persons, until := escalation.OnDuty(nil, began); persons != nil || !until.IsZero() {
		t.Error("a rota that there is not has somebody on duty")
	}
}

// TestRoom: answered alerts and notices give way; what is critical always has room while urgent ones fill a group, and
// what has none is refused and not lost.
func TestRoom(t *testing.T) {
	e := escalation.Begin([16]byte{1}, "yamada", escalation.BuiltIn(), true, alert("first", urgent, began), began)
	join := func(name string, n int, severity carev1.AlertSeverity) (joined int) {
		for i := range n {
			if escalation.Join(e, alert(fmt.Sprint(name, i), severity, began), nil, began) {
				joined++
			}
		}
		return joined
	}
	if got := join("n", 100, notice); got != 100 {
		t.Fatalf("%d notices joined", got)
	}
	if got := join("u", 300, urgent); got != escalation.MaxUrgent-1 {
		t.Errorf("%d urgent ones joined", got)
	}
	if got := join("c", 70, critical); got != escalation.MaxAlerts-escalation.MaxUrgent {
		t.Errorf("%d critical ones joined", got)
	}
	if len(e.GetAlerts()) != escalation.MaxAlerts || e.GetLeftOut() != 100 {
		t.Errorf("lists %d and left out %d", len(e.GetAlerts()), e.GetLeftOut())
	}
	escalation.Answer(e, [][]byte{id("c0"), id("u0")}, "sato", began)
	if escalation.Join(e, alert("c69", critical, began), nil, began); !listed(e, "c69") || listed(e, "u0") {
		t.Error("what was answered did not give way to what is critical")
	}
	if n := len(e.GetAlerts()); n != escalation.MaxAlerts {
		t.Errorf("the group lists %d", n)
	}
}

func listed(e *storev1.Escalation, name string) bool {
	for _, a := range e.GetAlerts() {
		if string(a.GetRecordId()) == string(id(name)) {
			return true
		}
	}
	return false
}

// TestAlarmsOnce: the operator hears once that nobody answers, and again after it became worse.
func TestAlarmsOnce(t *testing.T) {
	w := newWorld()
	w.team[carev1.Role_ROLE_PHYSICIAN] = []string{"sato"}
	p := &alertv1.Policy{
		Critical: &alertv1.Plan{Steps: []*alertv1.Step{step(0, role(carev1.Role_ROLE_PHYSICIAN))}, WaitMinutes: 5},
		Urgent:   &alertv1.Plan{Steps: []*alertv1.Step{step(0, role(carev1.Role_ROLE_PHYSICIAN))}, WaitMinutes: 5},
	}
	now, alarms := began, []time.Duration{}
	e := escalation.Begin([16]byte{1}, "yamada", p, false, alert("a", urgent, now), now)
	for ; now.Before(began.Add(time.Hour)); now = time.UnixMilli(e.GetNextMs()) {
		if now.Equal(began.Add(30 * time.Minute)) {
			escalation.Join(e, alert("b", critical, now), p, now)
		}
		if _, alarm := escalation.Advance(e, w, now); alarm {
			alarms = append(alarms, now.Sub(began))
		}
	}
	if got := fmt.Sprint(alarms); got != "[5m0s 35m0s]" || e.GetState() != unanswered {
		t.Errorf("alarms after %s, state %v", got, e.GetState())
	}
}

// TestAnsweredBefore: an alert whose answer was there first tells nobody.
func TestAnsweredBefore(t *testing.T) {
	a := alert("a", critical, began)
	a.AnsweredBy, a.AnsweredMs = "sato", began.UnixMilli()
	e := escalation.Begin([16]byte{1}, "yamada", escalation.BuiltIn(), true, a, began)
	if told, _ := escalation.Advance(e, newWorld(), began); len(told) != 0 || e.GetNextMs() != 0 || e.GetState() != answered {
		t.Errorf("told %v, state %v", told, e.GetState())
	}
	if escalation.Join(e, alert("b", critical, began), nil, began) {
		t.Error("an alert joined a group that has ended")
	}
}

// TestDigestTo: the notices of a chart are for those of the urgent plan's first step.
func TestDigestTo(t *testing.T) {
	w := newWorld()
	w.team[carev1.Role_ROLE_PHYSICIAN], w.team[carev1.Role_ROLE_NURSE] = []string{"sato"}, []string{"suzuki"}
	if got := escalation.DigestTo(escalation.BuiltIn(), "yamada", w, began); fmt.Sprint(got) != "[sato]" {
		t.Error(got)
	}
}

// TestPolicyIsKept: what becomes of the caller's policy is nothing to what runs, until that becomes worse.
func TestPolicyIsKept(t *testing.T) {
	w := newWorld()
	p := &alertv1.Policy{
		OrganisationId: "clinic", Critical: &alertv1.Plan{Steps: []*alertv1.Step{step(0, person("sato"))}},
		Urgent: &alertv1.Plan{Steps: []*alertv1.Step{step(0, person("sato"))}},
	}
	e := escalation.Begin([16]byte{1}, "yamada", p, false, alert("a", urgent, began), began)
	p.Urgent.Steps[0], p.Critical.Steps[0] = step(0, person("mori")), step(0, person("mori"))
	escalation.Join(e, alert("b", urgent, began), p, began)
	if told, _ := escalation.Advance(e, w, began); fmt.Sprint(names(told)) != "[sato]" {
		t.Errorf("told %v by a policy that it did not begin with", told)
	}
	escalation.Join(e, alert("c", critical, began), p, began)
	p.Critical.Steps[0] = step(0, person("ito"))
	if told, _ := escalation.Advance(e, w, began); fmt.Sprint(names(told)) != "[mori]" {
		t.Errorf("told %v by another policy than when it became worse", told)
	}
}

// TestFloodDoesNotPutOff: however many critical alerts join, those who were told hear of the first a minute after they
// were told, even if somebody else was told in between.
func TestFloodDoesNotPutOff(t *testing.T) {
	at := func(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }
	w := newWorld()
	w.rotas["on-call"] = &alertv1.Rota{Duties: []*alertv1.Duty{
		{PersonId: "sato", From: timestamppb.New(at(-9)), Until: timestamppb.New(at(50))},
		{PersonId: "mori", From: timestamppb.New(at(50)), Until: timestamppb.New(at(9000))},
	}}
	p := &alertv1.Policy{OrganisationId: "clinic", Critical: &alertv1.Plan{Steps: []*alertv1.Step{step(0, rota("on-call"), person("ito"))}}}
	e := escalation.Begin([16]byte{1}, "yamada", p, false, alert("a", critical, began), began)
	escalation.Advance(e, w, began)
	escalation.Join(e, alert("b", critical, at(30)), p, at(30))
	if told, _ := escalation.Advance(e, w, at(30)); len(told) != 0 || e.GetNextMs() != at(50).UnixMilli() {
		t.Errorf("told %v, and next at %v", told, time.UnixMilli(e.GetNextMs()))
	}
	if told, _ := escalation.Advance(e, w, at(50)); fmt.Sprint(names(told)) != "[mori]" {
		t.Errorf("the duty was handed over, and told are %v", told)
	}
	escalation.Join(e, alert("c", critical, at(55)), p, at(55))
	escalation.Advance(e, w, at(55))
	if e.GetNextMs() != at(60).UnixMilli() {
		t.Errorf("those who were told hear of it again at %v", time.UnixMilli(e.GetNextMs()))
	}
	if told, _ := escalation.Advance(e, w, at(60)); fmt.Sprint(names(told)) != "[mori ito]" {
		t.Errorf("told again are %v", told)
	}
}

// TestEarliestHandOver: of two rotas the one that changes first is looked at first, and not a part of a millisecond early.
func TestEarliestHandOver(t *testing.T) {
	w := newWorld()
	change := began.Add(5*time.Minute + 300*time.Microsecond)
	w.rotas["on-call"] = &alertv1.Rota{Duties: []*alertv1.Duty{
		{PersonId: "sato", From: timestamppb.New(began), Until: timestamppb.New(change)},
		{PersonId: "mori", From: timestamppb.New(change), Until: timestamppb.New(began.Add(time.Hour))},
	}}
	w.rotas["backup"] = &alertv1.Rota{Duties: []*alertv1.Duty{
		{PersonId: "ito", From: timestamppb.New(began), Until: timestamppb.New(began.Add(7 * time.Minute))},
	}}
	p := &alertv1.Policy{OrganisationId: "clinic", Critical: &alertv1.Plan{Steps: []*alertv1.Step{step(0, rota("backup"), rota("on-call"), rota("backup"))}}}
	e := escalation.Begin([16]byte{1}, "yamada", p, false, alert("a", critical, began), began)
	escalation.Advance(e, w, began)
	told, _ := escalation.Advance(e, w, time.UnixMilli(e.GetNextMs()))
	if fmt.Sprint(names(told)) != "[mori]" || fmt.Sprint(e.GetOnDuty()) != "[ito mori]" {
		t.Errorf("told %v, on duty are %v", names(told), e.GetOnDuty())
	}
}
