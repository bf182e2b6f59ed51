package rules

import (
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Reach is how far before and after a record the rules have to look to judge it.
type Reach struct{ Back, Ahead time.Duration }

// ReachOf returns it. What it needs may depend on what is near: with a view that holds more it is asked again, and the
// answer counts once the view holds that much. The answer may be less then. It is never above Lookback.
func ReachOf(v *View, cause Seen) Reach {
	switch body := cause.Record.GetBody().GetKind().(type) {
	case *carev1.Body_VitalSigns:
		return Reach{Back: v.vitalsBack(cause, body.VitalSigns)}
	case *carev1.Body_MedicationLog:
		return v.doseReach(cause)
	case *carev1.Body_DailyCare:
		return Reach{Back: v.mealsBack(cause)}
	}
	return Reach{}
}

func (v *View) vitalsBack(cause Seen, vitals *carev1.VitalSigns) (back time.Duration) {
	if vitals.GetTemperatureTenthsC() >= feverFrom && !v.noFever(cause.at()) {
		back = feverBack
	}
	if vitals.WeightG != nil {
		back = weekBack
	}
	for _, s := range v.Standing {
		if t := s.Record.GetBody().GetAlertThreshold(); t != nil && stands(s.Record) && inForce(t, cause.at()) && asksForMore(t, vitals) {
			return Lookback // readings in a row may lie far apart
		}
	}
	return back
}

// noFever tells whether what the view holds shows that no fever has lasted until a time: a temperature below it, with none
// a day before it that is not. What lies before that does not matter.
func (v *View) noFever(at time.Time) bool {
	for n := range v.numbers(carev1.VitalItem_VITAL_ITEM_TEMPERATURE, at.Add(-feverBack), at) {
		if at.Sub(n.at()) >= feverSpan {
			return false
		}
		if n.value < feverFrom {
			return true
		}
	}
	return false
}

// asksForMore tells whether a limit that a reading is beyond counts only with the readings before it.
func asksForMore(t *carev1.AlertThreshold, vitals *carev1.VitalSigns) bool {
	if t.GetReadings() <= 1 && t.GetMinutes() == 0 {
		return false
	}
	value, ok := reading(vitals, t.GetItem())
	return ok && Limit{Operator: t.GetOperator(), Value: t.GetValue()}.beyond(value)
}

func (v *View) doseReach(cause Seen) Reach {
	d, ok := v.doseOf(cause)
	if !ok {
		return Reach{}
	}
	near := max(sameSlot, v.widestGap(d))
	return Reach{Back: min(max(near, d.daysInARow()), Lookback), Ahead: min(near, Lookback)}
}

// daysInARow is how far the days reach of which the order of a dose says how many may follow each other; 0 if it does not.
func (d dose) daysInARow() time.Duration {
	if days := time.Duration(d.order.GetDosage().GetPrn().GetMaxConsecutiveDays()); days > 0 {
		return (days + 2) * 24 * time.Hour
	}
	return 0
}

// mealsBack is two days, and what is usual only where those two were poor.
func (v *View) mealsBack(cause Seen) time.Duration {
	if _, ok := eaten(cause.Record); !ok {
		return 0
	}
	at := cause.at()
	if v.From.After(at.Add(-intakeSpan)) {
		return intakeSpan
	}
	recent, _ := v.meals(at.Add(-intakeSpan), at)
	if len(recent) < leastMeals || 2*mean(recent) >= wholeMeal {
		return intakeSpan
	}
	return intakeSpan + intakeUsual
}
