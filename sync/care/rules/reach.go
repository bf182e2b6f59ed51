package rules

import (
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"

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
		if t := s.Record.GetBody().GetAlertThreshold(); t != nil && stands(s.Record) && asksForMore(t, vitals, cause.at()) {
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
func asksForMore(t *carev1.AlertThreshold, vitals *carev1.VitalSigns, at time.Time) bool {
	if t.GetReadings() <= 1 && t.GetMinutes() == 0 || !inForce(t, at) {
		return false
	}
	value, ok := care.Reading(vitals, t.GetItem())
	if !ok {
		value, ok = outOfRange(vitals, t.GetItem())
	}
	return ok && Limit{Operator: t.GetOperator(), Value: t.GetValue()}.beyond(value)
}

func (v *View) doseReach(cause Seen) Reach {
	r := Reach{Back: sameSlot, Ahead: sameSlot}
	d, ok := v.doseOf(cause)
	if prn := d.order.GetDosage().GetPrn(); ok && prn != nil {
		interval := time.Duration(prn.GetMinIntervalMinutes()) * time.Minute
		days := time.Duration(prn.GetMaxConsecutiveDays())
		r.Back, r.Ahead = max(r.Back, interval), max(r.Ahead, interval)
		if days > 0 {
			r.Back = max(r.Back, (days+2)*24*time.Hour)
		}
	}
	return Reach{Back: min(r.Back, Lookback), Ahead: min(r.Ahead, Lookback)}
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
