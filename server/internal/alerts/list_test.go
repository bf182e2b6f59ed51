package alerts

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

func (b *bench) list(person string, req *alertv1.ListAlertsRequest) *alertv1.ListAlertsResponse {
	b.t.Helper()
	return must[*alertv1.ListAlertsResponse](b.t)(b.ListAlerts(b.t.Context(), b.call(person), req))
}

// pages reads a list page by page to its end.
func (b *bench) pages(person string, req *alertv1.ListAlertsRequest) (all []*alertv1.AlertGroup) {
	b.t.Helper()
	for range 1000 {
		page := b.list(person, req)
		if size := int(req.GetPageSize()); size > 0 && len(page.GetGroups()) > size {
			b.t.Fatalf("%d on a page of %d", len(page.GetGroups()), size)
		}
		all = append(all, page.GetGroups()...)
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return all
		}
	}
	b.t.Fatal("no end")
	return nil
}

func ids(groups []*alertv1.AlertGroup) (all [][]byte) {
	for _, g := range groups {
		all = append(all, g.GetId())
	}
	return all
}

// reading is a record of a chart that groups name here: what stands in it is of no matter for lists.
func (b *bench) reading(person, chart, stream string) []byte {
	pulse := uint32(72)
	return b.write(person, chart, stream, &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{PulsePerMin: &pulse}}})
}

// TestListIsInOrder: what runs first, the worst first, then the newest; what was answered after it, the newest first; and
// whatever the size of the pages, each group once.
func TestListIsInOrder(t *testing.T) {
	b := newBench(t)
	members["doctor"] = member{role: carev1.Role_ROLE_PHYSICIAN, organisation: "clinic"}
	defer delete(members, "doctor")
	doctor, random := members["doctor"], rand.New(rand.NewPCG(1, 2))
	type placed struct {
		e        *storev1.Escalation
		severity carev1.AlertSeverity
	}
	var running, ended []placed
	for i := range 12 {
		chart := fmt.Sprint("chart", i)
		doctor.charts = append(doctor.charts, chart)
		for range random.IntN(4) {
			e := b.group(chart, day.Add(-time.Duration(random.IntN(1000))*time.Hour), grouped(chart+"/care", b.id(), severityCritical, day))
			b.end(e, "mori")
			ended = append(ended, placed{e: e})
		}
		severity := carev1.AlertSeverity(1 + random.IntN(3))
		running = append(running, placed{b.group(chart, day.Add(-time.Duration(i%5)*time.Minute), grouped(chart+"/care", b.id(), severity, day)), severity})
	}
	b.group("yamada", day, grouped("yamada/care", b.id(), severityCritical, day)) // not the doctor's
	members["doctor"] = doctor
	newer := func(x, y placed) int {
		if x.e.GetBeganMs() != y.e.GetBeganMs() {
			return int(y.e.GetBeganMs() - x.e.GetBeganMs())
		}
		return slices.Compare(y.e.GetId(), x.e.GetId())
	}
	slices.SortFunc(running, func(x, y placed) int {
		if x.severity != y.severity {
			return int(y.severity - x.severity)
		}
		return newer(x, y)
	})
	slices.SortFunc(ended, newer)
	var now, all [][]byte
	for _, p := range running {
		now = append(now, p.e.GetId())
	}
	all = slices.Clone(now)
	for _, p := range ended {
		all = append(all, p.e.GetId())
	}
	for _, size := range []uint32{0, 1, 2, 5, 11, 12, 13, 200} {
		if got := ids(b.pages("doctor", &alertv1.ListAlertsRequest{PageSize: size})); !sameIDs(got, now) {
			t.Errorf("pages of %d: %d that run, want %d", size, len(got), len(now))
		}
		if got := ids(b.pages("doctor", &alertv1.ListAlertsRequest{PageSize: size, AnsweredToo: true})); !sameIDs(got, all) {
			t.Errorf("pages of %d: %d in all, want %d", size, len(got), len(all))
		}
	}
	one := b.pages("doctor", &alertv1.ListAlertsRequest{ChartId: "chart3", AnsweredToo: true, PageSize: 1})
	for _, g := range one {
		if g.GetChartId() != "chart3" {
			t.Errorf("%v", g)
		}
	}
	if len(one) == 0 || one[0].GetState() == alertv1.GroupState_GROUP_STATE_ANSWERED {
		t.Errorf("%d of one chart", len(one))
	}
}

