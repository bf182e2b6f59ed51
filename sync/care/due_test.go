package care

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

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
		facility = carev1.EpisodeKind_EPISODE_KIND_FACILITY_STAY
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
	at := func(kind carev1.EpisodeKind, start, end *timestamppb.Timestamp, suspends bool) *carev1.Record {
		r := episodeRecord("z", kind, start, end)
		r.GetBody().GetEpisode().SuspendsDoses, r.GetBody().GetEpisode().SuspendsVisits = suspends, suspends
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
		"died at the very minute of a dose": {one, nil, []*carev1.Record{episodeRecord("e", death, clock(21, 0), nil)},
			[]string{"o after-breakfast: due"}},
		"died yesterday": {one, nil, []*carev1.Record{episodeRecord("e", death, clock(-1, 0), nil)}, nil},
		"two times of death, the earlier counts": {one, nil, []*carev1.Record{episodeRecord("e", death, clock(22, 0), nil), episodeRecord("f", death, clock(12, 0), nil)},
			[]string{"o after-breakfast: due"}},
		"a dose given before the death, and one written as missed": {one,
			[]*carev1.Record{doseRecord("l", "o", "after-breakfast", given), doseRecord("m", "o", "bedtime", refused)},
			[]*carev1.Record{episodeRecord("e", death, clock(12, 0), nil)}, []string{"o after-breakfast: done  与薬", "o bedtime: not done  拒否"}},
		"died in hospital": {one, nil, []*carev1.Record{episodeRecord("e", hospital, clock(-20, 0), nil), episodeRecord("f", death, clock(12, 0), nil)},
			[]string{"o after-breakfast: suspended e 入院のため休止"}},
		"into hospital at the very minute of a dose": {one, nil, []*carev1.Record{episodeRecord("e", hospital, clock(8, 0), clock(9, 0))},
			[]string{"o after-breakfast: suspended e 入院のため休止", "o bedtime: due"}},
		"back at the very minute of a dose": {one, nil, []*carev1.Record{episodeRecord("e", hospital, clock(0, 0), clock(8, 0))}, open},
		"in hospital twice, at home between": {[]*carev1.Record{orderRecord("o", "after-breakfast", "after-lunch", "bedtime")}, nil,
			[]*carev1.Record{episodeRecord("f", hospital, clock(18, 0), nil), episodeRecord("e", hospital, clock(-90, 0), clock(10, 0))},
			[]string{"o after-breakfast: suspended e 入院のため休止", "o after-lunch: due", "o bedtime: suspended f 入院のため休止"}},
		"lives in a home and is in hospital": {one, nil, []*carev1.Record{at(facility, clock(-900, 0), nil, false), episodeRecord("e", hospital, clock(12, 0), nil)},
			[]string{"o after-breakfast: due", "o bedtime: suspended e 入院のため休止"}},
		"written as away while in hospital is not missed": {one, []*carev1.Record{doseRecord("l", "o", "bedtime", carev1.DoseOutcome_DOSE_OUTCOME_AWAY)},
			[]*carev1.Record{at(facility, clock(-900, 0), nil, false), episodeRecord("e", hospital, clock(12, 0), nil)},
			[]string{"o after-breakfast: due", "o bedtime: suspended e 入院のため休止"}},
		"a night at home during a hospital stay": {one, nil, []*carev1.Record{episodeRecord("e", hospital, clock(-90, 0), nil), at(away, clock(15, 0), clock(34, 0), false)},
			[]string{"o after-breakfast: suspended e 入院のため休止", "o bedtime: due"}},
		"back in the ward after a night at home": {one, nil, []*carev1.Record{episodeRecord("e", hospital, clock(-90, 0), nil), at(away, clock(-9, 0), clock(10, 0), false)},
			[]string{"o after-breakfast: due", "o bedtime: suspended e 入院のため休止"}},
		"back in the home, the end of the hospital stay forgotten": {one, nil, []*carev1.Record{episodeRecord("e", hospital, clock(-90, 0), nil), at(facility, clock(12, 0), nil, false)},
			[]string{"o after-breakfast: suspended e 入院のため休止", "o bedtime: due"}},
		"two episodes from one minute, one of them suspends": {one, nil, []*carev1.Record{at(hospital, clock(-90, 0), nil, false), episodeRecord("e", hospital, clock(-90, 0), nil)}, open},
		"at bedtime, given after midnight": {one, []*carev1.Record{{Id: id16("l"), Envelope: &carev1.Envelope{Effective: clock(24, 40)},
			Body: doseRecord("l", "o", "bedtime", given).Body}}, nil, []string{"o after-breakfast: due", "o bedtime: done  与薬"}},
		"before dawn belongs to the day that begins": {[]*carev1.Record{orderRecord("o", "hour-02", "hour-23")}, nil,
			[]*carev1.Record{episodeRecord("e", hospital, clock(1, 0), clock(3, 0))}, []string{"o hour-02: suspended e 入院のため休止", "o hour-23: due"}},
		"a Monday, on Mondays and Thursdays": {changed(func(o *carev1.MedicationOrder) { o.Dosage.SupplementCodes = []string{"W0100100"} }), nil, nil, open},
		"a Monday, on Tuesdays":              {changed(func(o *carev1.MedicationOrder) { o.Dosage.SupplementCodes = []string{"W0010000"} }), nil, nil, nil},
		"given on a day that was none": {changed(func(o *carev1.MedicationOrder) { o.Dosage.SupplementCodes = []string{"W0010000"} }),
			[]*carev1.Record{doseRecord("l", "o", "bedtime", given)}, nil, []string{"o bedtime: done  与薬"}},
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
	r.GetBody().GetMedicationOrder().Dosage.SupplementCodes = []string{"CW100000"}
	due, err := DueDoses([]*carev1.Record{r}, nil, nil, dueDay, japan)
	if err != nil || len(due) != 1 || !due[0].Undecided || !due[0].CheckDays || due[0].AmountThousandths != 1000 {
		t.Errorf("%+v, %v", due, err)
	}
	r.GetBody().GetMedicationOrder().Dosage.SupplementCodes = []string{"I1200000"} // not decoded: the amount is not clear either
	due, err = DueDoses([]*carev1.Record{r}, nil, nil, dueDay, japan)
	if err != nil || len(due) != 1 || !due[0].CheckDays || due[0].AmountThousandths != 0 {
		t.Errorf("%+v, %v", due, err)
	}
}
