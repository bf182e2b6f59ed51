package rules

import (
	"strconv"
	"strings"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// ordered is a limit that is in force for the patient.
type ordered struct {
	Limit
	readings int
	minutes  time.Duration
	id       []byte
}

// judgeThresholds compares each reading with the limits that count for it. Where a physician ordered limits for a reading
// in one direction, those count and the defaults of that direction do not; of the limits that a reading is beyond, the
// most severe speaks, and of those the strictest.
func judgeThresholds(v *View, cause Seen) []Finding {
	vitals := cause.Record.GetBody().GetVitalSigns()
	if vitals == nil {
		return nil
	}
	var all []Finding
	for _, item := range limited {
		value, ok := reading(vitals, item)
		if !ok {
			continue
		}
		for _, operator := range []carev1.ThresholdOperator{atLeast, atMost} {
			if f, found := v.beyond(cause, item, operator, value); found {
				all = append(all, f)
			}
		}
	}
	return all
}

// limited are the readings that limits are set for.
var limited = []carev1.VitalItem{
	carev1.VitalItem_VITAL_ITEM_TEMPERATURE, carev1.VitalItem_VITAL_ITEM_PULSE,
	carev1.VitalItem_VITAL_ITEM_RESPIRATIONS, carev1.VitalItem_VITAL_ITEM_SYSTOLIC,
	carev1.VitalItem_VITAL_ITEM_DIASTOLIC, carev1.VitalItem_VITAL_ITEM_SPO2, carev1.VitalItem_VITAL_ITEM_WEIGHT,
	carev1.VitalItem_VITAL_ITEM_GLUCOSE, carev1.VitalItem_VITAL_ITEM_CONSCIOUSNESS,
	carev1.VitalItem_VITAL_ITEM_PAIN,
}

// beyond finds the limit that speaks of a reading.
func (v *View) beyond(cause Seen, item carev1.VitalItem, operator carev1.ThresholdOperator, value int64) (Finding, bool) {
	var worst *ordered
	var rests []Seen
	limits := v.limits(item, operator, cause.at())
	for i := range limits {
		l := &limits[i]
		evidence, ok := v.persists(l, cause, value)
		if ok && (worst == nil || l.Severity > worst.Severity || l.Severity == worst.Severity && l.stricter(worst.Limit)) {
			worst, rests = l, evidence
		}
	}
	if worst == nil {
		return Finding{}, false
	}
	return worst.finding(cause, value, rests), true
}

// limits returns what counts for a reading in one direction at a time.
func (v *View) limits(item carev1.VitalItem, operator carev1.ThresholdOperator, at time.Time) []ordered {
	var all []ordered
	for _, s := range v.Standing {
		t := s.Record.GetBody().GetAlertThreshold()
		if t == nil || !stands(s.Record) || t.GetItem() != item || t.GetOperator() != operator || !inForce(t, at) {
			continue
		}
		all = append(all, ordered{
			Limit:    Limit{Item: item, Operator: operator, Value: t.GetValue(), Severity: t.GetSeverity()},
			readings: int(t.GetReadings()), minutes: time.Duration(t.GetMinutes()) * time.Minute, id: s.Record.GetId(),
		})
	}
	if len(all) > 0 {
		return all
	}
	if low := v.target(); item == carev1.VitalItem_VITAL_ITEM_SPO2 && operator == atMost && low > 0 {
		return []ordered{
			{Limit: Limit{Item: item, Operator: operator, Value: low - 1, Severity: Urgent}},
			{Limit: Limit{Item: item, Operator: operator, Value: low - farBelowTarget, Severity: Critical}},
		}
	}
	for _, l := range v.Defaults {
		if l.Item == item && l.Operator == operator {
			all = append(all, ordered{Limit: l})
		}
	}
	return all
}

// farBelowTarget is how far below an ordered range of SpO2 a reading is an emergency, in percent: where scale 2 of NEWS2
// scores 3 for the range of 88 to 92.
const farBelowTarget = 5

// hypercapnicLow is the lower end of the range of SpO2 that scale 2 of NEWS2 is made for.
const hypercapnicLow = 88

// target is the lower end of the range of SpO2 that was ordered (目標SpO2); 0 if none was. Where it was decided that scale 2
// counts and nobody wrote a range, it is the one of that scale: the defaults would call what is wanted an emergency.
func (v *View) target() int64 {
	if low := v.profile().GetSpo2Target().GetLowPercent(); low > 0 {
		return int64(low)
	}
	if scale, _ := care.Spo2Scale(v.profileRecord()); scale == care.HypercapnicSpo2Scale {
		return hypercapnicLow
	}
	return 0
}

// inForce tells whether an ordered limit counts at a time. One whose end has passed counts no more: the defaults do.
func inForce(t *carev1.AlertThreshold, at time.Time) bool {
	return !t.GetWithdrawn() && !at.Before(t.GetValidFrom().AsTime()) && at.Before(t.GetValidUntil().AsTime())
}

// maxReadings bounds how many readings in a row a limit may ask for; the contract does too.
const maxReadings = 10

// persists tells whether the reading, and as many before it as the limit asks for, are beyond the limit, over as long as
// it asks for. It returns what that rests on.
func (v *View) persists(l *ordered, cause Seen, value int64) ([]Seen, bool) {
	evidence := []Seen{cause}
	if !l.beyond(value) {
		return nil, false
	}
	need := min(max(l.readings, 1), maxReadings)
	oldest := cause.at()
	for n := range v.numbers(l.Item, v.From, cause.at()) {
		if string(n.Record.GetId()) == string(cause.Record.GetId()) {
			continue
		}
		if len(evidence) >= need && cause.at().Sub(oldest) >= l.minutes || len(evidence) >= maxEvidence || !l.beyond(n.value) {
			break
		}
		evidence, oldest = append(evidence, n.Seen), n.at()
	}
	return evidence, len(evidence) >= need && cause.at().Sub(oldest) >= l.minutes
}

// maxEvidence bounds how many records a finding names; the contract does too.
const maxEvidence = 32

func (l *ordered) finding(cause Seen, value int64, evidence []Seen) Finding {
	name, called := care.ItemTitle(l.Item)
	limitJa, limitEn := l.text()
	ja := name + " " + amount(l.Item, value) + "：基準（" + limitJa + "）"
	en := upper(called) + " " + amount(l.Item, value) + ", the limit is " + limitEn
	if l.id != nil {
		ja, en = ja+"は医師の指示", en+", as the physician ordered"
	}
	if n := len(evidence); n > 1 {
		ja, en = ja+"、"+strconv.Itoa(n)+"回続けて", en+", "+strconv.Itoa(n)+" readings in a row"
	}
	direction := "high"
	if l.Operator == atMost {
		direction = "low"
	}
	return Finding{
		Severity: l.Severity, Evidence: evidence, Observed: cause.at(), Threshold: l.id, Rank: l.steps(value),
		Topic: "limit/" + strconv.Itoa(int(l.Item)) + "/" + direction, Ja: ja + "。", En: en + ".",
	}
}

// upper begins a sentence.
func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
