package rules

import (
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// limitForward is the longest time over which an ordered limit may ask a reading to last; the contract has the same.
const limitForward = 7 * 24 * time.Hour

// ReachForward is for how long after a record the rules may rest on it when they judge a later one: whoever gets a record
// late has those later ones judged anew, and hears of the findings whose evidence names it. 0: it matters to none but
// itself. It is told by the record alone, so it takes any reading for one that a limit asks for; and an order may reach
// further than it says. With a view at hand, ForwardOf knows. It is never above Lookback.
func ReachForward(b *carev1.Body) time.Duration {
	switch body := b.GetKind().(type) {
	case *carev1.Body_VitalSigns:
		return vitalsForward(body.VitalSigns)
	case *carev1.Body_MedicationLog:
		if care.CountsAsTaken(body.MedicationLog.GetOutcome()) {
			return sameSlot
		}
	case *carev1.Body_DailyCare:
		if _, meal := eatenOf(body.DailyCare); meal {
			return intakeSpan + intakeUsual
		}
	}
	return 0
}

func vitalsForward(vitals *carev1.VitalSigns) (ahead time.Duration) {
	ahead = courseForward(vitals)
	for _, item := range limited {
		if _, ok := reading(vitals, item); ok {
			return max(ahead, limitForward)
		}
	}
	return ahead
}

// courseForward is for how long a set matters to the rules on courses: fever and weight.
func courseForward(vitals *carev1.VitalSigns) (ahead time.Duration) {
	if vitals.WeightG != nil {
		ahead = weekBack
	}
	if vitals.GetTemperatureTenthsC() >= feverFrom {
		ahead = max(ahead, feverBack)
	}
	return ahead
}

// ForwardOf is what ReachForward is, by the limits and orders of a view: mostly less, and never too little.
func ForwardOf(v *View, s Seen) time.Duration {
	if !stands(s.Record) {
		return 0
	}
	switch body := s.Record.GetBody().GetKind().(type) {
	case *carev1.Body_VitalSigns:
		return v.vitalsForward(s, body.VitalSigns)
	case *carev1.Body_MedicationLog:
		d, ok := v.doseOf(s)
		if !ok {
			return 0
		}
		return min(max(sameSlot, v.widestGap(d), d.daysInARow()), Lookback)
	}
	return ReachForward(s.Record.GetBody())
}

func (v *View) vitalsForward(s Seen, vitals *carev1.VitalSigns) time.Duration {
	for _, one := range v.Standing {
		t := one.Record.GetBody().GetAlertThreshold()
		if t != nil && stands(one.Record) && !t.GetWithdrawn() && s.at().Before(t.GetValidUntil().AsTime()) && asksForMore(t, vitals) {
			return Lookback // readings in a row may lie far apart
		}
	}
	return courseForward(vitals)
}
