package care

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

const dueDay = "2026-11-23"

// clock is a moment of the day of these tests: hour and minute in Japan, any hour below 0 the day before.
func clock(hour, minute int) *timestamppb.Timestamp {
	return timestamppb.New(time.Date(2026, 11, 23, hour, minute, 0, 0, japan))
}

func id16(s string) []byte { return append(make([]byte, 16-len(s)), s...) }

func episodeRecord(id string, kind carev1.EpisodeKind, start, end *timestamppb.Timestamp) *carev1.Record {
	return &carev1.Record{Id: id16(id), Body: &carev1.Body{Kind: &carev1.Body_Episode{Episode: &carev1.CareEpisode{
		Kind: kind, Period: &carev1.EpisodePeriod{Start: start, End: end}, SuspendsDoses: true, SuspendsVisits: true,
	}}}}
}

func orderRecord(id string, slots ...string) *carev1.Record {
	o := usualOrder()
	o.Dosage.UsageCode, o.Dosage.Slots = "", slots
	return &carev1.Record{Id: id16(id), Body: orderBody(o)}
}

func doseRecord(id, order, slot string, outcome carev1.DoseOutcome) *carev1.Record {
	return &carev1.Record{Id: id16(id), Body: logBody(&carev1.MedicationLog{
		OrderId: id16(order), Slot: dueDay + "/" + slot, Outcome: outcome, Reason: "synthetic"})}
}

// dueLines writes one line for each dose: "o after-breakfast suspended e (休止…)".
func dueLines(due []DueDose) (lines []string) {
	for _, d := range due {
		_, en := DueTitle(d.State)
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s: %s %s %s", bytes.Trim(d.Order.GetId(), "\x00"), d.Slot, en,
			bytes.Trim(d.Episode, "\x00"), d.Ja)))
	}
	return lines
}

