package care

import (
	"math"
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func TestInvalidTimes(t *testing.T) {
	good := timestamppb.Now()
	for name, c := range map[string]struct {
		rec  *carev1.Record
		want string
	}{
		"none":     {&carev1.Record{}, ""},
		"good":     {&carev1.Record{Envelope: &carev1.Envelope{Effective: good, Recorded: good}}, ""},
		"far away": {&carev1.Record{Envelope: &carev1.Envelope{Recorded: &timestamppb.Timestamp{Seconds: 1 << 50}}}, "envelope.recorded"},
		"negative nanoseconds": {&carev1.Record{Envelope: &carev1.Envelope{Effective: &timestamppb.Timestamp{Nanos: -2}}},
			"envelope.effective"},
		"deep": {&carev1.Record{Envelope: &carev1.Envelope{SpokenOrder: &carev1.SpokenOrder{Confirmation: &carev1.Confirmation{
			At: &timestamppb.Timestamp{Seconds: math.MinInt64}}}}}, "envelope.spoken_order.confirmation.at"},
		"in a body": {&carev1.Record{Body: &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
			CareStaffMayAssist: &carev1.CareStaffPermission{ConfirmedAt: &timestamppb.Timestamp{Seconds: 1 << 62}}}}}},
			"body.medication_order.care_staff_may_assist.confirmed_at"},
	} {
		found := InvalidTimes(c.rec)
		if c.want == "" && len(found) > 0 || c.want != "" && (len(found) != 1 || found[0].Field != c.want) {
			t.Errorf("%s: %v, want %q", name, found, c.want)
		}
	}
	if found := InvalidTimes(nil); found != nil {
		t.Errorf("nothing: %v", found)
	}
}