// TestListSaysHowFarItHasCome: the group as people see it, with its records, newest first.
func TestListSaysHowFarItHasCome(t *testing.T) {
	b := newBench(t)
	first := b.reading("sato", "yamada", "")
	second := b.reading("sato", "yamada", "")
	e := b.group("yamada", day, grouped("yamada/care", first, severityUrgent, day), grouped("yamada/care", second, severityCritical, day.Add(time.Minute)))
	e.Told, e.Steps, e.Round, e.NextMs = []string{"mori"}, 2, 1, day.Add(time.Hour).UnixMilli()
	b.save(e)
	got := b.list("takahashi", &alertv1.ListAlertsRequest{}).GetGroups()
	if len(got) != 1 {
		t.Fatalf("%v", got)
	}
	g := got[0]
	if g.GetChartId() != "yamada" || g.GetState() != alertv1.GroupState_GROUP_STATE_RUNNING || g.GetSeverity() != severityCritical ||
		!g.GetBegan().AsTime().Equal(day) || g.GetStep() != 2 || g.GetRound() != 1 || !g.GetNext().AsTime().Equal(day.Add(time.Hour)) ||
		!slices.Equal(g.GetTold(), []string{"mori"}) || g.GetAnswered() != nil {
		t.Errorf("%v", g)
	}
	if a := g.GetAlerts(); len(a) != 2 || string(a[0].GetRecord().GetId()) != string(second) || a[0].GetStreamId() != "yamada/care" || a[0].GetVersion() == nil {
		t.Errorf("%v", g.GetAlerts())
	}
	b.now = b.now.Add(5 * time.Minute)
	b.end(e, "mori")
	if running := b.list("sato", &alertv1.ListAlertsRequest{}).GetGroups(); len(running) != 0 {
		t.Errorf("still runs: %v", running)
	}
	all := b.list("sato", &alertv1.ListAlertsRequest{AnsweredToo: true}).GetGroups()
	if len(all) != 1 || all[0].GetAnsweredBy() != "mori" || !all[0].GetAnswered().AsTime().Equal(b.now) || all[0].GetNext() != nil {
		t.Errorf("%v", all)
	}
	one := must[*alertv1.AlertGroup](t)(b.Group(t.Context(), b.call("sato"), [16]byte(e.GetId())))
	if one.GetAnsweredBy() != "mori" || len(one.GetAlerts()) != 2 {
		t.Errorf("%v", one)
	}
}

// TestUnreadableStreamsAreLeftOut: an alert in a stream that the caller may not read is not there for them, and a group of
// nothing else is not either; what they see does not say how severe the rest is.
func TestUnreadableStreamsAreLeftOut(t *testing.T) {
	b := newBench(t)
	open, hidden := b.reading("sato", "yamada", ""), b.reading("sato", "yamada", "yamada/clinical")
	mixed := b.group("yamada", day, grouped("yamada/care", open, severityUrgent, day), grouped("yamada/clinical", hidden, severityCritical, day))
	whole := b.group("tanabe", day, grouped("tanabe/clinical", b.reading("mori", "tanabe", "tanabe/clinical"), severityCritical, day))
	for person, want := range map[string]struct {
		groups, alerts int
		severity       carev1.AlertSeverity
	}{"sato": {1, 2, severityCritical}, "mori": {2, 1, severityCritical}, "takahashi": {1, 1, severityUrgent}, "kato": {}, "past": {}} {
		got := b.list(person, &alertv1.ListAlertsRequest{}).GetGroups()
		if len(got) != want.groups || len(got) > 0 && (len(got[0].GetAlerts()) != want.alerts && len(got[1].GetAlerts()) != want.alerts || got[0].GetSeverity() != want.severity) {
			t.Errorf("%s: %v", person, got)
		}
	}
	_, err := b.Group(t.Context(), b.call("kato"), [16]byte(mixed.GetId()))
	want(t, "a group of others", err, hub.NotFound)
	_, err = b.Group(t.Context(), b.call("takahashi"), [16]byte(whole.GetId()))
	want(t, "a group of a chart of others", err, hub.NotFound)
	members["both"] = member{role: carev1.Role_ROLE_CARE_MANAGER, organisation: "office", charts: []string{"tanabe"}}
	defer delete(members, "both")
	if got := b.list("both", &alertv1.ListAlertsRequest{ChartId: "tanabe"}).GetGroups(); len(got) != 0 {
		t.Errorf("%v", got)
	}
	_, err = b.Group(t.Context(), b.call("both"), [16]byte(whole.GetId()))
	want(t, "a group of a stream of others", err, hub.NotFound)
}

// TestTheWorstThatIsOpenCounts: what was answered does not keep a group at the top.
func TestTheWorstThatIsOpenCounts(t *testing.T) {
	b := newBench(t)
	first := b.id()
	e := b.group("yamada", day, grouped("yamada/care", first, severityCritical, day), grouped("yamada/care", b.id(), severityUrgent, day))
	if got := b.list("sato", &alertv1.ListAlertsRequest{}).GetGroups()[0].GetSeverity(); got != severityCritical {
		t.Errorf("%v", got)
	}
	escalation.Answer(e, [][]byte{first}, "mori", day)
	b.save(e)
	if got := b.list("sato", &alertv1.ListAlertsRequest{}).GetGroups()[0].GetSeverity(); got != severityUrgent {
		t.Errorf("with the worst one answered %v", got)
	}
	b.end(e, "mori")
	b.server(runningKey(tenant, "yamada"), []byte(hexID(e.GetId()))) // as if the one row were older than the other
	if got := b.list("sato", &alertv1.ListAlertsRequest{}).GetGroups(); len(got) != 0 {
		t.Errorf("%v", got)
	}
	if got := b.list("sato", &alertv1.ListAlertsRequest{AnsweredToo: true}).GetGroups(); len(got) != 1 || got[0].GetSeverity() != severityCritical {
		t.Errorf("%v", got)
	}
}

