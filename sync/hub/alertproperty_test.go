package hub_test

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// ruled applies the rules to writes in the order of the log, with the whole chart before them each time, and to every record
// after a late one: what the hub does with windows, gates, bounds and batches must come to the same.
func ruled(standing, order []*syncv1.Mutation) (ids []string) {
	v := &rules.View{Zone: time.FixedZone("Asia/Tokyo", 9*60*60), Defaults: rules.Defaults()}
	for _, m := range standing {
		v.Standing = append(v.Standing, rules.Seen{Record: m.GetRecord()})
	}
	for i, m := range order {
		cause := rules.Seen{Record: proto.CloneOf(m.GetRecord()), Seq: uint64(i + 1)}
		v.Recent = slices.Insert(v.Recent, 0, cause)
		slices.SortStableFunc(v.Recent, func(a, b rules.Seen) int { return effective(b).Compare(effective(a)) })
		for _, alert := range matters(v, cause) {
			for _, f := range alert {
				raised := rules.Raise(v, rules.Cause{MutationID: m.GetId()}, []rules.Finding{f})
				if len(raised) == 0 {
					continue
				}
				ids = append(ids, string(raised[0].GetId()))
				v.Alerts = append(v.Alerts, rules.Seen{Record: raised[0]})
				break
			}
		}
	}
	slices.Sort(ids)
	return ids
}

func effective(s rules.Seen) time.Time { return s.Record.GetEnvelope().GetEffective().AsTime() }

// matters are the findings in a record, and those in later ones that name it, by rule and topic, the worst first.
func matters(v *rules.View, cause rules.Seen) (all [][]rules.Finding) {
	where := map[string]int{}
	judge := func(s rules.Seen) {
		v.From = effective(s).Add(-rules.Lookback)
		view := &rules.View{Zone: v.Zone, Defaults: v.Defaults, Standing: v.Standing, Recent: v.Recent, From: v.From}
		for _, f := range rules.Judge(view, s) {
			names := slices.ContainsFunc(f.Evidence, func(e rules.Seen) bool { return e.Seq == cause.Seq })
			if s.Seq != cause.Seq && !names {
				continue
			}
			n, known := where[f.Rule+f.Topic]
			if !known {
				n, all = len(all), append(all, nil)
				where[f.Rule+f.Topic] = n
			}
			all[n] = append(all[n], f)
		}
	}
	judge(cause)
	for _, s := range slices.Backward(v.Recent) {
		if after := effective(s).Sub(effective(cause)); s.Seq != cause.Seq && after >= 0 && after <= rules.Lookback {
			judge(s)
		}
	}
	for _, one := range all {
		slices.SortStableFunc(one, func(a, b rules.Finding) int {
			return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Rank, a.Rank))
		})
	}
	return all
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
		for range rapid.IntRange(1, 17).Draw(t, "writes") {
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

// topics are what the alerts speak of, without the day that the topic of a double dose ends with, and without meals: what is
// usual for the patient is no evidence, so that meals which come after those that were poor set nothing off.
func (b *bench) topics() map[string]bool {
	all := map[string]bool{}
	for _, rec := range b.alerts() {
		topic := rec.GetBody().GetAlert().GetTopic()
		if strings.HasPrefix(topic, "double-dose/") {
			topic = topic[:strings.LastIndex(topic, "/")]
		}
		if topic != "intake" {
			all[topic] = true
		}
	}
	return all
}

// certainInstead tells whether a double dose that is probable by its ingredient was told as a certain one, of an order and a
// slot: of one dose the rule says the surer thing alone, and which dose comes last decides whether the other was said before.
func certainInstead(told map[string]bool, topic string) bool {
	if !strings.HasPrefix(topic, "double-dose/") || strings.Count(topic, "/") != 1 {
		return false
	}
	for one := range told {
		if strings.HasPrefix(one, "double-dose/") && strings.Count(one, "/") == 2 {
			return true
		}
	}
	return false
}

// TestTheOrderOfArrivalHidesNothing: whatever a course sets off that arrives as it happens, it sets off in any other order
// too. The other way round does not hold: a fever that a reading between breaks was told, if that one came last.
func TestTheOrderOfArrivalHidesNothing(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		inOrder, shuffled := newBench(outer), newBench(outer)
		orders := inOrder.standingOrders()
		var all []*syncv1.Mutation
		for range rapid.IntRange(1, 17).Draw(t, "writes") {
			back := time.Duration(rapid.IntRange(0, 10*24).Draw(t, "hours before")) * time.Hour
			all = append(all, at(inOrder.create("sato", written(t, orders)), inOrder.now.Add(-back)))
		}
		arrived := rapid.Permutation(all).Draw(t, "arrival")
		slices.SortStableFunc(all, func(a, b *syncv1.Mutation) int {
			return a.GetRecord().GetEnvelope().GetEffective().AsTime().Compare(b.GetRecord().GetEnvelope().GetEffective().AsTime())
		})
		inOrder.push("sato", append(slices.Clone(orders), all...)...)
		shuffled.push("sato", append(slices.Clone(orders), arrived...)...)
		told := shuffled.topics()
		for topic := range inOrder.topics() {
			if !told[topic] && !certainInstead(told, topic) {
				t.Fatalf("nobody is told of %s; told is %v", topic, told)
			}
		}
	})
}
