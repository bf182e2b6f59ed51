package hub_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// ruled applies the rules to writes in the order of the log, with the whole chart before them each time: what the hub does
// with windows, gates and batches must come to the same.
func ruled(standing, order []*syncv1.Mutation) (ids []string) {
	v := &rules.View{Zone: time.FixedZone("Asia/Tokyo", 9*60*60), Defaults: rules.Defaults()}
	for _, m := range standing {
		v.Standing = append(v.Standing, rules.Seen{Record: m.GetRecord()})
	}
	for i, m := range order {
		rec := proto.CloneOf(m.GetRecord())
		cause := rules.Seen{Record: rec, Seq: uint64(i + 1)}
		at := rec.GetEnvelope().GetEffective().AsTime()
		v.Recent = append(v.Recent, cause)
		slices.SortStableFunc(v.Recent, func(a, b rules.Seen) int {
			return b.Record.GetEnvelope().GetEffective().AsTime().Compare(a.Record.GetEnvelope().GetEffective().AsTime())
		})
		v = &rules.View{Zone: v.Zone, Defaults: v.Defaults, Standing: v.Standing, Recent: v.Recent, Alerts: v.Alerts, From: at.Add(-rules.Lookback)}
		for _, alert := range rules.Raise(v, rules.Cause{MutationID: m.GetId()}, rules.Judge(v, cause)) {
			ids = append(ids, string(alert.GetId()))
			v.Alerts = append(v.Alerts, rules.Seen{Record: alert})
		}
	}
	slices.Sort(ids)
	return ids
}

// vitalsOf draws a set of vital signs, of which many are beyond a limit.
func vitalsOf(t *rapid.T) *carev1.Body {
	v := &carev1.VitalSigns{}
	if rapid.Bool().Draw(t, "has temperature") {
		n := rapid.Int32Range(345, 400).Draw(t, "temperature")
		v.TemperatureTenthsC = &n
	}
	if rapid.Bool().Draw(t, "has weight") {
		n := uint32(rapid.IntRange(50, 56).Draw(t, "weight")) * 1000
		v.WeightG = &n
	}
	n := rapid.Uint32Range(38, 140).Draw(t, "pulse")
	v.PulsePerMin = &n
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: v}}
}

// written draws a record of any kind that the rules look at.
func written(t *rapid.T, orders []*syncv1.Mutation) *carev1.Body {
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		of := orders[rapid.IntRange(0, len(orders)-1).Draw(t, "order")]
		return &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: &carev1.MedicationLog{
			OrderId: of.GetId(), Outcome: carev1.DoseOutcome_DOSE_OUTCOME_GIVEN,
			Slot: rapid.SampledFrom([]string{"2026-11-22/after-breakfast", "2026-11-23/after-breakfast"}).Draw(t, "slot"),
		}}}
	case 1:
		tenths := uint32(rapid.SampledFrom([]int{0, 1, 2, 5, 10}).Draw(t, "eaten"))
		return &carev1.Body{Kind: &carev1.Body_DailyCare{DailyCare: &carev1.DailyCare{Meal: &carev1.Meal{
			Time: carev1.MealTime_MEAL_TIME_LUNCH, StapleTenths: &tenths,
		}}}}
	}
	return vitalsOf(t)
}

// standingOrders are two orders of one ingredient, one of them for when it is needed.
func (b *bench) standingOrders() []*syncv1.Mutation {
	order := func(prescriber string, dosage *carev1.Dosage) *syncv1.Mutation {
		dosage.AmountThousandths, dosage.Unit = 1000, "錠"
		return b.create("sato", &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
			Drug: &carev1.Drug{Name: "アムロジピン", YjCode: "2171022F1029"}, State: carev1.OrderState_ORDER_STATE_ACTIVE,
			Prescriber: prescriber, Dosage: dosage,
		}}})
	}
	return []*syncv1.Mutation{
		order("田中", &carev1.Dosage{Slots: []string{"after-breakfast"}}),
		order("森", &carev1.Dosage{Prn: &carev1.Prn{MinIntervalMinutes: 240, MaxPerDay: 2, MaxConsecutiveDays: 2, Indication: "痛むとき"}}),
	}
}

// TestAlertsHangOnTheOrderOfTheLogAlone: however writes are cut into requests, and however often they are sent again, the
// alerts are those of the rules applied to the log in its order.
func TestAlertsHangOnTheOrderOfTheLogAlone(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		b := newBench(outer)
		orders := b.standingOrders()
		b.expect(b.push("sato", orders...), "APPLIED", "APPLIED")
		var all []*syncv1.Mutation
		for range rapid.IntRange(1, 25).Draw(t, "writes") {
			back := time.Duration(rapid.IntRange(0, 20*24*4).Draw(t, "quarters of an hour before")) * 15 * time.Minute
			all = append(all, at(b.create("sato", written(t, orders)), b.now.Add(-back)))
		}
		for rest, sent := all, 0; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "in one request")
			for _, r := range b.push("sato", rest[:n]...) {
				if r.GetOutcome() != syncv1.Outcome_OUTCOME_APPLIED {
					t.Fatal(r)
				}
			}
			rest, sent = rest[n:], sent+n
			if again := rapid.IntRange(0, sent).Draw(t, "sent again"); again > 0 {
				b.push("sato", all[:again]...)
			}
		}
		want, got := ruled(orders, all), slices.Sorted(maps.Keys(b.alerts()))
		if !slices.Equal(got, want) {
			t.Fatalf("%d alerts, the rules alone raise %d", len(got), len(want))
		}
		if v := b.verify(); len(v.Damage) > 0 {
			t.Fatal(v.Damage)
		}
	})
}
