package alerts

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/seal"
)

// Names implements Directory: no chart of the team was merged.
func (team) Names(_, chart string) []string { return []string{chart} }

// joined is the team after "tanabe" was merged into "yamada", from the moment at which that is said.
type joined struct {
	team
	merged *bool
}

func (d joined) chart(id string) string {
	if *d.merged && id == "tanabe" {
		return "yamada"
	}
	return id
}

func (d joined) Names(_, chart string) []string {
	if *d.merged && d.chart(chart) == "yamada" {
		return []string{"yamada", "tanabe"}
	}
	return []string{chart}
}

func (d joined) Chart(tenant, id string) (hub.Chart, bool) {
	chart, known := d.team.Chart(tenant, d.chart(id))
	if *d.merged && chart.ID == "yamada" {
		for _, ref := range streamsOf("tanabe") {
			chart.Streams = append(chart.Streams, d.in(ref))
		}
	}
	return chart, known
}

func (d joined) in(ref hub.StreamRef) hub.StreamRef {
	return hub.StreamRef{ID: ref.ID, Info: &syncv1.StreamInfo{ChartId: d.chart(ref.Info.GetChartId()), StreamClass: ref.Info.GetStreamClass()}}
}

func (d joined) Stream(tenant, id string) (hub.StreamRef, bool) {
	ref, known := d.team.Stream(tenant, id)
	return d.in(ref), known
}

func (d joined) Grants(tenant, person, stream string) []hub.Grant {
	grants := d.team.Grants(tenant, person, stream)
	if *d.merged && len(grants) == 0 && stream == "tanabe/care" {
		return d.team.Grants(tenant, person, "yamada/care")
	}
	return grants
}

func (d joined) Readable(tenant, person string, at time.Time) (refs []hub.StreamRef) {
	for _, chart := range charts {
		for _, ref := range streamsOf(chart) {
			if slices.ContainsFunc(d.Grants(tenant, person, ref.ID), func(g hub.Grant) bool { return g.Covers(at, at) }) {
				refs = append(refs, d.in(ref))
			}
		}
	}
	return refs
}

func (d joined) Team(tenant, chart string, role carev1.Role, at time.Time) []string {
	return d.team.Team(tenant, d.chart(chart), role, at)
}

func (d joined) Readers(tenant, chart string, at time.Time) []string {
	return d.team.Readers(tenant, d.chart(chart), at)
}

// merging has the bench stand on a directory in which "tanabe" can be merged into "yamada".
func (b *bench) merging() (d joined, merge func()) {
	merged := false
	d = joined{merged: &merged}
	b.hub = hub.New(hub.Config{Store: b.store, Directory: d, Seals: seal.Master{7}, Epochs: b, Restored: b, AlertDefaults: b.Defaults.For})
	b.Service.Directory, b.Service.Hub = d, b.hub
	return d, func() { merged = true }
}

// answers are the answers in a chart.
func (b *bench) answers(chart string) (all []*carev1.AlertResponse) {
	for _, rec := range b.records("mori", chart, "alert_response") {
		all = append(all, rec.GetBody().GetAlertResponse())
	}
	return all
}

// TestAnAnswerGoesToTheStreamOfItsAlerts: in a chart that another one was merged into, to alerts of both at once, whichever
// come first, and twice.
func TestAnAnswerGoesToTheStreamOfItsAlerts(t *testing.T) {
	b := newBench(t)
	_, merge := b.merging()
	kept, old := b.alarms("mori", "yamada"), b.alarms("mori", "tanabe")
	merge()
	both := slices.Concat(old, kept)
	req := acknowledge("yamada", b.id(), both...)
	first, moved, err := b.Acknowledge(t.Context(), b.call("mori"), req)
	if err != nil || len(moved) != 2 || moved[0].StreamID == moved[1].StreamID {
		t.Fatalf("moved %v: %v", moved, err)
	}
	req.Response.AlertIds = slices.Concat(kept, old)
	again, moved, err := b.Acknowledge(t.Context(), b.call("mori"), req)
	if err != nil || len(moved) != 0 || !proto.Equal(again.GetReceipt(), first.GetReceipt()) {
		t.Errorf("again: moved %v: %v", moved, err)
	}
	all := b.answers("yamada")
	if len(all) != 2 {
		t.Fatalf("%d answers, want one in each stream", len(all))
	}
	for _, a := range all {
		if !sameIDs(a.GetAlertIds(), kept) && !sameIDs(a.GetAlertIds(), old) || a.GetAnswer() != acknowledged {
			t.Errorf("%v", a)
		}
	}
}

