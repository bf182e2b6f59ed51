package rules

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// TestLimitsThatSayNothingInTime: what has to last longer than the limit is in force is said; what fits is not. The rest
// of the checks is tested where the server asks for them.
func TestLimitsThatSayNothingInTime(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for minutes, want := range map[uint32]string{0: "", 60: "", 119: "", 120: "threshold-outlasts", 10080: "threshold-outlasts"} {
		l := &carev1.AlertThreshold{
			Item: carev1.VitalItem_VITAL_ITEM_SPO2, Operator: atMost, Value: 88, Severity: Urgent, Readings: 3, Minutes: minutes,
			ValidFrom: timestamppb.New(now), ValidUntil: timestamppb.New(now.Add(2 * time.Hour)),
		}
		var codes []string
		for _, w := range CheckThresholds([]*carev1.AlertThreshold{l}, nil, now) {
			codes = append(codes, w.Code)
			if !strings.Contains(w.Ja, "SpO2 88 %以下（要報告）") || !strings.Contains(w.En, "SpO2 at or below 88 % (urgent)") {
				t.Errorf("the limit is not named: %+v", w)
			}
		}
		if got := strings.Join(codes, " "); got != want {
			t.Errorf("%d minutes: %q, want %q", minutes, got, want)
		}
	}
}

// TestWarningsAreBounded: many limits that contradict each other do not make a list without an end.
func TestWarningsAreBounded(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var all []*carev1.AlertThreshold
	for range 40 {
		all = append(all, &carev1.AlertThreshold{
			Item: carev1.VitalItem_VITAL_ITEM_SPO2, Operator: atMost, Value: 88, Severity: Urgent,
			ValidFrom: timestamppb.New(now), ValidUntil: timestamppb.New(now.Add(time.Hour)),
		})
	}
	if got := CheckThresholds(all, Defaults(), now); len(got) != maxThresholdWarnings {
		t.Errorf("%d warnings", len(got))
	}
}
