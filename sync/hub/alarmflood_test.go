package hub_test

import (
	"context"
	"strings"
	"testing"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// flooding is more of one kind than a window holds of it.
const flooding = 2_100

// flood writes ordinary readings, a second apart from a time on.
func (b *bench) flood(from time.Time) {
	b.t.Helper()
	var ms []*syncv1.Mutation
	for i := range flooding {
		ms = append(ms, at(b.create("takahashi", pulse(70)), from.Add(time.Duration(i)*time.Second)))
	}
	b.pushAll("takahashi", ms)
}

// pushAll sends mutations in requests of their usual size, without a pull.
func (b *bench) pushAll(person string, ms []*syncv1.Mutation) {
	b.t.Helper()
	for len(ms) > 0 {
		n := min(len(ms), 700)
		req := b.request()
		req.Pull = false
		for _, m := range ms[:n] {
			req.Mutations = append(req.Mutations, b.queued(m))
		}
		resp, _, err := b.hub.Sync(context.Background(), b.call(person), req)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, r := range resp.GetResults() {
			if r.GetOutcome() != syncv1.Outcome_OUTCOME_APPLIED {
				b.t.Fatal(r)
			}
		}
		ms = ms[n:]
	}
}

func insulin() *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: &carev1.MedicationLog{
		Drug: &carev1.Drug{Name: "インスリン", YjCode: "2492415A1020"}, Outcome: carev1.DoseOutcome_DOSE_OUTCOME_GIVEN, PrnIndication: "高血糖",
	}}}
}

// TestAFloodOfReadingsHidesNoDose: before, between, at the time of two doses, or after them.
func TestAFloodOfReadingsHidesNoDose(t *testing.T) {
	for name, from := range map[string]time.Duration{"between": -40 * time.Minute, "after": time.Hour, "before": -2 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.push("sato", at(b.create("sato", insulin()), b.now.Add(-time.Hour)))
			b.flood(b.now.Add(from))
			b.push("suzuki", at(b.create("suzuki", insulin()), b.now))
			b.says("double-dose critical")
		})
	}
}

// TestAFloodAheadHidesNothingMissing: what is dated after now takes no place of what lies before.
func TestAFloodAheadHidesNothingMissing(t *testing.T) {
	b := newBench(t)
	for d := 9; d >= 3; d-- {
		b.push("sato", at(b.create("sato", pulse(70)), b.now.AddDate(0, 0, -d)))
	}
	b.flood(b.now.Add(24 * time.Hour))
	if _, err := b.hub.LookForMissing(context.Background(), b.call("sato"), "yamada/care"); err != nil {
		t.Fatal(err)
	}
	b.says("not-measured notice")
}

// TestErasingTakesEveryAlert that names what is erased, however many they are.
func TestErasingTakesEveryAlert(t *testing.T) {
	b := newBench(t)
	order := b.create("sato", &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
		Drug: &carev1.Drug{Name: secret, YjCode: "2171022F1029"}, State: carev1.OrderState_ORDER_STATE_ACTIVE, Prescriber: "田中",
		Dosage: &carev1.Dosage{AmountThousandths: 1000, Unit: "錠", Prn: &carev1.Prn{MinIntervalMinutes: 240, MaxPerDay: 2, Indication: "痛むとき"}},
	}}})
	b.expect(b.push("sato", order), "APPLIED")
	var logs []*syncv1.Mutation
	for i := range 1_050 {
		logs = append(logs, at(b.create("sato", &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: &carev1.MedicationLog{
			OrderId: order.GetId(), Outcome: carev1.DoseOutcome_DOSE_OUTCOME_WRONG, Reason: "x", PrnIndication: "痛むとき",
		}}}), b.now.Add(-time.Duration(i)*7*time.Hour)))
	}
	b.pushAll("sato", logs)
	if n := len(b.alerts()); n < 1_001 {
		t.Fatalf("%d alerts", n)
	}
	b.erase(order.GetId())
	b.gone(secret)
	b.sound()
}

// TestErasingTakesWhatAnAlertWasAmendedTo: its new words rest on a record that the first ones did not.
func TestErasingTakesWhatAnAlertWasAmendedTo(t *testing.T) {
	b := newBench(t)
	first := at(b.create("sato", weight(60_000)), b.now.Add(-48*time.Hour))
	second := at(b.create("sato", weight(60_100)), b.now.Add(-24*time.Hour))
	b.push("sato", first, second, b.create("sato", weight(63_333)))
	b.expect(b.push("sato", b.patch("sato", first.GetId(), b.seen(first.GetId()), weight(63_000))), "APPLIED")
	if now := b.about("weight").GetAmendment().GetReasonEn(); !strings.Contains(now, "3.2 kg") {
		t.Fatalf("it was amended to %q", now)
	}
	b.erase(second.GetId())
	for _, rec := range b.alerts() {
		if strings.Contains(rec.GetBody().GetAlert().GetAmendment().GetReasonEn(), "3.2 kg") {
			t.Error("what was erased is quoted still")
		}
	}
	b.sound()
}

// TestAFloodOfOrdersHidesNotTheOneOfADose: a dose is held against the order that it names, however many came after it.
func TestAFloodOfOrdersHidesNotTheOneOfADose(t *testing.T) {
	b := newBench(t)
	order := func(name string, gap uint32) *syncv1.Mutation {
		return b.create("sato", &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
			Drug: &carev1.Drug{Name: name}, State: carev1.OrderState_ORDER_STATE_ACTIVE, Prescriber: "田中",
			Dosage: &carev1.Dosage{AmountThousandths: 1000, Unit: "錠", Prn: &carev1.Prn{MinIntervalMinutes: gap, MaxPerDay: 3, Indication: "痛むとき"}},
		}}})
	}
	first := order("カロナール", 240)
	b.expect(b.push("sato", first), "APPLIED")
	var others []*syncv1.Mutation
	for range 520 {
		others = append(others, order("ガスター", 60))
	}
	b.pushAll("sato", others)
	b.push("sato", b.ago(b.create("sato", prn(first)), 1))
	b.push("suzuki", b.create("suzuki", prn(first)))
	if !strings.Contains(b.about("prn").GetReasonEn(), "カロナール") {
		t.Errorf("%s", b.about("prn").GetReasonEn())
	}
}
