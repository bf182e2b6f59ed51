package hub_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

func weight(grams uint32) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{WeightG: &grams}}}
}

// prn is a dose of an order for when it is needed.
func prn(order *syncv1.Mutation) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: &carev1.MedicationLog{
		OrderId: order.GetId(), Outcome: carev1.DoseOutcome_DOSE_OUTCOME_GIVEN, PrnIndication: "痛むとき",
	}}}
}

// ago moves a mutation to so many hours before the present.
func (b *bench) ago(m *syncv1.Mutation, hours int) *syncv1.Mutation {
	return at(m, b.now.Add(-time.Duration(hours)*time.Hour))
}

// about returns the one alert of a rule.
func (b *bench) about(rule string) *carev1.ClinicalAlert {
	b.t.Helper()
	var found *carev1.ClinicalAlert
	for _, rec := range b.alerts() {
		if a := rec.GetBody().GetAlert(); a.GetRule() == rule {
			if found != nil {
				b.t.Fatalf("more than one of %s", rule)
			}
			found = a
		}
	}
	if found == nil {
		b.t.Fatalf("nobody is told: %q", b.said())
	}
	return found
}

// TestALateRecordIsHeldAgainstWhatCameAfterIt: what is on the server already is judged again when a record from before it
// comes; the alert names both, and says what came late.
func TestALateRecordIsHeldAgainstWhatCameAfterIt(t *testing.T) {
	order := func(b *bench) *syncv1.Mutation {
		m := b.create("sato", &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
			Drug: &carev1.Drug{Name: "カロナール"}, State: carev1.OrderState_ORDER_STATE_ACTIVE, Prescriber: "田中",
			Dosage: &carev1.Dosage{AmountThousandths: 1000, Unit: "錠", Prn: &carev1.Prn{MinIntervalMinutes: 60, MaxPerDay: 3, Indication: "痛むとき"}},
		}}})
		b.expect(b.push("sato", m), "APPLIED")
		return m
	}
	for _, c := range []struct {
		name, rule, words string
		write             func(b *bench) (before []*syncv1.Mutation, late *syncv1.Mutation)
	}{
		{"weight", "weight", "5 days ago arrived only now", func(b *bench) ([]*syncv1.Mutation, *syncv1.Mutation) {
			return []*syncv1.Mutation{b.ago(b.create("sato", weight(53_000)), 24)}, b.ago(b.create("sato", weight(50_000)), 5*24)
		}},
		{"fever", "fever", "47 h ago arrived only now", func(b *bench) ([]*syncv1.Mutation, *syncv1.Mutation) {
			return []*syncv1.Mutation{b.ago(b.create("sato", temperature(377)), 24)}, b.ago(b.create("sato", temperature(376)), 47)
		}},
		{"prn in the middle", "prn", "6 h ago arrived only now", func(b *bench) ([]*syncv1.Mutation, *syncv1.Mutation) {
			of := order(b)
			var all []*syncv1.Mutation
			for _, hours := range []int{10, 8, 2} {
				all = append(all, b.ago(b.create("sato", prn(of)), hours))
			}
			return all, b.ago(b.create("sato", prn(of)), 6)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			before, late := c.write(b)
			b.push("sato", before...)
			b.says()
			b.expect(b.push("suzuki", late), "APPLIED")
			a := b.about(c.rule)
			names := func(m *syncv1.Mutation) bool {
				return slices.ContainsFunc(a.GetEvidence(), func(e *carev1.AlertEvidence) bool { return bytes.Equal(e.GetRecordId(), m.GetId()) })
			}
			last := before[len(before)-1]
			if !names(late) || !names(last) || !a.GetObserved().AsTime().Equal(last.GetRecord().GetEnvelope().GetEffective().AsTime()) {
				t.Errorf("it rests on %v", a.GetEvidence())
			}
			if !strings.Contains(a.GetReasonEn(), c.words) || !strings.Contains(a.GetReasonJa(), "前の記録をいま受信") || strings.Contains(a.GetReasonEn(), "received now") {
				t.Errorf("%s %s", a.GetReasonJa(), a.GetReasonEn())
			}
			if events, _ := b.events(); len(events) != 1 {
				t.Errorf("%d events", len(events))
			}
			ids := slices.Sorted(maps.Keys(b.alerts()))
			b.push("suzuki", late)
			b.push("sato", before...)
			if got := slices.Sorted(maps.Keys(b.alerts())); !slices.Equal(got, ids) {
				t.Errorf("sent again it is told again: %x", got)
			}
			b.sound()
		})
	}
}

