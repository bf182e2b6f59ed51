package care

import (
	"slices"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// leastPulsePressure, in mmHg: a smaller difference between systolic and diastolic pressure is more often a slip of
// the pen than a finding.
const leastPulsePressure = 10

// unlikelyReadings finds readings outside the confirm limits that are possible and not confirmed.
func unlikelyReadings(v *carev1.VitalSigns) []Finding {
	var found []Finding
	for i := range limits {
		l := &limits[i]
		value, ok := l.read(v)
		if ok && l.reject.holds(value) && !l.confirm.holds(value) && !confirmed(v, l.item) {
			found = append(found, outside(l))
		}
	}
	systolic, diastolic := int64(v.GetSystolicMmhg()), int64(v.GetDiastolicMmhg())
	if v.SystolicMmhg != nil && v.DiastolicMmhg != nil && systolic > diastolic &&
		systolic-diastolic < leastPulsePressure &&
		!confirmed(v, carev1.VitalItem_VITAL_ITEM_SYSTOLIC) && !confirmed(v, carev1.VitalItem_VITAL_ITEM_DIASTOLIC) {
		found = append(found, Finding{
			Field: "systolic_mmhg", Item: carev1.VitalItem_VITAL_ITEM_SYSTOLIC, Severity: Unlikely,
			En: "Systolic and diastolic pressure are less than 10 mmHg apart; measure again, or confirm if it is right.",
			Ja: "収縮期血圧と拡張期血圧の差が10 mmHg未満なので、測り直すか、正しければ確認してください。",
		})
	}
	return found
}

func outside(l *limit) Finding {
	r := l.span(l.confirm)
	return Finding{
		Field: l.field, Item: l.item, Severity: Unlikely, Range: r,
		En: l.en + " is outside " + r + "; measure again, or confirm it if it is right.",
		Ja: l.ja + "が " + r + " の外なので、測り直すか、正しければ確認してください。",
	}
}

func confirmed(v *carev1.VitalSigns, item carev1.VitalItem) bool {
	return slices.Contains(v.GetConfirmed(), item)
}

// measuredAndAbsent puts a broken "vital_signs.measured_and_absent" into words: one finding for each item.
func measuredAndAbsent(v *carev1.VitalSigns) []Finding {
	var found []Finding
	seen := map[carev1.VitalItem]bool{}
	for _, a := range v.GetAbsent() {
		if item := a.GetItem(); !seen[item] && present(v, item) {
			seen[item] = true
			ja, en := ItemTitle(item)
			found = append(found, Finding{
				Field: "absent", Item: item, Severity: Refused,
				En: en + " is both measured and marked as not measurable; remove one of the two.",
				Ja: ja + "が測定値と「測定できず」の両方に入っているので、どちらかを消してください。",
			})
		}
	}
	return found
}

// present tells whether the item has a reading, as the contract counts it.
func present(v *carev1.VitalSigns, item carev1.VitalItem) bool {
	switch item {
	case carev1.VitalItem_VITAL_ITEM_CONSCIOUSNESS:
		return v.GetJcs() != nil || v.GetGcs() != nil || v.GetConsciousness() != 0
	case carev1.VitalItem_VITAL_ITEM_PAIN:
		return v.GetPain() != nil
	case carev1.VitalItem_VITAL_ITEM_GLUCOSE:
		return v.GetGlucose() != nil
	}
	l := limitOfItem(item)
	if l == nil {
		return false
	}
	_, ok := l.read(v)
	return ok
}
