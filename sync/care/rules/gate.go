package rules

import (
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/care/news2"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Gate tells by a record alone whether any rule could speak of it. It is made once for many records, and spares the
// reading of a window for those of which none can.
type Gate struct {
	scale news2.Scale
	items []bounds // in the order of limited
}

// bounds are the mildest limits of one reading: what lies between them is beyond none.
type bounds struct {
	high, low       int64
	hasHigh, hasLow bool
	item            carev1.VitalItem
}

// NewGate reads what the gate rests on from the profile and the ordered limits among the standing records, and from the
// defaults. It must be made anew when one of them changes. Limits that are over, or not yet in force, count too: the gate
// may let pass what no rule speaks of, and never the other way round.
func NewGate(v *View) *Gate {
	scale, _ := care.Spo2Scale(v.profileRecord())
	g := &Gate{scale: news2.Scale(scale)}
	for _, item := range limited {
		b := bounds{item: item}
		for _, s := range v.Standing {
			if t := s.Record.GetBody().GetAlertThreshold(); t != nil && stands(s.Record) && t.GetItem() == item {
				b.add(t.GetOperator(), t.GetValue())
			}
		}
		for _, l := range v.Defaults {
			if l.Item == item {
				b.add(l.Operator, l.Value)
			}
		}
		if low := v.target(); item == carev1.VitalItem_VITAL_ITEM_SPO2 && low > 0 {
			b.add(atMost, low-1)
		}
		g.items = append(g.items, b)
	}
	return g
}

func (b *bounds) add(operator carev1.ThresholdOperator, value int64) {
	switch operator {
	case atLeast:
		if !b.hasHigh || value < b.high {
			b.high, b.hasHigh = value, true
		}
	case atMost:
		if !b.hasLow || value > b.low {
			b.low, b.hasLow = value, true
		}
	}
}

// MightSpeak tells whether a rule could find something in a record that was written. False is certain.
func (g *Gate) MightSpeak(r *carev1.Record) bool {
	if !stands(r) {
		return false
	}
	switch body := r.GetBody().GetKind().(type) {
	case *carev1.Body_VitalSigns:
		return g.vitals(body.VitalSigns)
	case *carev1.Body_MedicationLog:
		return care.CountsAsTaken(body.MedicationLog.GetOutcome())
	case *carev1.Body_DailyCare:
		_, meal := eaten(r)
		return meal || body.DailyCare.GetIncident() == carev1.Incident_INCIDENT_ACCIDENT
	}
	return false
}

func (g *Gate) vitals(vitals *carev1.VitalSigns) bool {
	if vitals.WeightG != nil || vitals.GetTemperatureTenthsC() >= feverFrom || len(vitals.GetAbsent()) >= leastNotMeasurable {
		return true
	}
	for i := range g.items {
		b := &g.items[i]
		value, ok := reading(vitals, b.item)
		if ok && (b.hasHigh && value >= b.high || b.hasLow && value <= b.low) {
			return true
		}
	}
	score := news2.Score(vitals, g.scale)
	return score.AtLeast() != news2.Low
}
