package alerts

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// policy is the built-in one, as that of an organisation or a chart.
func policy(organisation, chart string, version uint64) *alertv1.Policy {
	p := escalation.BuiltIn()
	p.OrganisationId, p.ChartId, p.Version = organisation, chart, version
	return p
}

func (b *bench) setPolicy(person string, p *alertv1.Policy) (*alertv1.SetPolicyResponse, error) {
	return b.SetPolicy(b.t.Context(), b.call(person), &alertv1.SetPolicyRequest{Policy: p})
}

func (b *bench) policies(person, chart string) *alertv1.ListPoliciesResponse {
	b.t.Helper()
	return must[*alertv1.ListPoliciesResponse](b.t)(b.ListPolicies(b.t.Context(), b.call(person), &alertv1.ListPoliciesRequest{ChartId: chart}))
}

func codes(all []*alertv1.Warning) (found []string) {
	for _, w := range all {
		found = append(found, w.GetCode())
	}
	return found
}

// TestPolicyVersions: a change counts, one that is made twice is made once, and what somebody else changed in between is
// not overwritten.
func TestPolicyVersions(t *testing.T) {
	b := newBench(t)
	p := policy("clinic", "", 0)
	first := must[*alertv1.SetPolicyResponse](t)(b.setPolicy("mori", p)).GetPolicy()
	if first.GetVersion() != 1 || first.GetChangedBy() != "mori" || !first.GetChanged().AsTime().Equal(day) || p.GetVersion() != 0 {
		t.Errorf("%v", first)
	}
	b.now = b.now.Add(time.Hour)
	if again := must[*alertv1.SetPolicyResponse](t)(b.setPolicy("mori", p)).GetPolicy(); !proto.Equal(again, first) {
		t.Errorf("the same call again: %v", again)
	}
	other := policy("clinic", "", 0)
	other.DigestAt = "09:00"
	_, err := b.setPolicy("mori", other)
	want(t, "another one by who has not seen it", err, hub.Aborted)
	_, err = b.setPolicy("kato", policy("clinic", "", 0))
	want(t, "the same one by somebody else who has not seen it", err, hub.Aborted)
	other.Version = 1
	if second := must[*alertv1.SetPolicyResponse](t)(b.setPolicy("kato", other)).GetPolicy(); second.GetVersion() != 2 || second.GetChangedBy() != "kato" {
		t.Errorf("%v", second)
	}
	_, err = b.setPolicy("mori", p)
	want(t, "the first call once more", err, hub.Aborted)
	_, err = b.setPolicy("mori", policy("clinic", "", 7))
	want(t, "a version that never was", err, hub.Aborted)
	if list := b.policies("mori", ""); len(list.GetPolicies()) != 1 || list.GetPolicies()[0].GetDigestAt() != "09:00" || list.GetBuiltIn() {
		t.Errorf("%v", list)
	}
}

// TestWhoDecidesPolicies: physicians, nurses and care managers for their organisation, and for a chart that they may read;
// the policy of a chart stays with the organisation that made it.
func TestWhoDecidesPolicies(t *testing.T) {
	b := newBench(t)
	for person, code := range map[string]hub.Code{
		"takahashi": hub.PermissionDenied, "yamamoto": hub.PermissionDenied, "noguchi": hub.PermissionDenied, "stranger": hub.PermissionDenied,
	} {
		_, err := b.setPolicy(person, policy(members[person].organisation, "", 0))
		want(t, person, err, code)
	}
	_, err := b.setPolicy("mori", policy("station", "", 0))
	want(t, "of another organisation", err, hub.PermissionDenied)
	for _, chart := range []string{"yamada", "nowhere"} {
		_, err = b.setPolicy("kato", policy("clinic", chart, 0))
		want(t, "for a chart of others: "+chart, err, hub.NotFound)
	}
	_, err = b.setPolicy("past", policy("station", "yamada", 0))
	want(t, "after the grant ended", err, hub.NotFound)
	for _, person := range []string{"mori", "sato", "ito"} {
		if _, err := b.setPolicy(person, policy(members[person].organisation, "", 0)); err != nil {
			t.Errorf("%s: %v", person, err)
		}
	}
	if _, err := b.setPolicy("sato", policy("station", "yamada", 0)); err != nil {
		t.Fatal(err)
	}
	_, err = b.setPolicy("ito", policy("office", "yamada", 0))
	want(t, "a care manager for a chart", err, hub.PermissionDenied)
	_, err = b.setPolicy("mori", policy("clinic", "yamada", 0))
	want(t, "of another organisation, who has not seen it", err, hub.Aborted)
	if saved, err := b.setPolicy("mori", policy("clinic", "yamada", 1)); err != nil || saved.GetPolicy().GetVersion() != 2 {
		t.Errorf("the physician of the team replaces what another organisation made: %v, %v", saved, err)
	}
}