// TestListRefuses what is not this list's, and shows nothing while a restore waits.
func TestListRefuses(t *testing.T) {
	b := newBench(t)
	for i, chart := range []string{"yamada", "tanabe"} {
		b.group(chart, day.Add(time.Duration(i)), grouped(chart+"/care", b.id(), severityCritical, day))
	}
	token := b.list("mori", &alertv1.ListAlertsRequest{PageSize: 1}).GetNextPageToken()
	for what, req := range map[string]*alertv1.ListAlertsRequest{
		"a token that is none":          {PageToken: "x"},
		"a token with other text in it": {PageToken: "e30"},
		"a token of another chart":      {PageToken: token, ChartId: "yamada"},
		"a token of another list":       {PageToken: token, AnsweredToo: true},
	} {
		_, err := b.ListAlerts(t.Context(), b.call("mori"), req)
		want(t, what, err, hub.InvalidArgument)
	}
	for _, chart := range []string{"other", "nowhere"} {
		_, err := b.ListAlerts(t.Context(), b.call("mori"), &alertv1.ListAlertsRequest{ChartId: chart})
		want(t, chart, err, hub.NotFound)
	}
	b.unreadable = true
	_, err := b.ListAlerts(t.Context(), b.call("mori"), &alertv1.ListAlertsRequest{})
	want(t, "after a restore", err, hub.Unavailable)
}

// TestARowThatCannotBeRead hides no other.
func TestARowThatCannotBeRead(t *testing.T) {
	b := newBench(t)
	good := b.group("yamada", day, grouped("yamada/care", b.id(), severityCritical, day))
	old := b.group("tanabe", day.Add(-time.Hour), grouped("tanabe/care", b.id(), severityCritical, day))
	b.end(old, "mori")
	bad := b.group("tanabe", day, grouped("tanabe/care", b.id(), severityCritical, day))
	b.server(escalationKey(tenant, bad.GetId()), []byte{0xff})
	if got := ids(b.list("mori", &alertv1.ListAlertsRequest{AnsweredToo: true}).GetGroups()); !sameIDs(got, [][]byte{good.GetId(), old.GetId()}) {
		t.Errorf("%x", got)
	}
}

// TestAPageReadsABoundedNumberOfAlerts: groups with many alerts make pages short, and each group still comes once, those
// that run too.
func TestAPageReadsABoundedNumberOfAlerts(t *testing.T) {
	b := newBench(t)
	members["doctor"] = member{role: carev1.Role_ROLE_PHYSICIAN, organisation: "clinic"}
	defer delete(members, "doctor")
	doctor := members["doctor"]
	const groups, alerts = 40, 50
	for i := range groups {
		chart := fmt.Sprint("chart", i)
		doctor.charts = append(doctor.charts, chart)
		for _, ended := range []bool{true, false} {
			e := b.group(chart, day.Add(-time.Duration(i)*time.Minute), grouped(chart+"/care", b.id(), severityCritical, day))
			for len(e.Alerts) < alerts {
				e.Alerts = append(e.Alerts, grouped(chart+"/care", b.id(), severityCritical, day))
			}
			b.save(e)
			if ended {
				b.end(e, "mori")
			}
		}
	}
	members["doctor"] = doctor
	for too, want := range map[bool]int{false: groups, true: 2 * groups} {
		req := &alertv1.ListAlertsRequest{PageSize: 200, AnsweredToo: too}
		n := 0
		for pages := 0; pages < groups; pages++ {
			page := b.list("doctor", req)
			if len(page.GetGroups()) > maxPageAlerts/alerts+1 {
				t.Errorf("%d groups of %d alerts each on one page", len(page.GetGroups()), alerts)
			}
			n += len(page.GetGroups())
			if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
				break
			}
		}
		if n != want {
			t.Errorf("%d groups in all, want %d", n, want)
		}
	}
}

// TestListsAtTheSameTimeAreBounded for each person by themselves.
func TestListsAtTheSameTimeAreBounded(t *testing.T) {
	b := newBench(t)
	for range maxListing {
		if !b.listing.begin(tenant, "mori") {
			t.Fatal("refused too early")
		}
	}
	_, err := b.ListAlerts(t.Context(), b.call("mori"), &alertv1.ListAlertsRequest{})
	want(t, "one more", err, hub.Unavailable)
	b.list("sato", &alertv1.ListAlertsRequest{})
	b.listing.end(tenant, "mori")
	for range 2 * maxListing { // each one that is made is counted off again
		b.list("mori", &alertv1.ListAlertsRequest{})
	}
}
