package rules

import (
	"strings"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// dose is one record of a drug that reached the patient, with the order that it names.
type dose struct {
	Seen
	log   *carev1.MedicationLog
	order *carev1.MedicationOrder // nil: none, or not in the view
	by    string                  // who prescribed it, in words or by id; empty: not known
}

// doseOf reads a record as a dose; false for one that did not reach the patient.
func (v *View) doseOf(s Seen) (dose, bool) {
	log := s.Record.GetBody().GetMedicationLog()
	if log == nil || !stands(s.Record) || !care.CountsAsTaken(log.GetOutcome()) {
		return dose{}, false
	}
	order := v.order(log.GetOrderId())
	return dose{s, log, order.GetBody().GetMedicationOrder(), prescriber(order)}, true
}

// order returns the order with an id; nil if the view does not have it.
func (v *View) order(id []byte) *carev1.Record {
	if len(id) == 0 {
		return nil
	}
	if v.orders == nil {
		v.orders = make(map[string]*carev1.Record, len(v.Standing))
		for _, s := range v.Standing {
			if v.orders[string(s.Record.GetId())] == nil {
				v.orders[string(s.Record.GetId())] = s.Record
			}
		}
	}
	return v.orders[string(id)]
}

// prescriber is who prescribed an order: as it says, else its author.
func prescriber(order *carev1.Record) string {
	if words := order.GetBody().GetMedicationOrder().GetPrescriber(); words != "" {
		return words
	}
	return order.GetArrival().GetAuthor().GetPersonId()
}

// drug is what was given: as the order has it, else as the log has it.
func (d dose) drug() *carev1.Drug {
	if d.order != nil {
		return d.order.GetDrug()
	}
	return d.log.GetDrug()
}

// severity of a mistake with the drug.
func (d dose) severity() Severity {
	if begins(d.drug().GetYjCode(), highAlert) {
		return Critical
	}
	return Urgent
}

// name is the drug's, for a sentence.
func (d dose) name() string {
	if name := d.drug().GetName(); name != "" {
		return name
	}
	return "—"
}

// doses returns what reached the patient from one time until another, latest first.
func (v *View) doses(from, until time.Time) []dose {
	var all []dose
	for s := range v.between(from, until) {
		if d, ok := v.doseOf(s); ok {
			all = append(all, d)
		}
	}
	return all
}

// sameSlot is how far apart in time two records of one planned dose may lie: a day and a night.
const sameSlot = 36 * time.Hour

// judgeDoubleDose finds, in this order and the first one only: the same dose of the same order taken twice (certain), the
// same ingredient by the same route within the least gap of its schedule (probable), another drug of a class of which
// one is enough (possible). Records of two tablets that did not know of each other are found when the second arrives.
func judgeDoubleDose(v *View, cause Seen) []Finding {
	d, ok := v.doseOf(cause)
	if !ok {
		return nil
	}
	for _, look := range []func(*View, dose) (Finding, bool){certain, probable, possible} {
		if f, found := look(v, d); found {
			return []Finding{f}
		}
	}
	return nil
}

func certain(v *View, d dose) (Finding, bool) {
	if d.log.GetSlot() == "" || len(d.log.GetOrderId()) == 0 {
		return Finding{}, false
	}
	all := v.doses(d.at().Add(-sameSlot), d.at().Add(sameSlot))
	records := make([]*carev1.Record, len(all))
	for i, one := range all {
		records[i] = one.Record
	}
	for _, group := range care.DoubleDoses(records) {
		evidence, mine := []Seen{}, false
		for _, i := range group {
			mine = mine || string(records[i].GetId()) == string(d.Record.GetId())
			evidence = append(evidence, all[i].Seen)
		}
		if mine {
			return Finding{
				Severity: d.severity(), Evidence: limit(evidence), Observed: d.at(), Rank: 3, Topic: d.topic(),
				Ja: d.name() + "：同じ分の与薬記録が重なっています（二重与薬）。",
				En: d.name() + ": the same dose is recorded as given more than once.",
			}, true
		}
	}
	return Finding{}, false
}

// topic is that of the double doses of one drug on one day.
func (d dose) topic() string {
	what := ingredient(d.drug())
	if what == "" {
		what = short(d.log.GetOrderId())
	}
	return "double-dose/" + strings.ToLower(what) + "/" + d.at().Format("20060102")
}

// leastGap is how far apart two doses of a drug should lie, by how often a day it is given: 4 h, 6 h, 8 h. They are
// rules of thumb of package leaflets for missed doses; what the prescription says goes before them.
func leastGap(o *carev1.MedicationOrder) time.Duration {
	switch n := len(o.GetDosage().GetSlots()); {
	case n >= 3:
		return 4 * time.Hour
	case n == 2:
		return 6 * time.Hour
	}
	return 8 * time.Hour
}

// plannedPart of the least gap still counts as too soon between two different planned doses of one order: breakfast and
// lunch lie closer together than any rule of thumb.
const plannedPart = 2

func probable(v *View, d dose) (Finding, bool) {
	what := ingredient(d.drug())
	if what == "" || d.order.GetDosage().GetPrn() != nil { // PRN has its own limits
		return Finding{}, false
	}
	gap := leastGap(d.order)
	for _, other := range v.doses(d.at().Add(-gap), d.at().Add(gap)) {
		if ingredient(other.drug()) != what || d.same(other) || d.together(other) {
			continue
		}
		apart := d.at().Sub(other.at()).Abs()
		if apart >= gap || string(other.log.GetOrderId()) == string(d.log.GetOrderId()) && apart >= gap/plannedPart {
			continue
		}
		return Finding{
			Severity: d.severity(), Evidence: []Seen{d.Seen, other.Seen}, Observed: d.at(), Rank: 2, Topic: d.topic(),
			Ja: d.name() + "：同じ成分が間隔をあけずに与薬されています（二重与薬の疑い）。",
			En: d.name() + ": the same ingredient was given again too soon; possibly a double dose.",
		}, true
	}
	return Finding{}, false
}

// same tells whether two records are one, or parts of one dose.
func (d dose) same(other dose) bool {
	id, of := string(d.Record.GetId()), string(other.Record.GetId())
	return id == of || string(d.log.GetRemainderOf()) == of || string(other.log.GetRemainderOf()) == id
}

// together tells whether two lines of one prescriber for one slot were ordered as one dose: two strengths of one drug.
func (d dose) together(other dose) bool {
	a, b := d.order, other.order
	return a != nil && b != nil && string(d.log.GetOrderId()) != string(other.log.GetOrderId()) &&
		d.log.GetSlot() != "" && d.log.GetSlot() == other.log.GetSlot() && d.by == other.by
}

// classGap is within which two drugs of one class are asked about.
const classGap = 4 * time.Hour

// possible finds another drug of the class nearby, else the same ingredient on order from two prescribers.
func possible(v *View, d dose) (Finding, bool) {
	if f, found := sameClass(v, d); found {
		return f, true
	}
	return twoPrescribers(v, d)
}

func sameClass(v *View, d dose) (Finding, bool) {
	if !begins(d.drug().GetYjCode(), oneOfAClass) {
		return Finding{}, false
	}
	for _, other := range v.doses(d.at().Add(-classGap), d.at().Add(classGap)) {
		if class(other.drug()) != class(d.drug()) || ingredient(other.drug()) == ingredient(d.drug()) ||
			d.by == other.by {
			continue
		}
		return Finding{
			Severity: Notice, Evidence: []Seen{d.Seen, other.Seen}, Observed: d.at(), Rank: 1, Topic: d.topic(),
			Ja: d.name() + "：別の処方の同じ種類の薬が近い時刻に与薬されています。",
			En: d.name() + ": a drug of the same class from another prescription was given at about the same time.",
		}, true
	}
	return Finding{}, false
}

// twoPrescribers finds an order of the same ingredient by another prescriber that is in force on the day of the dose: each
// of the two may not know of the other (重複投薬 over overlapping supplies).
func twoPrescribers(v *View, d dose) (Finding, bool) {
	what, day := ingredient(d.drug()), d.at().In(v.zone()).Format(time.DateOnly)
	if what == "" || d.order == nil {
		return Finding{}, false
	}
	for _, s := range v.Standing {
		o := s.Record.GetBody().GetMedicationOrder()
		by := prescriber(s.Record)
		if o == nil || !stands(s.Record) || ingredient(o.GetDrug()) != what || by == "" || d.by == "" || by == d.by || !onOrder(o, day) {
			continue
		}
		return Finding{
			Severity: Notice, Evidence: []Seen{d.Seen, s}, Observed: d.at(), Topic: "double-order/" + strings.ToLower(what),
			Ja: d.name() + "：同じ成分が別の処方医からも処方されています。",
			En: d.name() + ": the same ingredient is on order from another prescriber too.",
		}, true
	}
	return Finding{}, false
}

// onOrder tells whether an order is in force on a day.
func onOrder(o *carev1.MedicationOrder, day string) bool {
	return o.GetState() == carev1.OrderState_ORDER_STATE_ACTIVE && o.GetStartDate() <= day && (o.GetEndDate() == "" || o.GetEndDate() >= day)
}

// judgeWrongDose tells of a dose that was recorded as a mistake (誤薬).
func judgeWrongDose(v *View, cause Seen) []Finding {
	d, ok := v.doseOf(cause)
	if !ok || d.log.GetOutcome() != carev1.DoseOutcome_DOSE_OUTCOME_WRONG {
		return nil
	}
	return []Finding{{
		Severity: d.severity(), Evidence: []Seen{cause}, Observed: cause.at(), Topic: "wrong-dose/" + short(cause.Record.GetId()),
		Ja: d.name() + "：誤薬が記録されました。", En: d.name() + ": a wrong dose was recorded.",
	}}
}

// limit cuts evidence to what a finding names.
func limit(all []Seen) []Seen { return all[:min(len(all), maxEvidence)] }
