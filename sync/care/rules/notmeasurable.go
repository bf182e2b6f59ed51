package rules

import (
	"strings"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// leastNotMeasurable is how many signs of life must be not measurable in one set. One alone is mostly cold fingers or an
// empty battery; somebody of whom neither pulse nor pressure can be had is no form that was left blank.
const leastNotMeasurable = 2

// signsOfLife are the readings that count, in the order in which they are told. Of the blood pressure it is the systolic
// one: with a pulse that can only be felt (触知のみ) the diastolic one is missing as a rule.
var signsOfLife = []carev1.VitalItem{
	carev1.VitalItem_VITAL_ITEM_PULSE, carev1.VitalItem_VITAL_ITEM_SYSTOLIC,
	carev1.VitalItem_VITAL_ITEM_SPO2, carev1.VitalItem_VITAL_ITEM_RESPIRATIONS,
}

// judgeNotMeasurable tells of a set in which two or more signs of life were tried and could not be measured (測定不能).
// What was not tried, or declined, is none of them.
func judgeNotMeasurable(_ *View, cause Seen) []Finding {
	var jas, ens []string
	for _, item := range signsOfLife {
		if notMeasurable(cause.Record.GetBody().GetVitalSigns(), item) {
			ja, en := care.ItemTitle(item)
			if item != carev1.VitalItem_VITAL_ITEM_SPO2 { // within a sentence
				en = strings.ToLower(en)
			}
			jas, ens = append(jas, ja), append(ens, en)
		}
	}
	if len(jas) < leastNotMeasurable {
		return nil
	}
	return []Finding{{
		Severity: Urgent, Evidence: []Seen{cause}, Observed: cause.at(), Topic: "not-measurable", Rank: len(jas),
		Ja: strings.Join(jas, "・") + "が測定不能と記録されました。",
		En: upper(strings.Join(ens, ", ")) + ": written down as not measurable.",
	}}
}

func notMeasurable(vitals *carev1.VitalSigns, item carev1.VitalItem) bool {
	for _, a := range vitals.GetAbsent() {
		if a.GetItem() == item && a.GetReason() == carev1.AbsentReason_ABSENT_REASON_NOT_MEASURABLE {
			return true
		}
	}
	return false
}
