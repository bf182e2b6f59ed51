package care

import (
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// ReadingUnit returns the UCUM unit of a reading as Reading gives it, and in how many parts of that unit it counts.
func ReadingUnit(item carev1.VitalItem) (unit string, perUnit uint32) {
	l := limitOfItem(item)
	if l == nil {
		return "{score}", 1
	}
	switch l.unit {
	case "°C":
		return "Cel", uint32(l.per)
	case "mmHg":
		return "mm[Hg]", uint32(l.per)
	default: // UCUM writes it as people do
		return l.unit, uint32(l.per)
	}
}

// Reading returns the main number of one reading of a set; false if the set has none. Consciousness is the level of
// the Japan Coma Scale, pain the score of the numeric scale alone: scales are not compared with each other. A meter
// that showed "Lo" or "Hi" gave no number.
func Reading(v *carev1.VitalSigns, item carev1.VitalItem) (int64, bool) {
	if v == nil {
		return 0, false
	}
	if l := limitOfItem(item); l != nil {
		return l.read(v)
	}
	switch item {
	case carev1.VitalItem_VITAL_ITEM_CONSCIOUSNESS:
		return int64(v.GetJcs().GetLevel()), v.GetJcs() != nil
	case carev1.VitalItem_VITAL_ITEM_PAIN:
		_, score := v.GetPain().GetFinding().(*carev1.Pain_Score)
		return int64(v.GetPain().GetScore()), score && v.GetPain().GetScale() <= carev1.PainScale_PAIN_SCALE_NRS
	}
	return 0, false
}
