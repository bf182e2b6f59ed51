package hub_test

import (
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// TestNobodyWritesADerivedKind: an alert is what the server derives. One that a device sends is kept and held, whatever the
// role of its author, and shown to nobody as an alert.
func TestNobodyWritesADerivedKind(t *testing.T) {
	b := newBench(t)
	for _, person := range []string{"sato", "takahashi"} {
		m := b.create(person, &carev1.Body{Kind: &carev1.Body_Alert{Alert: &carev1.ClinicalAlert{
			Rule: "news2", RuleVersion: "1", Severity: carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL, ReasonJa: "x", ReasonEn: "x",
			Evidence: []*carev1.AlertEvidence{{RecordId: b.id()}}, Observed: timestamppb.New(b.now), Window: &carev1.AlertWindow{}, Topic: "news2",
		}}})
		b.expect(b.push(person, m), "HELD ROLE")
	}
	if n := len(b.records("sato")); n != 0 {
		t.Errorf("%d records are shown", n)
	}
}
