package rules

import (
	"strconv"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// maxThresholdWarnings is how many warnings one check returns.
const maxThresholdWarnings = 50

// ThresholdWarning is something about ordered limits that whoever orders them should look at. It is said, and nothing is
// refused: what a physician orders counts.
type ThresholdWarning struct {
	// Code names it for programs, such as "threshold-never".
	Code string
	// Ja and En say what is wrong and what happens meanwhile. They name limits, and never a patient.
	Ja, En string
}

// canRead is what a reading can be, in the contract's unit: what the contract accepts. A reading that is not here is
// not compared with limits.
var canRead = map[carev1.VitalItem]struct{ low, high int64 }{
	carev1.VitalItem_VITAL_ITEM_TEMPERATURE:   {200, 460},
	carev1.VitalItem_VITAL_ITEM_PULSE:         {0, 350},
	carev1.VitalItem_VITAL_ITEM_RESPIRATIONS:  {0, 120},
	carev1.VitalItem_VITAL_ITEM_SYSTOLIC:      {20, 330},
	carev1.VitalItem_VITAL_ITEM_DIASTOLIC:     {0, 230},
	carev1.VitalItem_VITAL_ITEM_SPO2:          {0, 100},
	carev1.VitalItem_VITAL_ITEM_WEIGHT:        {200, 650_000},
	carev1.VitalItem_VITAL_ITEM_GLUCOSE:       {0, 2000},
	carev1.VitalItem_VITAL_ITEM_CONSCIOUSNESS: {0, 300},
	carev1.VitalItem_VITAL_ITEM_PAIN:          {0, 10},
}

// CheckThresholds returns what does not fit together among the limits of one patient at now, and what happens meanwhile.
// Limits that were withdrawn count nowhere, and one that has ended is only said to have. The defaults are those that
// count where nobody ordered a limit; being weaker than they are is said and not forbidden.
func CheckThresholds(all []*carev1.AlertThreshold, defaults []Limit, now time.Time) []ThresholdWarning {
	c := &thresholdCheck{}
	for _, t := range all {
		switch {
		case t.GetWithdrawn():
		case !t.GetValidUntil().AsTime().After(now):
			c.say("threshold-ended", t, "は期限が過ぎています。今は使われず、ほかの指示がなければ標準の基準で知らせます。",
				" has ended. It does not count; unless another one is ordered, the default limits do.")
		default:
			c.limits = append(c.limits, t)
		}
	}
	for i, t := range c.limits {
		c.alone(t)
		for _, other := range c.limits[i+1:] {
			if t.GetItem() == other.GetItem() && atOneTime(t, other) {
				c.together(t, other)
			}
		}
	}
	c.weaker(defaults, now)
	return c.found
}

type thresholdCheck struct {
	found  []ThresholdWarning
	limits []*carev1.AlertThreshold
}

// say adds a warning whose sentence begins with the limit.
func (c *thresholdCheck) say(code string, t *carev1.AlertThreshold, ja, en string) {
	if len(c.found) < maxThresholdWarnings {
		limitJa, limitEn := limitText(t)
		c.found = append(c.found, ThresholdWarning{code, limitJa + ja, limitEn + en})
	}
}

// alone looks at one limit by itself.
func (c *thresholdCheck) alone(t *carev1.AlertThreshold) {
	can, judged := canRead[t.GetItem()]
	above, value := t.GetOperator() == atLeast, t.GetValue()
	switch {
	case !judged:
		c.say("threshold-not-judged", t, "：この項目の値は基準と比べられません。この指示では誰にも知らされません。",
			": readings of this item are not compared with limits. Nobody is told by it.")
	case above && value > can.high || !above && value < can.low:
		c.say("threshold-never", t, "は、ありえない値です。この指示では誰にも知らされません。", " can never be reached. Nobody is told by it.")
	case above && value <= can.low || !above && value >= can.high:
		c.say("threshold-always", t, "は、どの値にも当てはまります。測るたびに知らせます。", " holds for every reading. Each one is told.")
	}
	c.lasting(t)
}

// lasting looks at how long a limit has to be passed before anybody is told.
func (c *thresholdCheck) lasting(t *carev1.AlertThreshold) {
	if t.GetMinutes() == 0 {
		return
	}
	n := strconv.Itoa(int(t.GetMinutes()))
	if t.GetReadings() <= 1 {
		c.say("threshold-persistence", t, "は、1回の測定では知らせません。"+n+"分以上あけた2回の測定が必要です。",
			" is never told on one reading. It takes two that lie "+n+" minutes or more apart.")
	}
	if time.Duration(t.GetMinutes())*time.Minute >= t.GetValidUntil().AsTime().Sub(t.GetValidFrom().AsTime()) {
		c.say("threshold-outlasts", t, "は、続く時間（"+n+"分）が有効期間より短くありません。誰にも知らせないまま期限が来ることがあります。",
			" has to last "+n+" minutes, and is in force for no longer. It may end before anybody is told.")
	}
}

// together looks at two limits of one reading that count at one time.
func (c *thresholdCheck) together(a, b *carev1.AlertThreshold) {
	if a.GetOperator() != b.GetOperator() {
		if a.GetOperator() != atLeast {
			a, b = b, a
		}
		bJa, bEn := limitText(b)
		if a.GetValue() <= b.GetValue()+1 {
			c.say("threshold-contradicts", a, "と"+bJa+"を合わせると、どの値も基準を超えます。測るたびに知らせます。",
				" and "+bEn+" together hold for every reading. Each one is told.")
		}
		return
	}
	if covers(a, b) {
		a, b = b, a // b speaks of every reading that a speaks of
	}
	bJa, bEn := limitText(b)
	switch {
	case a.GetValue() == b.GetValue() && a.GetSeverity() == b.GetSeverity() && persistence(a) == persistence(b):
		c.say("threshold-twice", a, "は二重に指示されています。一度だけ知らせます。", " is ordered twice. It is told once.")
	case a.GetSeverity() < b.GetSeverity():
		c.say("threshold-contradicts", a, "は、先に当てはまる"+bJa+"より軽い扱いです。両方に当てはまる値は、重いほうの扱いで知らせます。",
			" is less severe than "+bEn+", which the patient reaches earlier. What is beyond both is told by the more severe one.")
	case a.GetSeverity() == b.GetSeverity() && a.GetReadings() >= b.GetReadings() && a.GetMinutes() >= b.GetMinutes():
		c.say("threshold-silent", a, "は、"+bJa+"が先に当てはまるため、知らせには使われません。",
			" is never told: "+bEn+" speaks of the same readings.")
	}
}

// covers tells whether the limit a speaks of every reading that b, of the same direction, speaks of. Of two equal ones the
// more severe does, or else the one that asks for less.
func covers(a, b *carev1.AlertThreshold) bool {
	if a.GetValue() != b.GetValue() {
		return (a.GetValue() < b.GetValue()) == (a.GetOperator() == atLeast)
	}
	if a.GetSeverity() != b.GetSeverity() {
		return a.GetSeverity() > b.GetSeverity()
	}
	return a.GetReadings() <= b.GetReadings() && a.GetMinutes() <= b.GetMinutes()
}

// persistence is how long a limit must be passed: readings in a row, and minutes.
func persistence(t *carev1.AlertThreshold) [2]uint32 {
	return [2]uint32{max(t.GetReadings(), 1), t.GetMinutes()}
}

// atOneTime tells whether the periods of two limits meet.
func atOneTime(a, b *carev1.AlertThreshold) bool {
	return a.GetValidFrom().AsTime().Before(b.GetValidUntil().AsTime()) &&
		b.GetValidFrom().AsTime().Before(a.GetValidUntil().AsTime())
}

// weaker names the defaults that the ordered limits take the place of without being as strict.
func (c *thresholdCheck) weaker(defaults []Limit, now time.Time) {
	for _, d := range defaults {
		replaced, kept := false, false
		for _, t := range c.limits {
			if t.GetItem() != d.Item || t.GetOperator() != d.Operator || t.GetValidFrom().AsTime().After(now) {
				continue
			}
			stricter := t.GetValue() == d.Value || (t.GetValue() < d.Value) == (d.Operator == atLeast)
			replaced = true
			kept = kept || stricter && t.GetSeverity() >= d.Severity && persistence(t) == [2]uint32{1, 0}
		}
		if replaced && !kept {
			c.say("threshold-weaker", &carev1.AlertThreshold{Item: d.Item, Operator: d.Operator, Value: d.Value, Severity: d.Severity},
				"という標準の基準より、指示された基準がゆるくなっています。指示がある間、この標準の基準では知らせません。",
				", a default, is stricter than what is ordered. Nobody is told by the default while the order holds.")
		}
	}
}

// limitText names a limit: "SpO2 88 %以下（緊急）", "SpO2 at or below 88 % (critical)".
func limitText(t *carev1.AlertThreshold) (ja, en string) {
	itemJa, itemEn := care.ItemTitle(t.GetItem())
	severityJa, severityEn := care.EnumTitle(t.GetSeverity())
	thanJa, thanEn := "以上", "at or above"
	if t.GetOperator() != atLeast {
		thanJa, thanEn = "以下", "at or below"
	}
	amount := care.Amount(t.GetItem(), t.GetValue())
	return itemJa + " " + amount + thanJa + "（" + severityJa + "）", itemEn + " " + thanEn + " " + amount + " (" + severityEn + ")"
}
