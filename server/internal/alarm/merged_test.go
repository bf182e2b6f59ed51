package alarm

import (
	"slices"
	"sync"
	"testing"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

func (o office) Names(_, chart string) []string {
	if o.into == nil {
		return []string{chart}
	}
	if kept, merged := o.into.Load(chart); merged {
		chart = kept.(string)
	}
	names := []string{chart}
	o.into.Range(func(old, kept any) bool {
		if kept == chart {
			names = append(names, old.(string))
		}
		return true
	})
	return names
}

// merging is a house whose charts can be merged.
func merging(t *testing.T, test func(t *testing.T, h *house)) {
	bubble(t, func(t *testing.T, h *house) {
		h.stop()
		h.dir.into = &sync.Map{}
		h.start("two")
		test(t, h)
	})
}

// only is the one group of a chart.
func (h *house) only(chart string) *storev1.Escalation {
	h.t.Helper()
	all := slices.DeleteFunc(groups(h.t, h.store), func(g *storev1.Escalation) bool { return g.GetChartId() != chart })
	if len(all) != 1 {
		h.t.Fatalf("%s has %d groups", chart, len(all))
	}
	return all[0]
}

// TestMergedWhileItRuns: a group that began before its chart was merged is the kept chart's from then on. What is raised
// there joins it, and its answer ends it.
func TestMergedWhileItRuns(t *testing.T) {
	merging(t, func(t *testing.T, h *house) {
		first := h.raise("chart-old", critical)
		h.dir.into.Store("chart-old", "chart-1")
		second := h.raise("chart-1", urgent)
		if g := h.only("chart-1"); len(g.GetAlerts()) != 2 {
			t.Fatalf("the group has %d alerts", len(g.GetAlerts()))
		}
		h.answer("chart-old", "dr-1", first...)
		h.answer("chart-1", "dr-1", second...)
		h.wantsNoMore()
		h.raise("chart-old", critical)
		if n := len(groups(t, h.store)); n != 2 {
			t.Fatalf("%d groups, want a second one", n)
		}
	})
}

// TestMergedAndAnswered: nothing else happens between the merger and the answer.
func TestMergedAndAnswered(t *testing.T) {
	merging(t, func(t *testing.T, h *house) {
		ids := h.raise("chart-old", critical)
		h.dir.into.Store("chart-old", "chart-1")
		h.answer("chart-old", "dr-1", ids...)
		h.wantsNoMore()
	})
}

// TestMergedWhileBothRun: each group goes on until its own alerts are answered.
func TestMergedWhileBothRun(t *testing.T) {
	merging(t, func(t *testing.T, h *house) {
		old, kept := h.raise("chart-old", critical), h.raise("chart-1", critical)
		h.dir.into.Store("chart-old", "chart-1")
		h.answer("chart-old", "dr-1", old...)
		if h.only("chart-old").GetState() != alertv1.GroupState_GROUP_STATE_ANSWERED || h.only("chart-1").GetState() != alertv1.GroupState_GROUP_STATE_RUNNING {
			t.Fatal("the answer ended another group than that of its alert")
		}
		h.answer("chart-1", "dr-1", kept...)
		h.wantsNoMore()
	})
}

// TestPartedWhileItRuns: charts that were merged by mistake are parted while one group has the alerts of both.
func TestPartedWhileItRuns(t *testing.T) {
	merging(t, func(t *testing.T, h *house) {
		h.dir.into.Store("chart-old", "chart-1")
		old, kept := h.raise("chart-old", critical), h.raise("chart-1", critical)
		h.dir.into.Delete("chart-old")
		h.answer("chart-1", "dr-1", kept...)
		if h.only("chart-1").GetState() != alertv1.GroupState_GROUP_STATE_RUNNING {
			t.Fatal("an alert that nobody answered is over")
		}
		h.answer("chart-old", "dr-1", old...)
		h.wantsNoMore()
	})
}

// wantsNoMore checks that everything was answered, and that nobody is told of anything from now on.
func (h *house) wantsNoMore() {
	h.t.Helper()
	for _, g := range groups(h.t, h.store) {
		if g.GetState() != alertv1.GroupState_GROUP_STATE_ANSWERED {
			h.t.Fatalf("the group of %s is %v", g.GetChartId(), g.GetState())
		}
	}
	h.wire.clear()
	h.pass(24 * time.Hour)
	h.wants()
}