// without ends the grants of some members for one test.
func without(t *testing.T, persons ...string) {
	before := maps.Clone(members)
	t.Cleanup(func() { members = before })
	members = maps.Clone(members)
	for _, person := range persons {
		m := members[person]
		m.until = day.Add(-time.Hour)
		members[person] = m
	}
}

// TestAPolicyLapsesWithItsOrganisation: when nobody of the organisation that made it may read the chart any more, what
// counted before counts again, and whoever is left may make another one.
func TestAPolicyLapsesWithItsOrganisation(t *testing.T) {
	b := newBench(t)
	must[*alertv1.SetPolicyResponse](t)(b.setPolicy("mori", policy("clinic", "", 0)))
	must[*alertv1.SetPolicyResponse](t)(b.setPolicy("sato", policy("station", "yamada", 0)))
	without(t, "sato")
	if p := b.policies("mori", "yamada").GetPolicies()[0]; p.GetOrganisationId() != "station" {
		t.Errorf("noguchi of the station is left, and what counts is that of %s", p.GetOrganisationId())
	}
	without(t, "sato", "noguchi")
	if p := b.policies("mori", "yamada").GetPolicies()[0]; p.GetOrganisationId() != "clinic" || p.GetChartId() != "" {
		t.Errorf("that of %s counts", p.GetOrganisationId())
	}
	for range 2 { // a call that is made again finds what it saved
		saved, err := b.setPolicy("mori", policy("clinic", "yamada", 0))
		if err != nil || saved.GetPolicy().GetVersion() != 2 {
			t.Errorf("%v, %v", saved, err)
		}
	}
	if p := b.policies("mori", "yamada").GetPolicies()[0]; p.GetChartId() != "yamada" || p.GetOrganisationId() != "clinic" {
		t.Errorf("that of %s counts", p.GetOrganisationId())
	}
}

// TestWhatIsCriticalIsToldInTime: a policy that leaves everybody uninformed for longer than the limit is not saved.
func TestWhatIsCriticalIsToldInTime(t *testing.T) {
	b := newBench(t)
	p := policy("clinic", "", 0)
	p.Critical.Steps = p.Critical.Steps[:1]
	p.Critical.Steps[0].AfterMinutes = escalation.MaxFirstCritical + 1
	_, err := b.setPolicy("mori", p)
	want(t, "31 minutes", err, hub.InvalidArgument)
	if err == nil || !strings.Contains(err.Error(), strconv.Itoa(escalation.MaxFirstCritical)+" minutes") {
		t.Errorf("the limit is not said: %v", err)
	}
	p.Critical.Steps[0].AfterMinutes = escalation.MaxFirstCritical
	if saved, err := b.setPolicy("mori", p); err != nil || !slices.Contains(codes(saved.GetWarnings()), "critical-late") {
		t.Errorf("30 minutes: %v, %v", saved, err)
	}
}

// TestWhoMayNotReadTheChartIsNamed when a chart's policy names them, by id or by a rota.
func TestWhoMayNotReadTheChartIsNamed(t *testing.T) {
	b := newBench(t)
	b.register("kato", fcmToken, token(1))
	b.register("past", fcmToken, token(2))
	must[*alertv1.SetRotaResponse](t)(b.setRota("mori", rota("clinic", "on-call", 0, duty("kato", day, day.AddDate(0, 0, 40)))))
	p := policy("clinic", "yamada", 0)
	p.Critical.Steps = []*alertv1.Step{{To: []*alertv1.Recipient{
		{Who: &alertv1.Recipient_PersonId{PersonId: "past"}}, {Who: &alertv1.Recipient_RotaId{RotaId: "on-call"}},
	}}}
	said := codes(must[*alertv1.SetPolicyResponse](t)(b.setPolicy("mori", p)).GetWarnings())
	n := 0
	for _, code := range said {
		if code == "no-right" {
			n++
		}
	}
	if n != 2 || !slices.Contains(said, "nobody-reachable") {
		t.Errorf("%v", said)
	}
}

