package synthetic_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/synthetic"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Visits of a nurse on a weekday: what a station plans.
const leastVisits, mostVisits = 3.5, 6

// TestRounds: a nurse makes at most six visits a day, four to five on most weekdays, and nobody is visited after their
// assignment has ended (which TestEveryWriteIsAllowed checks).
func TestRounds(t *testing.T) {
	for seed := range uint64(seeds) {
		w := synthetic.New(synthetic.Config{Seed: seed, Start: start, Residents: -1})
		visits, rounds := 0, 0
		for n := range w.Days() {
			byNurse := map[string]int{}
			for _, write := range w.Day(n) {
				if soap(write) && strings.HasPrefix(write.Person, "nurse-") {
					byNurse[write.Person]++
				}
			}
			checkApart(t, seed, w.Day(n))
			for nurse, count := range byNurse {
				if count > mostVisits {
					t.Errorf("seed %d day %d: %s makes %d visits", seed, n, nurse, count)
				}
				if day := w.Start().AddDate(0, 0, n).Weekday(); day != time.Saturday && day != time.Sunday {
					visits, rounds = visits+count, rounds+1
				}
			}
		}
		if mean := float64(visits) / float64(rounds); mean < leastVisits {
			t.Errorf("seed %d: %.1f visits a nurse and weekday", seed, mean)
		}
	}
}

// checkApart: nobody is in two places at once.
func checkApart(t *testing.T, seed uint64, day []synthetic.Write) {
	t.Helper()
	until := map[string]time.Time{}
	var visits []*carev1.Envelope
	for _, write := range day {
		if soap(write) {
			visits = append(visits, write.Record.GetEnvelope())
		}
	}
	slices.SortFunc(visits, func(a, b *carev1.Envelope) int { return a.GetEffective().AsTime().Compare(b.GetEffective().AsTime()) })
	for _, e := range visits {
		nurse := e.GetPerformer().GetPersonId()
		if e.GetEffective().AsTime().Before(until[nurse]) {
			t.Errorf("seed %d: %s is in two places at %s", seed, nurse, e.GetEffective().AsTime())
		}
		until[nurse] = e.GetEffectiveEnd().AsTime()
	}
}

func soap(write synthetic.Write) bool {
	return write.Record.GetBody().GetSignedNote().GetFormat() == carev1.NoteFormat_NOTE_FORMAT_SOAP
}

// TestWordsVary: the notes of somebody are not the same sentence every day.
func TestWordsVary(t *testing.T) {
	w := world(4)
	for _, chart := range w.Directory().Charts {
		last, same, notes := "", 0, 0
		for write := range w.ChartWrites(chart.ID) {
			if !soap(write) {
				continue
			}
			n := write.Record.GetBody().GetSignedNote()
			text := n.GetSubjective() + n.GetObjective() + n.GetAssessment() + n.GetPlan()
			if notes++; text == last {
				same++
			}
			last = text
		}
		if notes > 5 && same*5 > notes {
			t.Errorf("%s: %d of %d notes say what the one before said", chart.ID, same, notes)
		}
	}
}

// TestADayAtTheHome: about as many entries a resident and day as a home writes.
func TestADayAtTheHome(t *testing.T) {
	w := synthetic.New(synthetic.Config{Seed: 5, Start: start, Patients: -1})
	writes := 0
	for range w.Writes() {
		writes++
	}
	if mean := writes / w.Days() / len(w.Directory().Charts); mean < 24 || mean > 34 {
		t.Errorf("%d entries a resident and day", mean)
	}
}