// TestAnOrderedLimitOfTwoReadings: the earlier of the two comes later.
func TestAnOrderedLimitOfTwoReadings(t *testing.T) {
	b := newBench(t)
	limit := elsewhere(b.create("mori", &carev1.Body{Kind: &carev1.Body_AlertThreshold{AlertThreshold: &carev1.AlertThreshold{
		Item: carev1.VitalItem_VITAL_ITEM_PULSE, Operator: carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_LEAST, Value: 95, Readings: 2,
		Severity:  carev1.AlertSeverity_ALERT_SEVERITY_URGENT,
		ValidFrom: timestamppb.New(b.now.AddDate(0, -1, 0)), ValidUntil: timestamppb.New(b.now.AddDate(0, 1, 0)),
	}}}))
	b.expect(b.push("mori", limit), "APPLIED")
	b.expect(b.push("mori", elsewhere(b.create("mori", pulse(97)))), "APPLIED")
	if events, _ := b.events(); len(events) != 0 {
		t.Fatalf("%d events after one reading", len(events))
	}
	b.expect(b.push("mori", elsewhere(b.ago(b.create("mori", pulse(96)), 30))), "APPLIED")
	if events, _ := b.events(); len(events) != 1 {
		t.Errorf("%d events after two", len(events))
	}
	b.sound()
}

// TestAnAmendmentIsHeldAgainstWhatCameAfterIt: a slip of the pen that is put right may begin a course.
func TestAnAmendmentIsHeldAgainstWhatCameAfterIt(t *testing.T) {
	b := newBench(t)
	slip := b.ago(b.create("sato", weight(53_000)), 72)
	b.push("sato", slip, b.create("sato", weight(53_000)))
	b.says()
	b.expect(b.push("sato", b.patch("sato", slip.GetId(), b.seen(slip.GetId()), weight(50_000))), "APPLIED")
	if a := b.about("weight"); !strings.HasSuffix(a.GetReasonEn(), "An earlier record was amended.") || len(a.GetEvidence()) != 2 {
		t.Errorf("%v", a)
	}
	b.sound()
}

// TestOneMatterIsToldOnce: a late record that is a finding itself, and makes a worse one of a later record, is one alert: the
// worse one.
func TestOneMatterIsToldOnce(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.ago(b.create("sato", weight(50_000)), 6*24), b.ago(b.create("sato", weight(51_500)), 24))
	b.says()
	b.push("sato", b.ago(b.create("sato", weight(49_000)), 3*24))
	if a := b.about("weight"); !strings.Contains(a.GetReasonEn(), "2.5 kg") {
		t.Errorf("%s", a.GetReasonEn())
	}
	b.sound()
}

// TestOnlyTheNextAndTheNewest: of a long course the next records are judged again, and the newest.
func TestOnlyTheNextAndTheNewest(t *testing.T) {
	for _, c := range []struct {
		name  string
		heavy int // which of the later weights is the first that is 2 kg above the late one
		last  uint32
		want  int
	}{{"among the next", 15, 50_000, 1}, {"beyond them", 17, 50_000, 0}, {"the newest", 30, 52_000, 1}} {
		b := newBench(t)
		for n := range 25 {
			grams := uint32(51_000)
			if n == c.heavy {
				grams = 52_000
			}
			if n == 24 {
				grams = max(c.last, 51_000)
			}
			b.push("sato", at(b.create("sato", weight(grams)), b.now.Add(time.Duration(n-30)*time.Hour)))
		}
		b.push("sato", b.ago(b.create("sato", weight(50_000)), 31))
		urgent := 0
		for _, rec := range b.alerts() {
			if rec.GetBody().GetAlert().GetSeverity() == carev1.AlertSeverity_ALERT_SEVERITY_URGENT {
				urgent++
			}
		}
		if urgent != c.want {
			t.Errorf("%s: %d urgent alerts, want %d", c.name, urgent, c.want)
		}
	}
}