// TestWhichPolicyCounts for a chart: its own, else the physician's organisation's, else the nurses', else the built-in one;
// without a chart those of the caller's organisation, in charts that they may read.
func TestWhichPolicyCounts(t *testing.T) {
	b := newBench(t)
	counts := func(chart string) string {
		list := b.policies("mori", chart)
		if len(list.GetPolicies()) != 1 {
			t.Fatalf("%v", list)
		}
		if list.GetBuiltIn() {
			return "built-in"
		}
		p := list.GetPolicies()[0]
		return p.GetOrganisationId() + "/" + p.GetChartId()
	}
	set := func(person string, p *alertv1.Policy) {
		if _, err := b.setPolicy(person, p); err != nil {
			t.Fatal(err)
		}
	}
	got := []string{counts("yamada")}
	set("ito", policy("office", "", 0))
	got = append(got, counts("yamada"))
	set("sato", policy("station", "", 0))
	got = append(got, counts("yamada"))
	set("mori", policy("clinic", "", 0))
	got = append(got, counts("yamada"))
	set("sato", policy("station", "yamada", 0))
	got = append(got, counts("yamada"), counts("tanabe"))
	if !slices.Equal(got, []string{"built-in", "built-in", "station/", "clinic/", "station/yamada", "clinic/"}) {
		t.Errorf("%v", got)
	}
	for person, n := range map[string]int{"sato": 2, "noguchi": 2, "past": 1, "ogawa": 1, "mori": 1, "ito": 1} {
		if list := b.policies(person, ""); len(list.GetPolicies()) != n || list.GetBuiltIn() {
			t.Errorf("%s sees %d, want %d", person, len(list.GetPolicies()), n)
		}
	}
	if list := b.policies("yamamoto", ""); !list.GetBuiltIn() || len(list.GetPolicies()) != 1 {
		t.Errorf("%v", list)
	}
	_, err := b.ListPolicies(t.Context(), b.call("kato"), &alertv1.ListPoliciesRequest{ChartId: "yamada"})
	want(t, "a chart of others", err, hub.NotFound)
}

// TestPolicyWarnings: a policy by which nobody can be reached is saved, and what is wrong with it is said then and at every
// look until it is mended.
func TestPolicyWarnings(t *testing.T) {
	b := newBench(t)
	p := policy("clinic", "", 0)
	p.Critical.Steps = []*alertv1.Step{{To: []*alertv1.Recipient{
		{Who: &alertv1.Recipient_PersonId{PersonId: "nobody-there"}}, {Who: &alertv1.Recipient_RotaId{RotaId: "on-call"}},
	}}}
	saved := must[*alertv1.SetPolicyResponse](t)(b.setPolicy("mori", p))
	for _, code := range []string{"person-unreachable", "rota-empty", "nobody-reachable"} {
		if !slices.Contains(codes(saved.GetWarnings()), code) {
			t.Errorf("%s is not said: %v", code, codes(saved.GetWarnings()))
		}
	}
	if saved.GetPolicy().GetVersion() != 1 || !slices.Contains(codes(b.policies("mori", "").GetWarnings()), "nobody-reachable") {
		t.Errorf("%v", saved)
	}
	b.register("kato", fcmToken, token(1))
	if _, err := b.setRota("mori", rota("clinic", "on-call", 0, duty("kato", day, day.AddDate(0, 0, 40)))); err != nil {
		t.Fatal(err)
	}
	if now := codes(b.policies("mori", "").GetWarnings()); slices.Contains(now, "nobody-reachable") || slices.Contains(now, "rota-empty") {
		t.Errorf("still said: %v", now)
	}
}

// TestRolesAreThoseOfTheChart: the built-in policy reaches nobody in a chart whose people have no device, and says so for
// the chart; of an organisation's policy that cannot be known.
func TestRolesAreThoseOfTheChart(t *testing.T) {
	b := newBench(t)
	reaches := func(chart string) bool {
		return !slices.Contains(codes(b.policies("mori", chart).GetWarnings()), "nobody-reachable")
	}
	if reaches("yamada") || !reaches("") {
		t.Error("nobody has a device")
	}
	b.register("mori", fcmToken, token(1))
	if !reaches("yamada") {
		t.Error("the physician can be reached")
	}
	if p := b.policies("mori", "yamada").GetPolicies()[0]; p.GetChartId() != "" || p.GetCritical().GetSteps()[0].GetTo()[0].GetRole() != carev1.Role_ROLE_PHYSICIAN {
		t.Errorf("%v", p)
	}
}
