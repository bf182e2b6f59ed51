package rules

import (
	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Steps are how much further beyond a limit a reading must be to count as worse, in the contract's unit of it. They are
// wider than what two readings of one hour differ by, so that only a real change is told anew, and are for an organisation
// to approve, as the limits are.
const (
	temperatureStep = 5 // tenths of a degree Celsius
	pulseStep       = 15
	respirationStep = 4
	pressureStep    = 10
	spo2Step        = 4
	weightStep      = 1000 // grams
	glucoseLowStep  = 15
	glucoseHighStep = 100
	painStep        = 2
)

// jcsLevels are those of the Japan Coma Scale, which is an order and no distance.
var jcsLevels = []int64{0, 1, 2, 3, 10, 20, 30, 100, 200, 300}

// steps is how many steps a reading lies beyond the limit; 0 at the limit and for what is not beyond it.
func (l Limit) steps(value int64) int {
	if !l.beyond(value) {
		return 0
	}
	if l.Item == carev1.VitalItem_VITAL_ITEM_CONSCIOUSNESS {
		return l.levels(value)
	}
	far := value - l.Value
	if l.Operator == atMost {
		far = -far
	}
	return int(far / l.step())
}

func (l Limit) step() int64 {
	switch l.Item {
	case carev1.VitalItem_VITAL_ITEM_TEMPERATURE:
		return temperatureStep
	case carev1.VitalItem_VITAL_ITEM_PULSE:
		return pulseStep
	case carev1.VitalItem_VITAL_ITEM_RESPIRATIONS:
		return respirationStep
	case carev1.VitalItem_VITAL_ITEM_SYSTOLIC, carev1.VitalItem_VITAL_ITEM_DIASTOLIC:
		return pressureStep
	case carev1.VitalItem_VITAL_ITEM_SPO2:
		return spo2Step
	case carev1.VitalItem_VITAL_ITEM_WEIGHT:
		return weightStep
	case carev1.VitalItem_VITAL_ITEM_PAIN:
		return painStep
	case carev1.VitalItem_VITAL_ITEM_GLUCOSE:
		if l.Operator == atMost {
			return glucoseLowStep
		}
		return glucoseHighStep
	}
	return 1
}

// levels counts those of the Japan Coma Scale from the limit to a reading.
func (l Limit) levels(value int64) (n int) {
	low, high := min(l.Value, value), max(l.Value, value)
	for _, level := range jcsLevels {
		if level > low && level <= high {
			n++
		}
	}
	return n
}

// What a meter that shows "Lo" or "Hi" is taken for: one below, and one above, every number that the contract has.
const (
	glucoseLo = -1
	glucoseHi = 2001
)

// reading returns the main number of one reading of a set; of a meter that showed "Lo" or "Hi", what that is taken for.
func reading(vitals *carev1.VitalSigns, item carev1.VitalItem) (int64, bool) {
	if value, ok := care.Reading(vitals, item); ok || item != carev1.VitalItem_VITAL_ITEM_GLUCOSE {
		return value, ok
	}
	switch vitals.GetGlucose().GetOutOfRange() {
	case carev1.GlucoseOutOfRange_GLUCOSE_OUT_OF_RANGE_LO:
		return glucoseLo, true
	case carev1.GlucoseOutOfRange_GLUCOSE_OUT_OF_RANGE_HI:
		return glucoseHi, true
	}
	return 0, false
}

// amount writes a reading with its unit; "Lo" and "Hi" as the meter did.
func amount(item carev1.VitalItem, value int64) string {
	if item == carev1.VitalItem_VITAL_ITEM_GLUCOSE {
		switch value {
		case glucoseLo:
			return "Lo"
		case glucoseHi:
			return "Hi"
		}
	}
	return care.Amount(item, value)
}
