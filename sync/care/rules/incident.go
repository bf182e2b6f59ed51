package rules

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// judgeIncident tells of an accident, such as a fall. A near miss is for the handover.
func judgeIncident(_ *View, cause Seen) []Finding {
	if cause.Record.GetBody().GetDailyCare().GetIncident() != carev1.Incident_INCIDENT_ACCIDENT {
		return nil
	}
	return []Finding{{
		Severity: Urgent, Evidence: []Seen{cause}, Observed: cause.at(), Topic: "incident/" + short(cause.Record.GetId()),
		Ja: "事故（転倒など）が記録されました。", En: "An accident, such as a fall, was written down.",
	}}
}
