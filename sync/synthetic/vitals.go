package synthetic

import (
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Through the day the temperature is lowest before dawn and highest in the late afternoon; pulse and pressure follow
// the day too. By hour: hundredths of a degree, and tenths of a beat or a mmHg.
var (
	warmth = [24]int{-15, -18, -21, -24, -25, -23, -18, -12, -6, -1, 3, 7, 10, 13, 16, 19, 22, 24, 22, 17, 10, 3, -5, -11}
	tide   = [24]int{-60, -70, -80, -80, -70, -50, 0, 30, 40, 40, 30, 20, 10, 0, 10, 20, 30, 30, 20, 10, 0, -20, -40, -50}
)

// gauge is who measures and what they usually measure.
type gauge struct {
	breaths, pressure, consciousness, weight, glucose, pain bool
	timing                                                  carev1.GlucoseTiming
}

// vitals measures somebody: their usual values, the hour, slow and quick variation, and what they are ill with.
func (w *World) vitals(c *chart, at time.Time, g gauge) *carev1.VitalSigns {
	s := c.at(at)
	d := w.dice(c, "vitals", int(at.Unix()/60))
	day, hour := w.dayOf(at), at.In(tokyo).Hour()
	u := c.usual
	slow := func(purpose string, most int) int { return w.slow(c, purpose, day, most) }

	v := &carev1.VitalSigns{TemperatureSite: carev1.TemperatureSite_TEMPERATURE_SITE_AXILLA}
	v.TemperatureTenthsC = proto.Int32(int32((u.temperature + warmth[hour] + s.temperature + slow("warmth", 20) + d.spread(20) + 5) / 10))
	pulse := u.pulse + tide[hour]/2 + s.pulse + slow("pulse", 60) + d.spread(90)
	if c.is(irregular) {
		pulse += d.spread(60)
		v.PulseIrregular = proto.Bool(true)
	}
	v.PulsePerMin = natural(pulse)
	v.PulseMethod = carev1.PulseMethod_PULSE_METHOD_DEVICE
	if g.breaths {
		v.RespirationsPerMin = counted(u.respirations+s.respirations+slow("breath", 15)+d.spread(24), d)
		v.PulseMethod = carev1.PulseMethod_PULSE_METHOD_PALPATED
	}
	if g.pressure {
		systolic := u.systolic + tide[hour] + s.systolic + slow("pressure", 150) + d.spread(180)
		diastolic := u.diastolic + tide[hour]/2 + s.systolic/2 + slow("pressure", 70) + d.spread(90)
		v.SystolicMmhg, v.DiastolicMmhg = natural(systolic), natural(min(diastolic, systolic-180))
		v.Posture = carev1.Posture_POSTURE_SITTING
		if c.is(bedridden) || s.stage == severe {
			v.Posture = carev1.Posture_POSTURE_LYING
		}
	}
	v.Spo2Percent = natural(min(u.spo2+s.spo2+slow("oxygen", 10)+d.spread(18), 1000))
	v.Oxygen = &carev1.Oxygen{}
	if c.is(oxygen) {
		v.Oxygen = &carev1.Oxygen{Supplemental: true, FlowTenthsLPerMin: proto.Uint32(10), Device: "鼻カニューレ（HOT）"}
	}
	w.further(c, v, s, g, d, day)
	return confirm(v)
}

// further is what is not measured every time.
func (w *World) further(c *chart, v *carev1.VitalSigns, s state, g gauge, d *dice, day int) {
	u := c.usual
	if g.weight {
		v.WeightG = proto.Uint32(uint32(max(u.weight+s.weight+w.slow(c, "weight", day, 3)+d.spread(2), 250)) * 100)
	}
	if g.glucose {
		v.Glucose = &carev1.Glucose{
			Reading: &carev1.Glucose_MgPerDl{MgPerDl: uint32(max(u.glucose+s.glucose+slowest(s, w.slow(c, "sugar", day, 300))+d.spread(250), 380)) / 10},
			Timing:  g.timing,
		}
	}
	if g.consciousness {
		v.Jcs = &carev1.JapanComaScale{Level: max(u.jcs, s.jcs)}
		if s.restless {
			v.Jcs.Modifiers = []carev1.JcsModifier{carev1.JcsModifier_JCS_MODIFIER_RESTLESSNESS}
		}
		v.Consciousness = acvpu(s)
	}
	if g.pain {
		v.Pain = &carev1.Pain{Finding: &carev1.Pain_Score{Score: uint32(min(max(s.pain+d.spread(2), 0), 10))}, Scale: carev1.PainScale_PAIN_SCALE_NRS}
		if s.jcs >= 10 {
			v.Pain = &carev1.Pain{Finding: &carev1.Pain_NotAssessable{NotAssessable: true}, Scale: carev1.PainScale_PAIN_SCALE_NRS}
		}
	}
}

// slowest keeps day-to-day variation out of a low that has to be one.
func slowest(s state, variation int) int {
	if s.kind == Hypoglycaemia && s.stage == severe {
		return min(variation, 0) / 10
	}
	return variation
}

// acvpu is how the nurse judges consciousness: a level that is usual for somebody counts as alert.
func acvpu(s state) carev1.Consciousness {
	switch {
	case s.jcs >= 300:
		return carev1.Consciousness_CONSCIOUSNESS_UNRESPONSIVE
	case s.jcs >= 30:
		return carev1.Consciousness_CONSCIOUSNESS_PAIN
	case s.jcs >= 10:
		return carev1.Consciousness_CONSCIOUSNESS_VOICE
	case s.confused:
		return carev1.Consciousness_CONSCIOUSNESS_CONFUSED
	default:
		return carev1.Consciousness_CONSCIOUSNESS_ALERT
	}
}

// slow is variation that changes from day to day by a part of itself: the mean of three days.
func (w *World) slow(c *chart, purpose string, day, most int) int {
	sum := 0
	for n := day - 1; n <= day+1; n++ {
		sum += w.dice(c, "slow "+purpose, n).spread(2 * most)
	}
	return sum / 3
}

// natural rounds tenths to a whole number; never below 0.
func natural(tenths int) *uint32 { return proto.Uint32(uint32(max(tenths+5, 0) / 10)) }

// counted is a rate as people count it: over half a minute, so mostly an even number.
func counted(tenths int, d *dice) *uint32 {
	n := *natural(tenths)
	if n%2 == 1 && d.percent(80) {
		n++
	}
	return proto.Uint32(n)
}

// confirm says of every unlikely value that its writer looked at it: values here are as they are meant.
func confirm(v *carev1.VitalSigns) *carev1.VitalSigns {
	for _, f := range care.Check(&carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: v}}) {
		if f.Severity == care.Unlikely {
			v.Confirmed = append(v.Confirmed, f.Item)
		}
	}
	return v
}
