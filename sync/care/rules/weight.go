package rules

import (
	"fmt"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Weight gain that is reported in heart failure: 2 kg within 3 to 7 days, watched from 1 kg a day on. The conditions of a
// patient stand in another stream, which not everybody reads; so it is told of everybody who is weighed, and says no
// diagnosis.
const (
	weightReport = 2000 // grams
	weightWatch  = 1000
	weekBack     = 7*24*time.Hour + 12*time.Hour
	dayBack      = 36 * time.Hour
)

// judgeWeight compares with the lowest weight of the last seven days, and with that of the day before.
func judgeWeight(v *View, cause Seen) []Finding {
	vitals := cause.Record.GetBody().GetVitalSigns()
	if vitals == nil || vitals.WeightG == nil {
		return nil
	}
	now, at := int64(vitals.GetWeightG()), cause.at()
	if gain, since, ok := v.gain(now, at.Add(-weekBack), at); ok && gain >= weightReport {
		return []Finding{weightFinding(Urgent, gain, cause, since)}
	}
	if gain, since, ok := v.gain(now, at.Add(-dayBack), at); ok && gain >= weightWatch {
		return []Finding{weightFinding(Notice, gain, cause, since)}
	}
	return nil
}

// gain is by how much a weight is above the lowest one since a time.
func (v *View) gain(now int64, from, until time.Time) (gain int64, since Seen, ok bool) {
	for n := range v.numbers(carev1.VitalItem_VITAL_ITEM_WEIGHT, from, until) {
		if g := now - n.value; g > gain {
			gain, since, ok = g, n.Seen, true
		}
	}
	return gain, since, ok
}

func weightFinding(severity Severity, gain int64, cause, since Seen) Finding {
	days := int(cause.at().Sub(since.at()).Round(24*time.Hour).Hours()) / 24
	kg := float64(gain) / 1000
	return Finding{
		Severity: severity, Evidence: []Seen{cause, since}, Observed: cause.at(), Topic: "weight", Rank: int(gain / weightWatch),
		Ja: fmt.Sprintf("体重が%d日で%.1f kg増えています。", max(days, 1), kg),
		En: fmt.Sprintf("The weight has risen by %.1f kg in %s.", kg, many(max(days, 1), "day")),
	}
}
