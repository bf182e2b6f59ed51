package alerts

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// spo2AtMost are the limits of an organisation that knows one.
func spo2AtMost(organisation string, version uint64, value int64) *alertv1.DefaultLimits {
	return &alertv1.DefaultLimits{OrganisationId: organisation, Version: version, Limits: []*alertv1.DefaultLimit{
		{Item: carev1.VitalItem_VITAL_ITEM_SPO2, Operator: atMost, Value: value, Severity: severityUrgent},
	}}
}

func (b *bench) setLimits(person string, l *alertv1.DefaultLimits) (*alertv1.SetDefaultLimitsResponse, error) {
	return b.SetDefaultLimits(b.t.Context(), b.call(person), &alertv1.SetDefaultLimitsRequest{Limits: l})
}

func (b *bench) limits(person string) *alertv1.GetDefaultLimitsResponse {
	b.t.Helper()
	return must[*alertv1.GetDefaultLimitsResponse](b.t)(b.GetDefaultLimits(b.t.Context(), b.call(person), &alertv1.GetDefaultLimitsRequest{}))
}

// raised writes a reading of SpO2, so much later that no alert before keeps one back, and returns which rules raised one.
func (b *bench) raised(person, chart string, percent uint32) (names []string) {
	b.t.Helper()
	b.now = b.now.Add(rules.Quiet + time.Hour)
	b.write(person, chart, "", &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{Spo2Percent: &percent}}})
	page := must[*chartv1.GetTimelineResponse](b.t)(b.hub.GetTimeline(b.t.Context(), b.call(person), &chartv1.GetTimelineRequest{
		ChartId: chart, Kinds: []string{"alert"}, From: timestamppb.New(b.now),
	}))
	for _, item := range page.GetItems() {
		names = append(names, item.GetRecord().GetBody().GetAlert().GetRule())
	}
	slices.Sort(names)
	return names
}

// TestDefaultLimitsVersions: a change counts, one that is made twice is made once, and what somebody else changed in
// between is not overwritten.
func TestDefaultLimitsVersions(t *testing.T) {
	b := newBench(t)
	first := must[*alertv1.SetDefaultLimitsResponse](t)(b.setLimits("mori", spo2AtMost("clinic", 0, 85))).GetLimits()
	if first.GetVersion() != 1 || first.GetChangedBy() != "mori" || !first.GetChanged().AsTime().Equal(day) {
		t.Errorf("%v", first)
	}
	b.now = b.now.Add(time.Hour)
	if again := must[*alertv1.SetDefaultLimitsResponse](t)(b.setLimits("mori", spo2AtMost("clinic", 0, 85))).GetLimits(); !proto.Equal(again, first) {
		t.Errorf("the same call again: %v", again)
	}
	for what, l := range map[string]*alertv1.DefaultLimits{
		"others by who has not seen it": spo2AtMost("clinic", 0, 86), "a version that never was": spo2AtMost("clinic", 7, 86),
	} {
		_, err := b.setLimits("mori", l)
		want(t, what, err, hub.Aborted)
	}
	_, err := b.setLimits("kato", spo2AtMost("clinic", 0, 85))
	want(t, "the same by somebody else who has not seen it", err, hub.Aborted)
	if got := b.Defaults.For(tenant, "yamada"); len(got) != 1 || got[0].Value != 85 {
		t.Errorf("a refused change counts: %v", got)
	}
	second := must[*alertv1.SetDefaultLimitsResponse](t)(b.setLimits("kato", spo2AtMost("clinic", 1, 87))).GetLimits()
	if second.GetVersion() != 2 || second.GetChangedBy() != "kato" {
		t.Errorf("%v", second)
	}
	if now := b.limits("mori"); now.GetBuiltIn() || !proto.Equal(now.GetLimits(), second) || b.Defaults.For(tenant, "yamada")[0].Value != 87 {
		t.Errorf("%v", now)
	}
}

// TestDefaultLimitsRefused: who may not, and an organisation that would be silent; nothing is kept of it.
func TestDefaultLimitsRefused(t *testing.T) {
	b := newBench(t)
	for _, person := range []string{"ito", "takahashi", "noguchi", "stranger"} {
		_, err := b.setLimits(person, spo2AtMost(members[person].organisation, 0, 85))
		want(t, person, err, hub.PermissionDenied)
	}
	_, err := b.setLimits("mori", spo2AtMost("station", 0, 85))
	want(t, "of another organisation", err, hub.PermissionDenied)
	_, err = b.setLimits("mori", &alertv1.DefaultLimits{OrganisationId: "clinic"})
	want(t, "none at all", err, hub.InvalidArgument)
	_, err = b.GetDefaultLimits(t.Context(), b.call("stranger"), &alertv1.GetDefaultLimitsRequest{})
	want(t, "by nobody known", err, hub.NotFound)
	got := b.limits("mori")
	if !got.GetBuiltIn() || got.GetLimits().GetOrganisationId() != "clinic" || got.GetLimits().GetVersion() != 0 || len(got.GetWarnings()) != 0 ||
		!slices.Equal(limitsOf(got.GetLimits()), rules.Defaults()) {
		t.Errorf("%v", got)
	}
	if _, err := b.setLimits("mori", got.GetLimits()); err != nil { // what is proposed may be set as it is
		t.Error(err)
	}
}

