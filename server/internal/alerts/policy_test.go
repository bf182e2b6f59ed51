package alerts

import (
	"slices"
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
	_, err = b.setPolicy("mori", policy("clinic", "yamada", 1))
	want(t, "a chart's policy that another organisation made", err, hub.PermissionDenied)
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
