package care

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func usualVitals() *carev1.VitalSigns {
	return &carev1.VitalSigns{
		TemperatureTenthsC: proto.Int32(368), TemperatureSite: carev1.TemperatureSite_TEMPERATURE_SITE_AXILLA,
		PulsePerMin: proto.Uint32(72), RespirationsPerMin: proto.Uint32(16),
		SystolicMmhg: proto.Uint32(120), DiastolicMmhg: proto.Uint32(70),
		Spo2Percent: proto.Uint32(97), Jcs: &carev1.JapanComaScale{},
	}
}

func vitalsBody(v *carev1.VitalSigns) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: v}}
}

func logBody(l *carev1.MedicationLog) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: l}}
}

func orderBody(o *carev1.MedicationOrder) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: o}}
}

func usualOrder() *carev1.MedicationOrder {
	return &carev1.MedicationOrder{
		Drug: &carev1.Drug{Name: "アムロジピン錠5mg"}, State: carev1.OrderState_ORDER_STATE_ACTIVE, StartDate: "2026-11-01",
		Dosage: &carev1.Dosage{AmountThousandths: 1000, Unit: "錠", UsageCode: "1013044400000000",
			Slots: []string{"after-breakfast", "after-lunch", "after-dinner"}},
	}
}

func usualLog() *carev1.MedicationLog {
	return &carev1.MedicationLog{OrderId: make([]byte, 16), Slot: "2026-11-23/after-breakfast",
		Outcome: carev1.DoseOutcome_DOSE_OUTCOME_GIVEN}
}

func usualRecord() *carev1.Record {
	at := &timestamppb.Timestamp{Seconds: 1795392000}
	return &carev1.Record{
		Id: make([]byte, 16), Body: vitalsBody(usualVitals()), Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE,
		Envelope: &carev1.Envelope{
			Performer: &carev1.Actor{PersonId: "p-1", Name: "synthetic", Role: carev1.Role_ROLE_NURSE},
			Effective: at, Recorded: at, BootId: make([]byte, 8),
		},
	}
}

func BenchmarkValidate(b *testing.B) {
	for name, m := range map[string]proto.Message{
		"vital signs": usualVitals(), "order": usualOrder(), "log": usualLog(), "record": usualRecord(),
		"signed note": &carev1.SignedNote{Format: carev1.NoteFormat_NOTE_FORMAT_FREE, Text: "text"},
		"envelope":    usualRecord().GetEnvelope(),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v := Validate(m); v != nil {
					b.Fatal(v)
				}
			}
		})
	}
}

func BenchmarkDomainKey(b *testing.B) {
	k, _ := KindByName("medication_log")
	body := logBody(usualLog())
	b.ReportAllocs()
	for b.Loop() {
		DomainKey(k, body)
	}
}

func BenchmarkKindOf(b *testing.B) {
	body := vitalsBody(usualVitals())
	b.ReportAllocs()
	for b.Loop() {
		KindOf(body)
	}
}
