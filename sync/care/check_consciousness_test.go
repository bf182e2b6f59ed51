package care

import (
	"testing"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// consciousness makes a set of vital signs; a negative level is none.
func consciousness(jcs int, acvpu carev1.Consciousness) *carev1.VitalSigns {
	v := &carev1.VitalSigns{Consciousness: acvpu}
	if jcs >= 0 {
		v.Jcs = &carev1.JapanComaScale{Level: uint32(jcs)}
	}
	return v
}

// TestConsciousnessIsAskedAndNeverConverted: a level of the Japan Coma Scale asks for the ACVPU beside it, and two that
// contradict each other are doubted, before an entry is saved.
func TestConsciousnessIsAskedAndNeverConverted(t *testing.T) {
	const (
		none         = carev1.Consciousness_CONSCIOUSNESS_UNSPECIFIED
		alert        = carev1.Consciousness_CONSCIOUSNESS_ALERT
		confused     = carev1.Consciousness_CONSCIOUSNESS_CONFUSED
		voice        = carev1.Consciousness_CONSCIOUSNESS_VOICE
		pain         = carev1.Consciousness_CONSCIOUSNESS_PAIN
		unresponsive = carev1.Consciousness_CONSCIOUSNESS_UNRESPONSIVE
	)
	for _, c := range []struct {
		name  string
		jcs   int
		acvpu carev1.Consciousness
		words string
	}{
		{"neither", -1, none, ""}, {"ACVPU alone", -1, alert, ""},
		{"JCS 0 alone", 0, none, "NEWS2 stays incomplete"}, {"JCS 300 alone", 300, none, "NEWS2 stays incomplete"},
		{"clear and alert", 0, alert, ""}, {"clear and newly confused", 0, confused, ""},
		{"clear and voice", 0, voice, "is clear (0)"}, {"clear and pain", 0, pain, "is clear (0)"},
		{"clear and unresponsive", 0, unresponsive, "is clear (0)"},
		{"30 and pain", 30, pain, ""}, {"30 and alert", 30, alert, ""},
		{"100 and alert", 100, alert, "does not wake"}, {"300 and alert", 300, alert, "does not wake"},
		{"300 and unresponsive", 300, unresponsive, ""},
	} {
		v := consciousness(c.jcs, c.acvpu)
		asks(t, c.name, entryOf(&carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: v}}, noon), c.words)
		if v.GetConsciousness() != c.acvpu {
			t.Errorf("%s: the ACVPU became %v", c.name, v.GetConsciousness())
		}
		if again := CheckConsciousness(v, v); len(again) != 0 {
			t.Errorf("%s: asked again about what did not change: %v", c.name, again)
		}
		if c.words != "" && len(CheckConsciousness(consciousness(3, alert), v)) != 1 {
			t.Errorf("%s: a change is not asked about", c.name)
		}
	}
}
