package rules

import (
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Severity is how soon a human must act.
type Severity = carev1.AlertSeverity

// The three steps. Only Critical interrupts somebody at any hour.
const (
	Notice   = carev1.AlertSeverity_ALERT_SEVERITY_NOTICE
	Urgent   = carev1.AlertSeverity_ALERT_SEVERITY_URGENT
	Critical = carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL
)

// Finding is what a rule found.
type Finding struct {
	// Rule and Version name the rule.
	Rule, Version string
	// Severity is how soon a human must act.
	Severity Severity
	// Ja and En say why in one sentence each. They speak of the patient: for screens, never for a log or a push.
	Ja, En string
	// Evidence are the records that the rule rests on, newest first.
	Evidence []Seen
	// Observed is when it was so, or should have been.
	Observed time.Time
	// Topic is what it is about within the patient: findings with one topic are one matter.
	Topic string
	// Rank orders findings of one topic and severity: a higher one is worse.
	Rank int
	// News2 is the score, for the rule "news2".
	News2 *carev1.News2Score
	// Threshold is the id of the ordered limit; nil where none was.
	Threshold []byte
}

// rule is one rule that a written record sets off.
type rule struct {
	name, version string
	// judge looks at the record that was written, in its present version, and at the view, which holds it too.
	judge func(v *View, cause Seen) []Finding
}

// written are the rules, in the order in which their findings are told.
var written = []rule{
	{"news2", news2Version, judgeNews2},
	{"threshold", "2", judgeThresholds},
	{"not-measurable", "1", judgeNotMeasurable},
	{"fever", "1", judgeFever},
	{"weight", "2", judgeWeight},
	{"intake", "2", judgeIntake},
	{"double-dose", "2", judgeDoubleDose},
	{"prn", "2", judgePrn},
	{"wrong-dose", "1", judgeWrongDose},
	{"incident", "1", judgeIncident},
}

// Judge returns what the rules find in a record that was written: created, amended, or shown in a later version. The
// record must be in the view too. One that was retracted or erased finds nothing.
func Judge(v *View, cause Seen) []Finding {
	if !stands(cause.Record) {
		return nil
	}
	var all []Finding
	for _, r := range written {
		for _, f := range r.judge(v, cause) {
			f.Rule, f.Version = r.name, r.version
			all = append(all, f)
		}
	}
	return all
}

// Concerns tells whether any rule looks at records of this kind when they are written. It spares the reading of a view.
func Concerns(b *carev1.Body) bool {
	switch b.GetKind().(type) {
	case *carev1.Body_VitalSigns, *carev1.Body_MedicationLog, *carev1.Body_DailyCare:
		return true
	}
	return false
}
