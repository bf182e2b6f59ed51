package care

import (
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// ReadingUnit returns the UCUM unit of a reading as Reading gives it, and in how many parts of that unit it counts.
func ReadingUnit(item carev1.VitalItem) (unit string, perUnit uint32) {
	switch item {
	case carev1.VitalItem_VITAL_ITEM_TEMPERATURE:
		return "Cel", 10
	case carev1.VitalItem_VITAL_ITEM_PULSE, carev1.VitalItem_VITAL_ITEM_RESPIRATIONS:
		return "/min", 1
	case carev1.VitalItem_VITAL_ITEM_SYSTOLIC, carev1.VitalItem_VITAL_ITEM_DIASTOLIC:
		return "mm[Hg]", 1
	case carev1.VitalItem_VITAL_ITEM_SPO2:
		return "%", 1
	case carev1.VitalItem_VITAL_ITEM_WEIGHT:
		return "kg", 1000
	case carev1.VitalItem_VITAL_ITEM_HEIGHT:
		return "cm", 10
	case carev1.VitalItem_VITAL_ITEM_GLUCOSE:
		return "mg/dL", 1
	case carev1.VitalItem_VITAL_ITEM_OXYGEN:
		return "L/min", 10
	}
	return "{score}", 1
}

// Reading returns the main number of one reading of a set; false if the set has none. Consciousness is the level of
// the Japan Coma Scale, pain the score of the numeric scale alone: scales are not compared with each other. A meter
// that showed "Lo" or "Hi" gave no number.
func Reading(v *carev1.VitalSigns, item carev1.VitalItem) (int64, bool) {
	switch item {
	case carev1.VitalItem_VITAL_ITEM_TEMPERATURE:
		return int64(v.GetTemperatureTenthsC()), v != nil && v.TemperatureTenthsC != nil
	case carev1.VitalItem_VITAL_ITEM_PULSE:
		return int64(v.GetPulsePerMin()), v != nil && v.PulsePerMin != nil
	case carev1.VitalItem_VITAL_ITEM_RESPIRATIONS:
		return int64(v.GetRespirationsPerMin()), v != nil && v.RespirationsPerMin != nil
	case carev1.VitalItem_VITAL_ITEM_SYSTOLIC:
		return int64(v.GetSystolicMmhg()), v != nil && v.SystolicMmhg != nil
	case carev1.VitalItem_VITAL_ITEM_DIASTOLIC:
		return int64(v.GetDiastolicMmhg()), v != nil && v.DiastolicMmhg != nil
	case carev1.VitalItem_VITAL_ITEM_SPO2:
		return int64(v.GetSpo2Percent()), v != nil && v.Spo2Percent != nil
	case carev1.VitalItem_VITAL_ITEM_WEIGHT:
		return int64(v.GetWeightG()), v != nil && v.WeightG != nil
	case carev1.VitalItem_VITAL_ITEM_HEIGHT:
		return int64(v.GetHeightMm()), v != nil && v.HeightMm != nil
	case carev1.VitalItem_VITAL_ITEM_GLUCOSE:
		_, number := v.GetGlucose().GetReading().(*carev1.Glucose_MgPerDl)
		return int64(v.GetGlucose().GetMgPerDl()), number
	case carev1.VitalItem_VITAL_ITEM_CONSCIOUSNESS:
		return int64(v.GetJcs().GetLevel()), v.GetJcs() != nil
	case carev1.VitalItem_VITAL_ITEM_PAIN:
		_, score := v.GetPain().GetFinding().(*carev1.Pain_Score)
		return int64(v.GetPain().GetScore()), score && v.GetPain().GetScale() <= carev1.PainScale_PAIN_SCALE_NRS
	case carev1.VitalItem_VITAL_ITEM_OXYGEN:
		o := v.GetOxygen()
		return int64(o.GetFlowTenthsLPerMin()), o != nil && o.FlowTenthsLPerMin != nil
	}
	return 0, false
}