func TestDueDoses(t *testing.T) {
	const (
		hospital = carev1.EpisodeKind_EPISODE_KIND_HOSPITAL_STAY
		away     = carev1.EpisodeKind_EPISODE_KIND_ABSENCE
		death    = carev1.EpisodeKind_EPISODE_KIND_DEATH
		given    = carev1.DoseOutcome_DOSE_OUTCOME_GIVEN
		refused  = carev1.DoseOutcome_DOSE_OUTCOME_REFUSED
	)
	order := func() *carev1.Record { return orderRecord("o", "bedtime", "after-breakfast") }
	changed := func(change func(o *carev1.MedicationOrder)) []*carev1.Record {
		r := order()
		change(r.GetBody().GetMedicationOrder())
		return []*carev1.Record{r}
	}
	retracted := func(r *carev1.Record) *carev1.Record {
		r.Status = carev1.RecordStatus_RECORD_STATUS_RETRACTED
		return r
	}
	idle := episodeRecord("e", hospital, clock(0, 0), nil)
	idle.GetBody().GetEpisode().SuspendsDoses = false
	planned := episodeRecord("e", away, clock(-20, 0), nil)
	planned.GetBody().GetEpisode().Period.PlannedEnd = clock(-10, 0)
	open := []string{"o after-breakfast: due", "o bedtime: due"}
	one := []*carev1.Record{order()}
	for name, c := range map[string]struct {
		orders, logs, episodes []*carev1.Record
		want                   []string
	}{
		"nothing written": {one, nil, nil, open},
		"one given": {one, []*carev1.Record{doseRecord("l", "o", "after-breakfast", given)}, nil,
			[]string{"o after-breakfast: done  与薬", "o bedtime: due"}},
		"refused, then given": {one, []*carev1.Record{doseRecord("l", "o", "bedtime", refused), doseRecord("m", "o", "bedtime", given)}, nil,
			[]string{"o after-breakfast: due", "o bedtime: done  与薬"}},
		"refused": {one, []*carev1.Record{doseRecord("l", "o", "bedtime", refused)}, nil,
			[]string{"o after-breakfast: due", "o bedtime: not done  拒否"}},
		"a log that was retracted":    {one, []*carev1.Record{retracted(doseRecord("l", "o", "bedtime", given))}, nil, open},
		"a log of another order":      {one, []*carev1.Record{doseRecord("l", "p", "bedtime", given)}, nil, open},
		"an order that was retracted": {[]*carev1.Record{retracted(order())}, nil, nil, nil},
		"an order that ended":         {changed(func(o *carev1.MedicationOrder) { o.EndDate = "2026-11-22" }), nil, nil, nil},
		"the last day of an order":    {changed(func(o *carev1.MedicationOrder) { o.EndDate = dueDay }), nil, nil, open},
		"an order that begins later":  {changed(func(o *carev1.MedicationOrder) { o.StartDate = "2026-11-24" }), nil, nil, nil},
		"an order that was stopped":   {changed(func(o *carev1.MedicationOrder) { o.State = 3 }), nil, nil, nil},
		"a drug given when needed":    {changed(func(o *carev1.MedicationOrder) { o.Dosage.Prn = &carev1.Prn{Indication: "疼痛時"} }), nil, nil, nil},
		"stopped after a dose": {changed(func(o *carev1.MedicationOrder) { o.State = 3 }), []*carev1.Record{doseRecord("l", "o", "after-breakfast", given)}, nil,
			[]string{"o after-breakfast: done  与薬"}},
		"moved after a dose": {changed(func(o *carev1.MedicationOrder) { o.Dosage.Slots = []string{"before-breakfast"} }),
			[]*carev1.Record{doseRecord("l", "o", "after-breakfast", given)}, nil, []string{"o before-breakfast: due", "o after-breakfast: done  与薬"}},
		"an order on hold":              {changed(func(o *carev1.MedicationOrder) { o.State, o.Dosage.Slots = 2, []string{"bedtime"} }), nil, nil, []string{"o bedtime: suspended  指示により保留"}},
		"an absence that rests nothing": {one, nil, []*carev1.Record{idle}, open},
		"into hospital at noon": {one, nil, []*carev1.Record{episodeRecord("e", hospital, clock(12, 0), nil)},
			[]string{"o after-breakfast: due", "o bedtime: suspended e 入院のため休止"}},
		"back at noon": {one, nil, []*carev1.Record{episodeRecord("e", away, clock(-20, 0), clock(12, 0))},
			[]string{"o after-breakfast: suspended e 外泊・外出のため休止", "o bedtime: due"}},
		"not back although expected": {one, nil, []*carev1.Record{planned},
			[]string{"o after-breakfast: suspended e 外泊・外出のため休止", "o bedtime: suspended e 外泊・外出のため休止"}},
		"given although away": {one, []*carev1.Record{doseRecord("l", "o", "bedtime", given)}, []*carev1.Record{episodeRecord("e", away, clock(-20, 0), nil)},
			[]string{"o after-breakfast: suspended e 外泊・外出のため休止", "o bedtime: done  与薬"}},
		"died at noon":              {one, nil, []*carev1.Record{episodeRecord("e", death, clock(12, 0), nil)}, []string{"o after-breakfast: due"}},
		"a death that was no death": {one, nil, []*carev1.Record{retracted(episodeRecord("e", death, clock(12, 0), nil))}, open},
		"a slot of the site": {[]*carev1.Record{orderRecord("o", "tea-time")}, nil, []*carev1.Record{episodeRecord("e", away, clock(0, 0), clock(23, 59))},
			[]string{"o tea-time: due"}},
		"a slot of the site, away all day": {[]*carev1.Record{orderRecord("o", "tea-time")}, nil, []*carev1.Record{episodeRecord("e", away, clock(0, 0), clock(24, 0))},
			[]string{"o tea-time: suspended e 外泊・外出のため休止"}},
	} {
		got, err := DueDoses(c.orders, c.logs, c.episodes, dueDay, japan)
		if err != nil || !slices.Equal(dueLines(got), c.want) {
			t.Errorf("%s:\n got %q, %v\nwant %q", name, dueLines(got), err, c.want)
		}
	}
	for _, bad := range []string{"", "2026-02-30", "20261123"} {
		if _, err := DueDoses(one, nil, nil, bad, japan); err != ErrDay {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestDueDosesThatNeedALook(t *testing.T) {
	r := orderRecord("o", "bedtime")
	r.Candidates = []*carev1.Candidate{{}}
	r.GetBody().GetMedicationOrder().Dosage.SupplementCodes = []string{"I1000000"}
	due, err := DueDoses([]*carev1.Record{r}, nil, nil, dueDay, japan)
	if err != nil || len(due) != 1 || !due[0].Undecided || !due[0].CheckDays {
		t.Errorf("%+v, %v", due, err)
	}
}

func visitRecord(id string, at *timestamppb.Timestamp, state carev1.VisitState) *carev1.Record {
	return &carev1.Record{Id: id16(id), Body: &carev1.Body{Kind: &carev1.Body_Visit{Visit: &carev1.Visit{
		PlannedStart: at, Kind: carev1.VisitKind_VISIT_KIND_NURSING, Progress: &carev1.VisitProgress{State: state},
	}}}}
}

func TestDueVisits(t *testing.T) {
	const planned, started, ended, cancelled = 1, 2, 3, 4
	emergency := visitRecord("x", nil, started)
	emergency.GetBody().GetVisit().Progress.Started = clock(3, 0)
	visits := []*carev1.Record{visitRecord("d", clock(15, 0), planned), visitRecord("c", clock(14, 0), cancelled),
		visitRecord("b", clock(9, 0), ended), visitRecord("n", clock(24, 0), planned), visitRecord("y", clock(-1, 0), planned),
		visitRecord("a", clock(0, 0), planned), visitRecord("z", nil, planned), emergency}
	lines := func(due []DueVisit) (all []string) {
		for _, d := range due {
			_, en := DueTitle(d.State)
			all = append(all, strings.TrimSpace(fmt.Sprintf("%s: %s %s %s", bytes.Trim(d.Visit.GetId(), "\x00"), en, bytes.Trim(d.Episode, "\x00"), d.Ja)))
		}
		return all
	}
	for name, c := range map[string]struct {
		episodes []*carev1.Record
		want     []string
	}{
		"a day": {nil, []string{"a: due", "x: under way  訪問中", "b: done  終了", "c: not done  中止", "d: due"}},
		"hospital at noon": {[]*carev1.Record{episodeRecord("e", carev1.EpisodeKind_EPISODE_KIND_HOSPITAL_STAY, clock(12, 0), nil)},
			[]string{"a: due", "x: under way  訪問中", "b: done  終了", "c: not done  中止", "d: suspended e 入院のため休止"}},
		"death at noon": {[]*carev1.Record{episodeRecord("e", carev1.EpisodeKind_EPISODE_KIND_DEATH, clock(12, 0), nil)},
			[]string{"a: due", "x: under way  訪問中", "b: done  終了", "c: not done  中止"}},
	} {
		got, err := DueVisits(visits, c.episodes, dueDay, japan)
		if err != nil || !slices.Equal(lines(got), c.want) {
			t.Errorf("%s:\n got %q, %v\nwant %q", name, lines(got), err, c.want)
		}
	}
	if _, err := DueVisits(visits, nil, "2026-11-31", japan); err != ErrDay {
		t.Error(err)
	}
}

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
