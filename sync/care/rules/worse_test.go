package rules_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// record is one record of a chart; n names it and its mutation.
func record(n byte, at time.Time, body *carev1.Body) rules.Seen {
	id := make([]byte, 16)
	id[15] = n
	return rules.Seen{Seq: uint64(n), Record: &carev1.Record{
		Id: id, Envelope: &carev1.Envelope{Effective: timestamppb.New(at)}, Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE, Body: body,
	}}
}

func vitals(v *carev1.VitalSigns) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: v}}
}

func given(order byte, slot string) *carev1.Body {
	id := make([]byte, 16)
	id[15] = order
	return &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: &carev1.MedicationLog{
		OrderId: id, Slot: slot, Outcome: carev1.DoseOutcome_DOSE_OUTCOME_GIVEN,
	}}}
}

func ordered(n byte, dosage *carev1.Dosage) rules.Seen {
	return record(n, noon.AddDate(0, 0, -7), &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
		Drug: &carev1.Drug{Name: "アセトアミノフェン錠200mg", YjCode: "1141007F1063"}, Dosage: dosage, Prescriber: "佐藤医院",
		State: carev1.OrderState_ORDER_STATE_ACTIVE, StartDate: "2026-11-01",
	}}})
}

// raisedBy names rule and severity of what each record raises, one after another.
func raisedBy(c *chart, all ...rules.Seen) (said []string) {
	for _, s := range all {
		var of []string
		for _, r := range c.write(s, s.Record.GetEnvelope().GetEffective().AsTime()) {
			a := r.GetBody().GetAlert()
			of = append(of, a.GetRule()+" "+strings.ToLower(strings.TrimPrefix(a.GetSeverity().String(), "ALERT_SEVERITY_")))
		}
		said = append(said, strings.Join(of, ", "))
	}
	return said
}