// TestDefaultLimitsWarnings: what contradicts itself, and what has no limit, is saved, and said then and at every look.
func TestDefaultLimitsWarnings(t *testing.T) {
	b := newBench(t)
	l := proposedLimits("station")
	l.Limits = append(l.Limits, &alertv1.DefaultLimit{Item: carev1.VitalItem_VITAL_ITEM_SPO2, Operator: atMost, Value: 94, Severity: severityCritical})
	saved := must[*alertv1.SetDefaultLimitsResponse](t)(b.setLimits("sato", l))
	for _, all := range [][]*alertv1.Warning{saved.GetWarnings(), b.limits("ogawa").GetWarnings()} {
		if got := codes(all); !slices.Contains(got, "threshold-contradicts") || slices.Contains(got, "default-missing") {
			t.Errorf("%v", got)
		}
	}
	alone := must[*alertv1.SetDefaultLimitsResponse](t)(b.setLimits("sato", spo2AtMost("station", 1, 85)))
	if got := codes(alone.GetWarnings()); !slices.Equal(got, []string{"default-missing"}) {
		t.Errorf("%v", got)
	}
}

// TestReadingsAreComparedWithTheOrganisationsLimits from its change on: those of the physicians' organisation, else of the
// nurses', in its charts and no others. NEWS2 speaks all the same.
func TestReadingsAreComparedWithTheOrganisationsLimits(t *testing.T) {
	b := newBench(t)
	wants := func(what, person, chart string, percent uint32, names ...string) {
		t.Helper()
		if got := b.raised(person, chart, percent); !slices.Equal(got, names) {
			t.Errorf("%s: %v, want %v", what, got, names)
		}
	}
	wants("before", "sato", "yamada", 90, "news2", "threshold")
	if _, err := b.setLimits("sato", spo2AtMost("station", 0, 85)); err != nil {
		t.Fatal(err)
	}
	wants("above the station's limit", "sato", "yamada", 90, "news2")
	wants("beyond it", "sato", "yamada", 85, "news2", "threshold")
	wants("where the station has nobody", "mori", "tanabe", 90, "news2", "threshold")
	if list := b.thresholdsOf("sato", "yamada").GetDefaults(); len(list) != 1 || list[0].GetValue() != 85 {
		t.Errorf("listed are %v", list)
	}
	if list := b.thresholdsOf("mori", "tanabe").GetDefaults(); len(list) != len(rules.Defaults()) {
		t.Errorf("listed are %v", list)
	}
	if _, err := b.setLimits("mori", spo2AtMost("clinic", 0, 95)); err != nil {
		t.Fatal(err)
	}
	wants("beyond the physician's limit", "sato", "yamada", 95, "threshold")
	wants("in the physician's other chart", "mori", "tanabe", 95, "threshold")
}

// TestDefaultLimitsAreThereAfterARestart: whoever starts reads them, and of a row that cannot be read tells whose it is.
func TestDefaultLimitsAreThereAfterARestart(t *testing.T) {
	b := newBench(t)
	if got := b.openDefaults().For(tenant, "yamada"); !slices.Equal(got, rules.Defaults()) {
		t.Errorf("nobody has set any: %v", got)
	}
	if _, err := b.setLimits("sato", spo2AtMost("station", 0, 85)); err != nil {
		t.Fatal(err)
	}
	b.server(defaultsKey(tenant, "clinic"), []byte{0xff})
	again := b.openDefaults()
	if got := again.For(tenant, "yamada"); len(got) != 1 || got[0].Value != 85 {
		t.Errorf("after a restart %v count", got)
	}
	if got := again.For("other tenant", "yamada"); !slices.Equal(got, rules.Defaults()) {
		t.Errorf("another tenant has %v", got)
	}
	if !slices.Equal(b.put, []string{"clinic"}) {
		t.Errorf("not to be read: %v", b.put)
	}
	_, err := b.GetDefaultLimits(t.Context(), b.call("mori"), &alertv1.GetDefaultLimitsRequest{})
	want(t, "a row that cannot be read", err, hub.Internal)
}

// TestTheLaterChangeStays in memory, in whatever order two of them come there.
func TestTheLaterChangeStays(t *testing.T) {
	b := newBench(t)
	b.Defaults.saved(tenant, spo2AtMost("clinic", 2, 87))
	b.Defaults.saved(tenant, spo2AtMost("clinic", 1, 85))
	if got := b.Defaults.For(tenant, "yamada"); len(got) != 1 || got[0].Value != 87 {
		t.Errorf("%v", got)
	}
}

// TestWhereNobodySetLimitsNothingIsLookedUp: the answer takes no memory and asks nobody.
func TestWhereNobodySetLimitsNothingIsLookedUp(t *testing.T) {
	d := &Defaults{proposed: rules.Defaults()} // no directory and no clock
	if n := testing.AllocsPerRun(100, func() { d.For(tenant, "yamada") }); n != 0 || len(d.For(tenant, "yamada")) == 0 {
		t.Errorf("%v allocations", n)
	}
}
