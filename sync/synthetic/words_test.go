package synthetic

import (
	"strings"
	"testing"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// TestEveryStageHasWords: for everybody who may have a course, each part of the note has a sentence in each of its stages.
func TestEveryStageHasWords(t *testing.T) {
	w := New(Config{Seed: 1, Start: time.Date(2026, 10, 26, 0, 0, 0, 0, tokyo)})
	for _, plot := range plots {
		for _, c := range w.charts {
			if c.home != plot.home || !c.is(plot.trait) {
				continue
			}
			for s := early; s <= recovering; s++ {
				if plot.kind == EndOfLife && s > worst {
					break
				}
				said := byCourse[plot.kind][s]
				for part, list := range [][]string{said.subjective, said.objective, said.assessment, said.plan} {
					if len(c.fitting(list)) == 0 {
						t.Errorf("%s in stage %d: %s has nothing to say in part %d", plot.kind, s, c.condition.label, part)
					}
				}
			}
		}
	}
	for _, c := range w.charts {
		for part, list := range [][]string{everyday.subjective, everyday.objective, everyday.assessment, everyday.plan} {
			if len(c.fitting(list)) < 3 {
				t.Errorf("%s has too few words for every day in part %d", c.condition.label, part)
			}
		}
	}
}

// TestWordsFitThePerson: nobody without oxygen speaks of it, nobody who lies all day walks, and nobody is asked about an
// injection that is not ordered.
func TestWordsFitThePerson(t *testing.T) {
	for seed := range uint64(2) {
		w := New(Config{Seed: seed, Start: time.Date(2026, 10, 26, 0, 0, 0, 0, tokyo)})
		people := map[string]*chart{}
		for _, c := range w.charts {
			people[c.id] = c
		}
		for write := range w.Writes() {
			n := write.Record.GetBody().GetSignedNote()
			if text := n.GetSubjective() + n.GetObjective() + n.GetAssessment() + n.GetPlan(); text != "" {
				checkFitting(t, seed, people[write.Chart], text)
			}
		}
	}
}

func checkFitting(t *testing.T, seed uint64, c *chart, text string) {
	t.Helper()
	for _, one := range unfitting {
		for _, word := range one.words {
			if one.not(c) && strings.Contains(text, word) {
				t.Errorf("seed %d: %s (%s) is told: %s", seed, c.id, c.condition.label, text)
			}
		}
	}
}

// TestNoTwoAreToldTheSame: no two nurses' notes of a day, and no two residents' days, are the same text.
func TestNoTwoAreToldTheSame(t *testing.T) {
	for seed := range uint64(2) {
		w := New(Config{Seed: seed, Start: time.Date(2026, 10, 26, 0, 0, 0, 0, tokyo)})
		for day := range w.Days() {
			seen := map[string]string{}
			for _, write := range w.Day(day) {
				n := write.Record.GetBody().GetSignedNote()
				text := n.GetSubjective() + n.GetObjective() + n.GetAssessment() + n.GetPlan() + write.Record.GetBody().GetDailyCare().GetActivity()
				if other := seen[text]; text != "" && other != "" && other != write.Chart {
					t.Errorf("seed %d day %d: %s and %s: %s", seed, day, other, write.Chart, text)
				}
				seen[text] = write.Chart
			}
		}
	}
}

// TestNobodySwallowsAsleep: whoever no longer wakes is given nothing by mouth, and the orders say so.
func TestNobodySwallowsAsleep(t *testing.T) {
	for seed := range uint64(2) {
		w := New(Config{Seed: seed, Start: time.Date(2026, 10, 26, 0, 0, 0, 0, tokyo)})
		for _, c := range w.charts {
			for _, one := range c.courses {
				if one.Kind != EndOfLife {
					continue
				}
				sunk := w.sinks(c, &one)
				for write := range w.ChartWrites(c.id) {
					if l := write.Record.GetBody().GetMedicationLog(); l != nil && write.At.After(sunk.Add(20*time.Minute)) {
						t.Errorf("seed %d: %s at %s: %v", seed, c.id, write.At, l)
					}
				}
			}
		}
	}
}

// TestOrdersBeginAndEnd: an order is written as active first, and stopped by a change of its own.
func TestOrdersBeginAndEnd(t *testing.T) {
	stops := 0
	for seed := range uint64(2) {
		w := New(Config{Seed: seed, Start: time.Date(2026, 10, 26, 0, 0, 0, 0, tokyo)})
		for write := range w.Writes() {
			o := write.Record.GetBody().GetMedicationOrder()
			if o == nil {
				continue
			}
			stopped := o.GetState() == carev1.OrderState_ORDER_STATE_STOPPED
			if stopped && write.ID == write.RecordID {
				t.Errorf("seed %d: %s begins with its end: %v", seed, write.Chart, o)
			}
			if stopped {
				stops++
			}
		}
	}
	if stops == 0 {
		t.Error("nothing is ever stopped")
	}
}
