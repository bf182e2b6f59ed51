package care

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Whatever is recorded: the order of the records does not matter, what was taken is always listed, and nothing else is
// after a death.
func TestDueDosesWhateverHappens(t *testing.T) {
	slots := []string{"after-breakfast", "after-lunch", "after-dinner", "bedtime", "hour-03", "tea-time"}
	rapid.Check(t, func(t *rapid.T) {
		var orders, logs, episodes []*carev1.Record
		for n := range rapid.IntRange(1, 3).Draw(t, "orders") {
			orders = append(orders, orderRecord(fmt.Sprint("o", n), rapid.SliceOfNDistinct(rapid.SampledFrom(slots), 1, 4, rapid.ID).Draw(t, "slots")...))
		}
		for n := range rapid.IntRange(0, 5).Draw(t, "logs") {
			logs = append(logs, doseRecord(fmt.Sprint("l", n), fmt.Sprint("o", rapid.IntRange(0, 3).Draw(t, "of")),
				rapid.SampledFrom(slots).Draw(t, "slot"), carev1.DoseOutcome(rapid.IntRange(1, 10).Draw(t, "outcome"))))
		}
		death := time.Time{}
		for n := range rapid.IntRange(0, 3).Draw(t, "episodes") {
			start := rapid.IntRange(-30, 30).Draw(t, "start")
			kind := carev1.EpisodeKind(rapid.IntRange(1, 5).Draw(t, "kind"))
			end := clock(start+rapid.IntRange(0, 30).Draw(t, "length"), 0)
			if kind == carev1.EpisodeKind_EPISODE_KIND_DEATH || rapid.Bool().Draw(t, "lasts") {
				end = nil
			}
			episodes = append(episodes, episodeRecord(fmt.Sprint("e", n), kind, clock(start, 0), end))
			if s := clock(start, 0).AsTime(); kind == carev1.EpisodeKind_EPISODE_KIND_DEATH && (death.IsZero() || s.Before(death)) {
				death = s
			}
		}
		due, err := DueDoses(orders, logs, episodes, dueDay, japan)
		if err != nil {
			t.Fatal(err)
		}
		turned := func(all []*carev1.Record) []*carev1.Record {
			back := slices.Clone(all)
			slices.Reverse(back)
			return back
		}
		other, _ := DueDoses(turned(orders), logs, turned(episodes), dueDay, japan)
		if !slices.Equal(dueLines(due), dueLines(other)) {
			t.Fatalf("depends on the order of the records:\n%q\n%q", dueLines(due), dueLines(other))
		}
		d, _ := dayOf(dueDay, japan)
		listed := map[string]DueState{}
		for _, one := range due {
			listed[string(one.Order.GetId())+one.Slot] = one.State
			from, _ := d.span(one.Slot)
			if len(one.Logs) == 0 && !death.IsZero() && !from.Before(death) {
				t.Fatalf("%s is due after a death", one.Slot)
			}
			if (one.State == DueSuspended) != (one.Episode != nil) {
				t.Fatalf("%+v: suspended by nothing, or not suspended by something", one)
			}
		}
		for _, l := range logs {
			m := l.GetBody().GetMedicationLog()
			_, slot, _ := strings.Cut(m.GetSlot(), "/")
			known := slices.ContainsFunc(orders, func(o *carev1.Record) bool { return bytes.Equal(o.GetId(), m.GetOrderId()) })
			if state := listed[string(m.GetOrderId())+slot]; known && CountsAsTaken(m.GetOutcome()) && state != DueDone {
				t.Fatalf("%s was taken and is %v", slot, state)
			}
		}
	})
}
