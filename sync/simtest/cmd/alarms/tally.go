package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/tsunagu-care/tsunagu/sync/synthetic"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// lead is by how much a course was told before its worst.
type lead struct {
	hours  float64
	caught bool
}

// row is a rule in a severity.
type row struct {
	severity carev1.AlertSeverity
	rule     string
}

// tally is what the figures are made of.
type tally struct {
	sets, quietSets   int
	alerts, quietOnes map[row]int
	courses           map[synthetic.Kind][]lead
}

func newTally() *tally {
	return &tally{alerts: map[row]int{}, quietOnes: map[row]int{}, courses: map[synthetic.Kind][]lead{}}
}

// count adds one world.
func (t *tally) count(p *player, quiet map[string]bool) {
	for _, id := range p.sets {
		t.sets++
		if quiet[id] {
			t.quietSets++
		}
	}
	for _, a := range p.raised {
		r := row{a.alert.GetSeverity(), a.alert.GetRule()}
		t.alerts[r]++
		if quiet[a.chart] {
			t.quietOnes[r]++
		}
	}
}

// print writes the figures as tables of Markdown.
func (t *tally) print(out io.Writer) {
	fmt.Fprintf(out, "%d sets of vital signs, %d of them of people who stayed well.\n\n", t.sets, t.quietSets)
	fmt.Fprintln(out, "| severity | rule | alerts | for 1,000 sets | of those who stayed well | for 1,000 of their sets |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|")
	byRow := func(a, b row) int {
		if a.severity != b.severity {
			return int(b.severity - a.severity)
		}
		return strings.Compare(a.rule, b.rule)
	}
	for _, r := range slices.SortedFunc(maps.Keys(t.alerts), byRow) {
		severity := strings.ToLower(strings.TrimPrefix(r.severity.String(), "ALERT_SEVERITY_"))
		fmt.Fprintf(out, "| %s | %s | %d | %.1f | %d | %.1f |\n", severity, r.rule, t.alerts[r],
			perThousand(t.alerts[r], t.sets), t.quietOnes[r], perThousand(t.quietOnes[r], t.quietSets))
	}
	fmt.Fprintln(out, "\n| course | how many | told as urgent or critical | hours before its worst: least, median, most |\n|---|---|---|---|")
	for _, kind := range slices.Sorted(maps.Keys(t.courses)) {
		fmt.Fprintln(out, courseRow(kind, t.courses[kind]))
	}
}

func courseRow(kind synthetic.Kind, all []lead) string {
	var hours []float64
	for _, l := range all {
		if l.caught {
			hours = append(hours, l.hours)
		}
	}
	slices.Sort(hours)
	told := "–"
	if n := len(hours); n > 0 {
		told = fmt.Sprintf("%.1f, %.1f, %.1f", hours[0], hours[n/2], hours[n-1])
	}
	return fmt.Sprintf("| %s | %d | %d | %s |", kind, len(all), len(hours), told)
}

func perThousand(n, of int) float64 { return 1000 * float64(n) / float64(max(of, 1)) }
