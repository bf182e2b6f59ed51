package sdk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care/news2"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// wellSet is a normal set of vital signs, complete.
func wellSet() *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{
		TemperatureTenthsC: proto.Int32(368), PulsePerMin: proto.Uint32(72), RespirationsPerMin: proto.Uint32(16),
		SystolicMmhg: proto.Uint32(124), DiastolicMmhg: proto.Uint32(72), Spo2Percent: proto.Uint32(98), Oxygen: &carev1.Oxygen{},
		Consciousness: carev1.Consciousness_CONSCIOUSNESS_ALERT,
	}}}
}

// scored is what the tablet says of a set that it just saved.
func scored(t *testing.T, a *sdk.Tablet, body *carev1.Body) string {
	t.Helper()
	saved := create(t, a, body)
	i, err := a.Record(saved.StreamID, saved.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	scale, err := a.Spo2Scale(saved.StreamID)
	if err != nil {
		t.Fatal(err)
	}
	r, ok := sdk.News2(i, scale)
	if !ok {
		return ""
	}
	_, en := sdk.News2Words(r)
	return en
}

// TestNews2IsSaidOfEverySet: a normal one too, and of an incomplete one what is missing.
func TestNews2IsSaidOfEverySet(t *testing.T) {
	a := one(t)
	part := func(change func(*carev1.VitalSigns)) *carev1.Body {
		body := wellSet()
		change(body.GetVitalSigns())
		return body
	}
	for want, body := range map[string]*carev1.Body{
		"NEWS2 0 (risk: low)": wellSet(),
		"NEWS2 3, scoring 3: respiratory rate (risk: low-medium)": part(func(v *carev1.VitalSigns) { v.RespirationsPerMin = proto.Uint32(26) }),
		"NEWS2 incomplete, ≥0 (consciousness missing) (risk: not known)": part(func(v *carev1.VitalSigns) {
			v.Consciousness, v.Jcs = 0, &carev1.JapanComaScale{}
		}),
		"NEWS2 incomplete, ≥7 (consciousness missing), scoring 3: respiratory rate, pulse (risk: high or higher)": part(func(v *carev1.VitalSigns) {
			v.Consciousness, v.RespirationsPerMin, v.PulsePerMin, v.SystolicMmhg = 0, proto.Uint32(26), proto.Uint32(135), proto.Uint32(110)
		}),
		"": {Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{WeightG: proto.Uint32(50000)}}},
	} {
		if got := scored(t, a, body); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestScaleOfTheTabletIsTheOneThatWasDecided, and one whose date is yet to come does not count, which the profile says.
func TestScaleOfTheTabletIsTheOneThatWasDecided(t *testing.T) {
	a := one(t)
	profile := func(at time.Time) *carev1.Body {
		return &carev1.Body{Kind: &carev1.Body_PatientProfile{PatientProfile: &carev1.PatientProfile{
			Name: &carev1.PersonName{Text: "架空 花子"}, Spo2Scale: &carev1.Spo2ScaleDecision{
				Scale: 2, DecidedBy: &carev1.Actor{Name: "架空 医師", Role: carev1.Role_ROLE_PHYSICIAN}, DecidedAt: timestamppb.New(at), Reason: "CO2貯留",
			},
		}}}
	}
	saved := create(t, a, profile(time.Now().AddDate(73, 0, 0)))
	look := func(want news2.Scale, remarks int) {
		t.Helper()
		scale, err := a.Spo2Scale(saved.StreamID)
		items := timeline(t, a)
		if err != nil || scale != want || len(items) != 1 || len(items[0].Remarks) != remarks {
			t.Errorf("scale %d, %v, %+v", scale, err, items)
		}
	}
	look(news2.Scale1, 1)
	synced(t, a)
	look(news2.Scale1, 1)
	if _, err := a.Amend(saved.StreamID, saved.RecordID, profile(time.Now()), "書き間違い", true); err != nil {
		t.Fatal(err)
	}
	look(news2.Scale2, 0) // before the server has it, too
	synced(t, a)
	look(news2.Scale2, 0)
}

// TestACVPUIsAskedFor: with the JCS alone, and where the two contradict each other; also of a correction.
func TestACVPUIsAskedFor(t *testing.T) {
	a := one(t)
	body := wellSet()
	body.GetVitalSigns().Jcs = &carev1.JapanComaScale{Level: 100}
	if _, err := a.Create(chart, body, sdk.Entry{}); !asks(err) {
		t.Errorf("JCS 100 and alert: %v", err)
	}
	body.GetVitalSigns().Consciousness = 0
	_, err := a.Create(chart, body, sdk.Entry{})
	var check *sdk.CheckError
	if !errors.As(err, &check) || !check.Confirm || !strings.Contains(check.Error(), "ACVPU") {
		t.Errorf("JCS alone: %v", err)
	}
	body.GetVitalSigns().Consciousness = carev1.Consciousness_CONSCIOUSNESS_PAIN
	saved, err := a.Create(chart, body, sdk.Entry{})
	if err != nil {
		t.Fatalf("what fits together: %v", err)
	}
	wrong := proto.CloneOf(body)
	wrong.GetVitalSigns().Jcs.Level = 0
	if _, err := a.Amend(saved.StreamID, saved.RecordID, wrong, "書き間違い", false); !asks(err) {
		t.Errorf("corrected to a contradiction: %v", err)
	}
	pulse := proto.CloneOf(body)
	pulse.GetVitalSigns().PulsePerMin = proto.Uint32(80)
	if _, err := a.Amend(saved.StreamID, saved.RecordID, pulse, "書き間違い", false); err != nil {
		t.Errorf("another reading: %v", err)
	}
}

// TestWindowNeverEndsBeforeItBegins: an entry of a time of which the tablet holds nothing is judged alone.
func TestWindowNeverEndsBeforeItBegins(t *testing.T) {
	a := one(t)
	found, err := a.Preview(chart, failing(), sdk.Entry{At: time.Now().AddDate(-3, 0, 0)})
	if err != nil || len(found) == 0 {
		t.Fatalf("%v, %v", found, err)
	}
	if w := found[0].Window; w.GetFrom().AsTime().After(w.GetUntil().AsTime()) {
		t.Errorf("from %v until %v", w.GetFrom().AsTime(), w.GetUntil().AsTime())
	}
}
