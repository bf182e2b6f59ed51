package rules

import (
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Fever over two days: a common reporting rule of visiting-nurse stations, in tenths of a degree Celsius.
const (
	feverFrom = 375
	feverSpan = 20 * time.Hour // evening to evening and morning to morning, give or take the hour of the visit
	feverBack = 60 * time.Hour
)

// judgeFever finds a temperature of 37.5 °C or more that was there the day before too, with none below it between.
func judgeFever(v *View, cause Seen) []Finding {
	vitals := cause.Record.GetBody().GetVitalSigns()
	if vitals == nil || vitals.TemperatureTenthsC == nil || vitals.GetTemperatureTenthsC() < feverFrom {
		return nil
	}
	at := cause.at()
	var evidence []Seen
	for n := range v.numbers(carev1.VitalItem_VITAL_ITEM_TEMPERATURE, at.Add(-feverBack), at) {
		if n.value < feverFrom || len(evidence) == maxEvidence {
			break
		}
		evidence = append(evidence, n.Seen)
	}
	if len(evidence) < 2 || at.Sub(evidence[len(evidence)-1].at()) < feverSpan {
		return nil
	}
	return []Finding{{
		Severity: Urgent, Evidence: evidence, Observed: at, Topic: "fever",
		Ja: "37.5℃以上の発熱が2日続いています。", En: "A temperature of 37.5 °C or more has lasted for two days.",
	}}
}
