package rules

import (
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

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

// certain names the order and the slot: each dose that was given twice is a matter of its own, and a third record of it
// makes it worse.
func certain(v *View, d dose) (Finding, bool) {
	if d.log.GetSlot() == "" || len(d.log.GetOrderId()) == 0 {
		return Finding{}, false
	}
	all := v.ofSlot(d)
	records := make([]*carev1.Record, len(all))
	for i, one := range all {
		records[i] = one.Record
	}
	for _, group := range care.DoubleDoses(records) {
		evidence, mine := []Seen{}, false
		for _, i := range group {
			mine = mine || string(records[i].GetId()) == string(d.Record.GetId())
			evidence = append(evidence, all[i])
		}
		if mine {
			return Finding{
				Severity: d.severity(), Evidence: limit(evidence), Observed: d.at(), Rank: len(group),
				Topic: "double-dose/" + short(d.log.GetOrderId()) + "/" + d.log.GetSlot(),
				Ja:    d.name() + "：同じ分の与薬記録が重なっています（二重与薬）。",
				En:    d.name() + ": the same dose is recorded as given more than once.",
			}, true
		}
	}
	return Finding{}, false
}

// ofSlot returns the records of one planned dose, latest first, with the one that is asked about among them. A finding names
// no more of them than that, and beyond it none makes it worse.
func (v *View) ofSlot(d dose) (all []Seen) {
	mine := false
	for s := range v.between(d.at().Add(-sameSlot), d.at().Add(sameSlot)) {
		log := s.Record.GetBody().GetMedicationLog()
		if log.GetSlot() != d.log.GetSlot() || string(log.GetOrderId()) != string(d.log.GetOrderId()) || !care.CountsAsTaken(log.GetOutcome()) {
			continue
		}
		is := string(s.Record.GetId()) == string(d.Record.GetId())
		if mine = mine || is; len(all) < maxEvidence {
			all = append(all, s)
		} else if is {
			all[maxEvidence-1] = s
		}
		if mine && len(all) == maxEvidence {
			break
		}
	}
	return all
}

// topic is that of what is probably or possibly a double dose of one drug on one day of the patient.
func (d dose) topic(v *View) string {
	what := topicOf(d.drug())
	if what == "" {
		what = short(d.log.GetOrderId())
	}
	return "double-dose/" + what + "/" + d.at().In(v.zone()).Format("20060102")
}

// probable is worse with each dose that lies too near.
func probable(v *View, d dose) (Finding, bool) {
	severity, evidence, widest := d.severity(), []Seen{d.Seen}, v.widestGap(d)
	for _, other := range v.doses(d.at().Add(-widest), d.at().Add(widest)) {
		if !d.same(other) && !d.together(other) && d.tooNear(other) && sameIngredient(other.drug(), d.drug()) {
			severity, evidence = max(severity, other.severity()), append(evidence, other.Seen)
		}
	}
	if len(evidence) < 2 {
		return Finding{}, false
	}
	return Finding{
		Severity: severity, Evidence: limit(evidence), Observed: d.at(), Rank: len(evidence), Topic: d.topic(v),
		Ja: d.name() + "：同じ成分が間隔をあけずに与薬されています（二重与薬の疑い）。",
		En: d.name() + ": the same ingredient was given again too soon; possibly a double dose.",
	}, true
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
	evidence := []Seen{d.Seen}
	for _, other := range v.doses(d.at().Add(-classGap), d.at().Add(classGap)) {
		if class(other.drug()) == class(d.drug()) && ingredient(other.drug()) != ingredient(d.drug()) && d.by != other.by {
			evidence = append(evidence, other.Seen)
		}
	}
	if len(evidence) < 2 {
		return Finding{}, false
	}
	return Finding{
		Severity: Notice, Evidence: limit(evidence), Observed: d.at(), Rank: len(evidence) - 1, Topic: d.topic(v),
		Ja: d.name() + "：別の処方の同じ種類の薬が近い時刻に与薬されています。",
		En: d.name() + ": a drug of the same class from another prescription was given at about the same time.",
	}, true
}

// twoPrescribers finds an order of the same ingredient by another prescriber that is in force on the day of the dose: each
// of the two may not know of the other (重複投薬 over overlapping supplies).
func twoPrescribers(v *View, d dose) (Finding, bool) {
	what, day := topicOf(d.drug()), d.at().In(v.zone()).Format(time.DateOnly)
	if what == "" || d.order == nil {
		return Finding{}, false
	}
	for _, s := range v.Standing {
		o := s.Record.GetBody().GetMedicationOrder()
		by := prescriber(s.Record)
		if o == nil || !stands(s.Record) || by == "" || d.by == "" || by == d.by || !onOrder(o, day) || !sameIngredient(o.GetDrug(), d.drug()) {
			continue
		}
		return Finding{
			Severity: Notice, Evidence: []Seen{d.Seen, s}, Observed: d.at(), Topic: "double-order/" + what,
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
