package care

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// profileWith is the record of a profile that was written at noon.
func profileWith(p *carev1.PatientProfile) *carev1.Record {
	return &carev1.Record{
		Envelope: &carev1.Envelope{Recorded: timestamppb.New(noon)},
		Body:     &carev1.Body{Kind: &carev1.Body_PatientProfile{PatientProfile: p}},
	}
}

func TestSpo2ScaleIsDecidedAndNeverInferred(t *testing.T) {
	low := &carev1.PatientProfile{UsualVitals: &carev1.UsualVitals{Spo2Percent: proto.Uint32(88)},
		Alerts: []*carev1.Alert{{Kind: carev1.AlertKind_ALERT_KIND_CO2_NARCOSIS, Text: "CO2"}}, Spo2Target: &carev1.Spo2Target{LowPercent: 88, HighPercent: 92}}
	if scale, decided := Spo2Scale(profileWith(low)); scale != 1 || decided {
		t.Error("a scale came about that nobody decided")
	}
	for _, n := range []uint32{1, 2} {
		low.Spo2Scale = &carev1.Spo2ScaleDecision{Scale: n}
		if scale, decided := Spo2Scale(profileWith(low)); scale != int(n) || !decided {
			t.Errorf("scale %d reads as %d, %v", n, scale, decided)
		}
	}
	if scale, decided := Spo2Scale(nil); scale != 1 || decided {
		t.Error("a scale without a profile")
	}
}

// TestScale2CountsIfAClinicianDecidedInTime: else scale 1 counts, and the record says why.
func TestScale2CountsIfAClinicianDecidedInTime(t *testing.T) {
	for _, c := range []struct {
		name    string
		role    carev1.Role
		at      time.Time
		scale   int
		remarks int
	}{
		{"a physician", carev1.Role_ROLE_PHYSICIAN, noon, 2, 0},
		{"a nurse", carev1.Role_ROLE_NURSE, noon.AddDate(-1, 0, 0), 2, 0},
		{"a clock that is off by a little", carev1.Role_ROLE_PHYSICIAN, noon.Add(decidedAhead), 2, 0},
		{"a role that nobody named", carev1.Role_ROLE_UNSPECIFIED, noon, 2, 0},
		{"a care worker", carev1.Role_ROLE_CARE_WORKER, noon, 1, 1},
		{"a role of a later build", 99, noon, 1, 1},
		{"another century", carev1.Role_ROLE_PHYSICIAN, noon.AddDate(73, 0, 0), 1, 1},
		{"both", carev1.Role_ROLE_CARE_WORKER, noon.AddDate(73, 0, 0), 1, 2},
	} {
		r := profileWith(&carev1.PatientProfile{Spo2Scale: &carev1.Spo2ScaleDecision{
			Scale: 2, DecidedBy: &carev1.Actor{Role: c.role}, DecidedAt: timestamppb.New(c.at), Reason: "CO2",
		}})
		if scale, decided := Spo2Scale(r); scale != c.scale || decided != (c.scale == 2) {
			t.Errorf("%s: scale %d, %v", c.name, scale, decided)
		}
		if got := Remarks(r, nil, noon); len(got) != c.remarks {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	amended := profileWith(&carev1.PatientProfile{Spo2Scale: &carev1.Spo2ScaleDecision{Scale: 2, DecidedAt: timestamppb.New(noon.AddDate(0, 0, 1))}})
	amended.LastChange = &carev1.Change{Received: timestamppb.New(noon.AddDate(0, 0, 2))}
	if scale, _ := Spo2Scale(amended); scale != 2 {
		t.Error("a decision that a later change brought does not count")
	}
}
