package rules

import (
	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Limit is one limit of one reading, in the contract's unit of it.
type Limit struct {
	Item     carev1.VitalItem
	Operator carev1.ThresholdOperator
	Value    int64
	Severity Severity
}

// The two ways to compare.
const (
	atLeast = carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_LEAST
	atMost  = carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_MOST
)

// beyond tells whether a reading is beyond the limit. An operator that this build does not know says nothing.
func (l Limit) beyond(value int64) bool {
	switch l.Operator {
	case atLeast:
		return value >= l.Value
	case atMost:
		return value <= l.Value
	}
	return false
}

// stricter tells whether the limit speaks of every reading that the other one speaks of.
func (l Limit) stricter(other Limit) bool {
	if l.Operator == atLeast {
		return l.Value <= other.Value
	}
	return l.Value >= other.Value
}

// Defaults returns the limits that this project proposes to an organisation, which has them approved by its physician.
// No national table was found; they are common reporting rules of visiting-nurse stations. What NEWS2 scores with 3 is
// told by its own rule.
func Defaults() []Limit {
	return []Limit{
		{carev1.VitalItem_VITAL_ITEM_TEMPERATURE, atLeast, 380, Urgent},
		{carev1.VitalItem_VITAL_ITEM_TEMPERATURE, atLeast, 391, Critical},
		{carev1.VitalItem_VITAL_ITEM_TEMPERATURE, atMost, 349, Critical},
		{carev1.VitalItem_VITAL_ITEM_TEMPERATURE, atMost, 355, Notice},
		{carev1.VitalItem_VITAL_ITEM_PULSE, atLeast, 110, Urgent},
		{carev1.VitalItem_VITAL_ITEM_PULSE, atLeast, 131, Critical},
		{carev1.VitalItem_VITAL_ITEM_PULSE, atMost, 50, Urgent},
		{carev1.VitalItem_VITAL_ITEM_PULSE, atMost, 40, Critical},
		{carev1.VitalItem_VITAL_ITEM_SYSTOLIC, atLeast, 160, Notice},
		{carev1.VitalItem_VITAL_ITEM_SYSTOLIC, atLeast, 180, Urgent},
		{carev1.VitalItem_VITAL_ITEM_SYSTOLIC, atLeast, 220, Critical},
		{carev1.VitalItem_VITAL_ITEM_SYSTOLIC, atMost, 90, Urgent},
		{carev1.VitalItem_VITAL_ITEM_SYSTOLIC, atMost, 79, Critical},
		{carev1.VitalItem_VITAL_ITEM_SPO2, atMost, 92, Urgent},
		{carev1.VitalItem_VITAL_ITEM_SPO2, atMost, 89, Critical},
		{carev1.VitalItem_VITAL_ITEM_RESPIRATIONS, atLeast, 22, Urgent},
		{carev1.VitalItem_VITAL_ITEM_RESPIRATIONS, atLeast, 25, Critical},
		{carev1.VitalItem_VITAL_ITEM_RESPIRATIONS, atMost, 10, Urgent},
		{carev1.VitalItem_VITAL_ITEM_RESPIRATIONS, atMost, 8, Critical},
		{carev1.VitalItem_VITAL_ITEM_GLUCOSE, atMost, 69, Urgent},
		{carev1.VitalItem_VITAL_ITEM_GLUCOSE, atMost, 53, Critical},
		{carev1.VitalItem_VITAL_ITEM_GLUCOSE, atLeast, 301, Urgent},
		{carev1.VitalItem_VITAL_ITEM_GLUCOSE, atLeast, 601, Critical}, // where meters show "Hi"
		{carev1.VitalItem_VITAL_ITEM_CONSCIOUSNESS, atLeast, 10, Urgent},
		{carev1.VitalItem_VITAL_ITEM_CONSCIOUSNESS, atLeast, 100, Critical},
		{carev1.VitalItem_VITAL_ITEM_PAIN, atLeast, 4, Notice},
		{carev1.VitalItem_VITAL_ITEM_PAIN, atLeast, 7, Urgent},
	}
}

// text says the limit: "38.0 ℃以上", "at or above 38.0 °C".
func (l Limit) text() (ja, en string) {
	value := care.Amount(l.Item, l.Value)
	if l.Operator == atLeast {
		return value + "以上", "at or above " + value
	}
	return value + "以下", "at or below " + value
}