// TestFarWorseWithinOneSeverityIsToldAnew: whoever heard of 88 % must hear of 55 %.
func TestFarWorseWithinOneSeverityIsToldAnew(t *testing.T) {
	spo2 := func(n byte, after time.Duration, percent uint32) rules.Seen {
		return record(n, noon.Add(after), vitals(&carev1.VitalSigns{Spo2Percent: &percent}))
	}
	got := raisedBy(newChart(),
		spo2(1, 0, 88), spo2(2, time.Hour, 87), spo2(3, 150*time.Minute, 55), spo2(4, 3*time.Hour, 56), spo2(5, 200*time.Minute, 45))
	want := []string{"news2 urgent, threshold critical", "", "threshold critical", "", "threshold critical"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestEachFurtherDoseTooMuchIsTold(t *testing.T) {
	const breakfast, dinner = "2026-11-20/after-breakfast", "2026-11-20/after-dinner"
	c := newChart()
	c.Standing = []rules.Seen{ordered(0x40, &carev1.Dosage{Slots: []string{"after-breakfast", "after-dinner"}})}
	got := raisedBy(c,
		record(1, noon, given(0x40, breakfast)), record(2, noon.Add(time.Minute), given(0x40, breakfast)),
		record(3, noon.Add(2*time.Minute), given(0x40, breakfast)),
		record(4, noon.Add(7*time.Hour), given(0x40, dinner)), record(5, noon.Add(7*time.Hour+time.Minute), given(0x40, dinner)))
	if want := []string{"", "double-dose urgent", "double-dose urgent", "", "double-dose urgent"}; !slices.Equal(got, want) {
		t.Errorf("of slots: %q", got)
	}
	c = newChart()
	c.Standing = []rules.Seen{ordered(0x41, &carev1.Dosage{Prn: &carev1.Prn{Indication: "痛むとき", MinIntervalMinutes: 240}})}
	got = nil
	for n := range byte(3) {
		got = append(got, raisedBy(c, record(n+1, noon.Add(time.Duration(n)*time.Hour), given(0x41, "")))...)
	}
	if want := []string{"", "prn urgent", "prn urgent"}; !slices.Equal(got, want) {
		t.Errorf("when needed: %q", got)
	}
}

// TestAmendedKeepsItsRank: an alert that was amended to a reading as far beyond the limit keeps such a reading silent.
func TestAmendedKeepsItsRank(t *testing.T) {
	c := newChart()
	raised := c.write(pulse(1, noon, 170), noon)
	a := raised[len(raised)-1].GetBody().GetAlert()
	i := slices.IndexFunc(c.Recent, func(s rules.Seen) bool { return s.Record.GetBody().GetVitalSigns() != nil })
	c.Recent[i] = pulse(1, noon, 165)
	if a.Amendment = rules.Amend(&c.View, a, c.Recent[i]); a.GetAmendment().GetRank() == 0 || a.GetAmendment().GetVoid() {
		t.Fatal(a.GetAmendment())
	}
	if got := raisedBy(c, pulse(2, noon.Add(time.Hour), 164)); got[0] != "" {
		t.Errorf("%q", got)
	}
	if got := raisedBy(c, pulse(3, noon.Add(2*time.Hour), 195)); got[0] != "threshold critical" {
		t.Errorf("%q", got)
	}
}

// TestRetractedIsNotCalledAmended: whoever was told sees what became of it.
func TestRetractedIsNotCalledAmended(t *testing.T) {
	c := newChart()
	s := pulse(1, noon, 112)
	a := c.write(s, noon)[0].GetBody().GetAlert()
	s.Record.Status = carev1.RecordStatus_RECORD_STATUS_RETRACTED
	now := rules.Amend(&c.View, a, s)
	if !now.GetVoid() || !strings.Contains(now.GetReasonJa(), "取り消され") || !strings.Contains(now.GetReasonEn(), "retracted") {
		t.Errorf("retracted: %v", now)
	}
	a.Amendment = now
	if again := rules.Amend(&c.View, a, s); again != nil {
		t.Errorf("said twice: %v", again)
	}
	a.Amendment, s.Record.Status = nil, carev1.RecordStatus_RECORD_STATUS_ACTIVE
	s.Record.Body = pulse(1, noon, 72).Record.GetBody()
	if now := rules.Amend(&c.View, a, s); !now.GetVoid() || !strings.Contains(now.GetReasonEn(), "amended") {
		t.Errorf("amended: %v", now)
	}
}

// TestLateWordsOfWhatNobodyMeasures: a dose and a meal have a time, and no measurement.
func TestLateWordsOfWhatNobodyMeasures(t *testing.T) {
	c := newChart()
	fall := record(1, noon, &carev1.Body{Kind: &carev1.Body_DailyCare{DailyCare: &carev1.DailyCare{Incident: carev1.Incident_INCIDENT_ACCIDENT}}})
	a := c.write(fall, noon.Add(17*time.Hour))[0].GetBody().GetAlert()
	if !strings.Contains(a.GetReasonJa(), "記録の時刻は17時間前、いま受信") || !strings.HasSuffix(a.GetReasonEn(), "It happened 17 h ago, received now.") {
		t.Errorf("%s\n%s", a.GetReasonJa(), a.GetReasonEn())
	}
}

// TestEvidenceNamesTheLateRecord: for each course, the record that came last by arrival and first by time stands in what is
// found in a later one, which is within its forward reach.
func TestEvidenceNamesTheLateRecord(t *testing.T) {
	kg := func(grams uint32) *carev1.Body { return vitals(&carev1.VitalSigns{WeightG: &grams}) }
	hot := func(tenths int32) *carev1.Body { return vitals(&carev1.VitalSigns{TemperatureTenthsC: &tenths}) }
	pressure := func(mmhg uint32) *carev1.Body { return vitals(&carev1.VitalSigns{SystolicMmhg: &mmhg}) }
	meal := func(tenths uint32) *carev1.Body {
		return &carev1.Body{Kind: &carev1.Body_DailyCare{DailyCare: &carev1.DailyCare{Meal: &carev1.Meal{Time: carev1.MealTime_MEAL_TIME_LUNCH, StapleTenths: &tenths}}}}
	}
	standing := []rules.Seen{
		ordered(0x40, &carev1.Dosage{Slots: []string{"after-breakfast"}}),
		ordered(0x41, &carev1.Dosage{Prn: &carev1.Prn{Indication: "痛むとき", MinIntervalMinutes: 240, MaxPerDay: 1, MaxConsecutiveDays: 1}}),
		record(0x42, noon.AddDate(0, 0, -8), &carev1.Body{Kind: &carev1.Body_AlertThreshold{AlertThreshold: &carev1.AlertThreshold{
			Item: carev1.VitalItem_VITAL_ITEM_SYSTOLIC, Operator: carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_LEAST, Value: 150, Readings: 2,
			Severity: rules.Urgent, ValidFrom: timestamppb.New(noon.AddDate(0, 0, -8)), ValidUntil: timestamppb.New(noon.AddDate(0, 0, 8)),
		}}}),
	}
	const slot = "2026-11-20/after-breakfast"
	for _, c := range []struct {
		topic       string
		late, later *carev1.Body
		before      time.Duration
		between     []*carev1.Body // one hour before the later one, and each further hour
	}{
		{"weight", kg(50_000), kg(52_100), 7 * 24 * time.Hour, nil},
		{"fever", hot(376), hot(377), 22 * time.Hour, nil},
		{"limit/4/high", pressure(151), pressure(152), 9 * 24 * time.Hour, nil},
		{"double-dose/000000000040/" + slot, given(0x40, slot), given(0x40, slot), 35 * time.Hour, nil},
		{"double-dose/1141007/20261120", given(0x41, ""), given(0x40, slot), 7 * time.Hour, nil},
		{"prn-interval/000000000041", given(0x41, ""), given(0x41, ""), 3 * time.Hour, nil},
		{"prn-most/000000000041", given(0x41, ""), given(0x41, ""), 23 * time.Hour, nil},
		{"prn-days/000000000041", given(0x41, ""), given(0x41, ""), 30 * time.Hour, nil},
		{"intake", meal(0), meal(0), 20 * time.Hour, []*carev1.Body{meal(0)}},
	} {
		later := record(9, noon, c.later)
		late := record(1, noon.Add(-c.before), c.late)
		v := &rules.View{Zone: tokyo, From: noon.Add(-rules.Lookback), Defaults: rules.Defaults(), Standing: standing, Recent: []rules.Seen{later}}
		for i, b := range c.between {
			v.Recent = append(v.Recent, record(byte(2+i), noon.Add(-time.Duration(i+1)*time.Hour), b))
		}
		v.Recent = append(v.Recent, late)
		found := slices.ContainsFunc(rules.Judge(v, later), func(f rules.Finding) bool {
			return f.Topic == c.topic && slices.ContainsFunc(f.Evidence, func(s rules.Seen) bool { return bytes.Equal(s.Record.GetId(), late.Record.GetId()) })
		})
		if !found {
			t.Errorf("%s: nothing names the late record", c.topic)
		}
		if ahead := rules.ForwardOf(v, late); ahead < c.before || ahead > rules.Lookback {
			t.Errorf("%s: %s before, and the reach is %s", c.topic, c.before, ahead)
		}
	}
}

func TestReachForward(t *testing.T) {
	normal, light := int32(365), uint32(50_000)
	for _, c := range []struct {
		body   *carev1.Body
		least  time.Duration
		within time.Duration // by a view without limits and orders
	}{
		{vitals(&carev1.VitalSigns{TemperatureTenthsC: &normal}), 7 * 24 * time.Hour, 0},
		{vitals(&carev1.VitalSigns{TemperatureTenthsC: proto.Int32(380)}), 7 * 24 * time.Hour, 60 * time.Hour},
		{vitals(&carev1.VitalSigns{WeightG: &light}), 180 * time.Hour, 180 * time.Hour},
		{vitals(&carev1.VitalSigns{Observation: "眠っている"}), 0, 0},
		{given(1, ""), 36 * time.Hour, 36 * time.Hour},
		{&carev1.Body{Kind: &carev1.Body_DailyCare{DailyCare: &carev1.DailyCare{Remarks: "散歩"}}}, 0, 0},
	} {
		got, exact := rules.ReachForward(c.body), rules.ForwardOf(&rules.View{}, record(1, noon, c.body))
		if got != c.least || exact != c.within {
			t.Error(fmt.Sprint(c.body), got, exact)
		}
	}
}

// TestASingleThreeSurfacesBesideAnother: whoever heard of the saturation has not heard of the confusion, also when the score
// is no higher; what was told of stays silent.
func TestASingleThreeSurfacesBesideAnother(t *testing.T) {
	low, calm := uint32(91), uint32(97)
	said := raisedBy(&chart{},
		record(1, noon, vitals(&carev1.VitalSigns{Spo2Percent: &low})),
		record(2, noon.Add(4*time.Hour), vitals(&carev1.VitalSigns{Spo2Percent: &calm, Consciousness: carev1.Consciousness_CONSCIOUSNESS_CONFUSED})),
		record(3, noon.Add(5*time.Hour), vitals(&carev1.VitalSigns{Spo2Percent: &low})),
		record(4, noon.Add(6*time.Hour), vitals(&carev1.VitalSigns{Spo2Percent: &calm, Consciousness: carev1.Consciousness_CONSCIOUSNESS_CONFUSED})),
	)
	for i, want := range []bool{true, true, false, false} {
		if got := strings.Contains(said[i], "news2"); got != want {
			t.Errorf("reading %d: %q, the score is told: %v", i+1, said[i], want)
		}
	}
}