// TestAnInstructionAnswersInEveryStream: it is written once, and the answer once for each stream.
func TestAnInstructionAnswersInEveryStream(t *testing.T) {
	b := newBench(t)
	_, merge := b.merging()
	both := slices.Concat(b.alarms("mori", "yamada"), b.alarms("mori", "tanabe"))
	merge()
	req := instruct("yamada", b.id(), b.id(), both...)
	b.Hub = &breaks{b.hub, 3} // of the three writes the last one fails
	if _, moved, err := b.Instruct(t.Context(), b.call("mori"), req); hub.CodeOf(err) != hub.Unavailable || len(moved) != 2 {
		t.Fatalf("moved %v: %v", moved, err)
	}
	if _, moved, err := b.Instruct(t.Context(), b.call("mori"), req); err != nil || len(moved) != 1 {
		t.Fatalf("again: moved %v: %v", moved, err)
	}
	all := b.answers("yamada")
	if len(all) != 2 || len(b.records("mori", "yamada", "temporary_instruction")) != 1 {
		t.Fatalf("%v", all)
	}
	for _, a := range all {
		if string(a.GetInstructionId()) != string(req.GetInstructionId()) || a.GetAnswer() != instructed {
			t.Errorf("%v", a)
		}
	}
}

// TestAlertsOfAMergedChart: the groups of both charts are on the list of the one that is kept, whatever id is asked for, and
// so is the trail. An answer ends each of them, and nobody is told any more.
func TestAlertsOfAMergedChart(t *testing.T) {
	for name, before := range map[string][]string{"one runs": {"tanabe"}, "both run": {"tanabe", "yamada"}} {
		t.Run(name, func(t *testing.T) {
			var d joined
			var merge func()
			dispatchedIn(t, func(b *bench) Directory { d, merge = b.merging(); return d }, func(t *testing.T, b *bench) {
				b.register("mori", fcmToken, token(1))
				var raised [][]byte
				for _, chart := range before {
					raised = append(raised, b.alarms("mori", chart)...)
				}
				b.settle(time.Second)
				merge()
				groups := 0
				for _, chart := range []string{"", "yamada", "tanabe"} {
					list := b.list("mori", &alertv1.ListAlertsRequest{ChartId: chart}).GetGroups()
					if groups = len(list); groups != len(before) {
						t.Fatalf("%d groups are on the list of %q, want %d", groups, chart, len(before))
					}
					for _, g := range list {
						trail := must[*alertv1.ListDeliveriesResponse](t)(b.ListDeliveries(t.Context(), b.call("mori"), &alertv1.ListDeliveriesRequest{GroupId: g.GetId()}))
						if g.GetChartId() != "yamada" || len(g.GetAlerts()) == 0 || len(trail.GetDeliveries()) == 0 {
							t.Errorf("%v", g)
						}
					}
				}
				if _, _, err := b.Acknowledge(t.Context(), b.call("mori"), acknowledge("tanabe", b.id(), raised...)); err != nil {
					t.Fatal(err)
				}
				b.settle(time.Second)
				if list := b.list("mori", &alertv1.ListAlertsRequest{}).GetGroups(); len(list) != 0 {
					t.Errorf("people go on being told: %v", list)
				}
				if all := b.list("mori", &alertv1.ListAlertsRequest{AnsweredToo: true}).GetGroups(); len(all) != groups {
					t.Errorf("%d groups that ended are on the list, want %d", len(all), groups)
				}
			})
		})
	}
}