// TestAClockThatIsAheadSilencesNothing: a reading of a time that is still to come, by a wrong clock or a forged one, is told,
// and keeps silent only its like; not what is measured now, nor what is measured at that time.
func TestAClockThatIsAheadSilencesNothing(t *testing.T) {
	b := newBench(t)
	told := func(want int) {
		t.Helper()
		n := 0
		for _, rec := range b.alerts() {
			if rec.GetBody().GetAlert().GetRule() == "threshold" {
				n++
			}
		}
		if n != want {
			t.Errorf("%d alerts, want %d", n, want)
		}
	}
	b.push("sato", b.ago(b.create("sato", pulse(135)), -3))
	told(1)
	b.push("sato", b.ago(b.create("sato", pulse(135)), -4))
	told(1)
	b.push("suzuki", b.create("suzuki", pulse(132)))
	told(2)
	b.now = b.now.Add(5 * time.Hour)
	b.push("suzuki", b.create("suzuki", pulse(132)))
	told(3)
	b.now = b.now.Add(time.Hour)
	b.push("suzuki", b.create("suzuki", pulse(132)))
	told(3)
	uncertain := 0
	for _, rec := range b.alerts() {
		if rec.GetArrival().GetTimeUncertain() {
			uncertain++
		}
	}
	if uncertain != 2 {
		t.Errorf("of %d alerts it is said that their time is uncertain", uncertain)
	}
	b.sound()
}

// answer is a person's to an alert.
func (b *bench) answer(person string, alerts ...[]byte) *syncv1.Mutation {
	return b.create(person, &carev1.Body{Kind: &carev1.Body_AlertResponse{AlertResponse: &carev1.AlertResponse{
		AlertIds: alerts, Answer: carev1.AlertAnswer_ALERT_ANSWER_NOTHING_TO_DO, Words: "いつもどおり",
	}}})
}

// outbox is the newest event about a record.
func (b *bench) outbox(record []byte) (answers, takenBack [][]byte, amended bool) {
	b.t.Helper()
	all, _ := b.events()
	newest := uint64(0)
	for _, e := range all {
		if bytes.Equal(e.GetRecordId(), record) && e.GetSeq() > newest {
			newest, answers, takenBack, amended = e.GetSeq(), e.GetAnswers(), e.GetTakenBack(), e.GetAmended()
		}
	}
	if newest == 0 {
		b.t.Fatal("there is no event about it")
	}
	return answers, takenBack, amended
}

// TestWhoEndsAnAlert: the answer of a nurse ends it, and taken back ends it no more; that of a care worker is kept, and
// neither it nor what becomes of it is anything but words.
func TestWhoEndsAnAlert(t *testing.T) {
	for _, c := range []struct {
		person string
		ends   int
	}{{"suzuki", 1}, {"takahashi", 0}} {
		b := newBench(t)
		b.push("sato", b.create("sato", pulse(112)))
		alert := []byte(slices.Sorted(maps.Keys(b.alerts()))[0])
		m := b.answer(c.person, alert)
		b.expect(b.push(c.person, m), "APPLIED")
		check := func(when string, answers, takenBack int, amended bool) {
			t.Helper()
			gave, took, is := b.outbox(m.GetId())
			if len(gave) != answers || len(took) != takenBack || is != amended {
				t.Errorf("%s, %s: %d answered, %d taken back, amended: %v", c.person, when, len(gave), len(took), is)
			}
		}
		check("answered", c.ends, 0, false)
		other := proto.CloneOf(m.GetRecord().GetBody())
		other.GetAlertResponse().Words = "先生に電話しました"
		b.expect(b.push(c.person, b.patch(c.person, m.GetId(), b.seen(m.GetId()), other)), "APPLIED")
		check("amended", c.ends, 0, true)
		taken := b.patch(c.person, m.GetId(), b.seen(m.GetId()), nil)
		taken.Operation, taken.Record.Body = syncv1.Operation_OPERATION_RETRACT, nil
		b.expect(b.push(c.person, taken), "APPLIED")
		check("taken back", 0, c.ends, true)
		b.sound()
	}
}

// TestAnAnswerBeforeItsAlert: whoever computes what an alert will be called cannot answer it before it is raised.
func TestAnAnswerBeforeItsAlert(t *testing.T) {
	b := newBench(t)
	reading := b.create("sato", pulse(112))
	twin := newBench(t)
	twin.push("sato", reading)
	alert := []byte(slices.Sorted(maps.Keys(twin.alerts()))[0])
	early := b.answer("sato", alert)
	b.expect(b.push("sato", early, reading), "APPLIED", "APPLIED")
	b.says("threshold urgent")
	if b.alerts()[string(alert)] == nil {
		t.Fatal("the alert is called something else")
	}
	if answers, _, _ := b.outbox(early.GetId()); len(answers) != 0 {
		t.Error("it was answered before it was there")
	}
	late := b.answer("sato", alert)
	b.push("sato", late)
	if answers, _, _ := b.outbox(late.GetId()); len(answers) != 1 {
		t.Error("an answer that came after it does not end it")
	}
}
