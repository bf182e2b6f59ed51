package rules

import (
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
