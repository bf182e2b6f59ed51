package care

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func TestCheckOrder(t *testing.T) {
	prn := func(interval, most uint32) *carev1.Prn {
		return &carev1.Prn{Indication: "疼痛時", MinIntervalMinutes: interval, MaxPerDay: most}
	}
	for _, c := range []struct {
		name   string
		dosage *carev1.Dosage
		want   string
	}{
		{"three times, three slots", &carev1.Dosage{UsageCode: "1013044400000000", Slots: []string{"a", "b", "c"}}, ""},
		{"three times, two slots", &carev1.Dosage{UsageCode: "1013044400000000", Slots: []string{"a", "b"}}, "dosage.slots"},
		{"three times, no slot", &carev1.Dosage{UsageCode: "1013044400000000"}, "dosage.slots"},
		{"every 8 hours, three slots", &carev1.Dosage{UsageCode: "1023000000000000", Slots: []string{"a", "b", "c"}}, ""},
		{"schedule with PRN", &carev1.Dosage{UsageCode: "1013044400000000", Prn: prn(0, 0)}, "dosage.prn"},
		{"PRN, same limits", &carev1.Dosage{UsageCode: "1050110630000000", Prn: prn(360, 3)}, ""},
		{"PRN, stricter than the code", &carev1.Dosage{UsageCode: "1050110000000000", Prn: prn(360, 3)}, ""},
		{"6 hours in the code, 240 minutes in the order", &carev1.Dosage{UsageCode: "1050110600000000", Prn: prn(240, 3)}, "dosage.prn.min_interval_minutes"},
		{"6 hours in the code, 480 minutes in the order", &carev1.Dosage{UsageCode: "1050110600000000", Prn: prn(480, 3)}, "dosage.prn.min_interval_minutes"},
		{"interval of the code lost", &carev1.Dosage{UsageCode: "1050110600000000", Prn: prn(0, 0)}, "dosage.prn.min_interval_minutes"},
		{"maximum of the code lost", &carev1.Dosage{UsageCode: "1050110030000000", Prn: prn(0, 0)}, "dosage.prn.max_per_day"},
		{"both differ", &carev1.Dosage{UsageCode: "1050110630000000", Prn: prn(240, 4)}, "dosage.prn.min_interval_minutes dosage.prn.max_per_day"},
		{"PRN in the code only", &carev1.Dosage{UsageCode: "1050110000000000"}, "dosage.prn"},
		{"PRN with slots", &carev1.Dosage{UsageCode: "1050110000000000", Prn: prn(0, 0), Slots: []string{"a"}}, "dosage.slots"},
		{"eye drops on waking", &carev1.Dosage{UsageCode: "2H50B10000000000", Slots: []string{"wake-up"}}, ""},
		{"a code that contradicts itself", &carev1.Dosage{UsageCode: "1012044400000000", Slots: []string{"a", "b"}}, "dosage.usage_code"},
		{"a code that is not decoded", &carev1.Dosage{UsageCode: "2B84600000000000", Slots: []string{"a"}}, ""},
		{"a value that is not known", &carev1.Dosage{UsageCode: "1011000900000000", Slots: []string{"a"}}, ""},
		{"no code, no time", &carev1.Dosage{}, "dosage.slots"},
		{"no code, in words", &carev1.Dosage{Text: "隔日 朝食後"}, ""},
		{"no code, slots", &carev1.Dosage{Slots: []string{"a"}}, ""},
		{"no code, PRN", &carev1.Dosage{Prn: prn(0, 0)}, ""},
		{"no dosage", nil, ""},
	} {
		var fields []string
		for _, f := range CheckOrder(&carev1.MedicationOrder{Dosage: c.dosage}) {
			fields = append(fields, f.Field)
			if f.Severity != Unlikely || f.En == "" || f.Ja == "" {
				t.Errorf("%s: %+v", c.name, f)
			}
		}
		if got := strings.Join(fields, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCheckOfOtherKinds(t *testing.T) {
	fields := func(b *carev1.Body) (s string) {
		for _, f := range Check(b) {
			s += f.Severity.String() + " " + f.Field + ";"
		}
		return s
	}
	wrong := usualOrder()
	wrong.StartDate, wrong.EndDate, wrong.Dosage.Slots = "2026-11-02", "2026-11-01", nil
	refusedLog := usualLog()
	refusedLog.Outcome = refused
	for want, b := range map[string]*carev1.Body{
		"":                                orderBody(usualOrder()),
		"refused ;unlikely dosage.slots;": orderBody(wrong),
		"refused ;":                       logBody(refusedLog),
		"refused dosage;refused drug;":    orderBody(&carev1.MedicationOrder{State: 1}),
		"refused format;":                 draftBody(&carev1.DraftNote{}),
		"refused outcome;refused slot;":   logBody(&carev1.MedicationLog{Slot: "nonsense"}),
	} {
		if got := fields(b); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// What the contract refuses and what Check refuses are the same, but for contradictions.
func TestRefusedIsWhatTheContractRefuses(t *testing.T) {
	for _, c := range vectors[limitVector](t, "vital_limits.json") {
		v := &carev1.VitalSigns{}
		unmarshal(t, c.VitalSigns, v)
		refusals := 0
		for _, f := range Check(vitalsBody(v)) {
			if f.Severity == Refused {
				refusals++
			}
		}
		if want := len(Validate(v)) + len(contradictions(v)); refusals != want {
			t.Errorf("%s: %d refusals, the rules have %d", c.Name, refusals, want)
		}
	}
	far := usualVitals()
	far.PulsePerMin = proto.Uint32(351)
	if got := Check(vitalsBody(far)); len(got) != 1 || got[0].En != "Pulse must be within 0–350 /min; check it and enter it again." ||
		got[0].Ja != "脈拍は 0–350 /min の範囲で入力し直してください。" || got[0].Item != carev1.VitalItem_VITAL_ITEM_PULSE {
		t.Errorf("%+v", got)
	}
}
