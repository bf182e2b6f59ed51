package news2

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// Version names the table and these rules. It is kept with every score: a score is only comparable with its own version.
const Version = "NEWS2-RCP-2017"

// Scale is the column of Chart 1 that a patient's SpO2 is read in. Exactly one holds for a patient.
type Scale uint8

const (
	// Scale1 is for everybody of whom nothing else was decided.
	Scale1 Scale = 1
	// Scale2 is for confirmed hypercapnic respiratory failure with a prescribed target of 88 to 92 %, by a clinician's
	// recorded decision. It is never inferred from a diagnosis.
	Scale2 Scale = 2
)

// Parameter is one of the seven that are scored, in the order of the chart.
type Parameter uint8

// The seven parameters. Diastolic pressure, urine and pain are not among them.
const (
	Respirations Parameter = iota
	Saturation
	AirOrOxygen
	Systolic
	Pulse
	Consciousness
	Temperature
	parameters
)

// Red is the number of points of one parameter that surfaces by itself.
const Red = 3

// Risk is the clinical risk of Chart 3, for a complete score.
type Risk uint8

const (
	// RiskUnknown: the score is not complete.
	RiskUnknown Risk = iota
	// Low: 0 to 4 in all, without a single 3.
	Low
	// LowMedium: 3 in any one parameter, below 5 in all.
	LowMedium
	// Medium: 5 or 6, the urgent response threshold.
	Medium
	// High: 7 or more, the emergency response threshold.
	High
)

// The totals at which the response changes (Chart 4).
const (
	urgentFrom    = 5
	emergencyFrom = 7
)

// Part is what one parameter adds.
type Part struct {
	// Points are 0 to 3, and 0 for one that was not measured.
	Points int
	// Measured is false for a parameter without a reading. That is never the same as 0 points.
	Measured bool
}

// Result is a score, or as much as can be said of one.
type Result struct {
	// Scale is the SpO2 scale that was used.
	Scale Scale
	// Parts are the seven, indexed by Parameter.
	Parts [parameters]Part
	// Sum is the total of a complete score, and the lower bound of an incomplete one. 0 to 20.
	Sum int
}

// Score reads one set of vital signs on the given scale; a scale that is neither 1 nor 2 counts as 1. Consciousness is
// the ACVPU that the recorder chose. Oxygen that was not noted is missing, for it is not the same as room air; on scale
// 2 a saturation from 93 % cannot be scored without it.
func Score(v *carev1.VitalSigns, scale Scale) Result {
	if scale != Scale2 {
		scale = Scale1
	}
	r := Result{Scale: scale}
	if v == nil {
		return r
	}
	r.put(Respirations, v.RespirationsPerMin != nil, points(respirationBands, int64(v.GetRespirationsPerMin())))
	r.saturation(v)
	r.put(AirOrOxygen, v.GetOxygen() != nil, airOrOxygen(v))
	r.put(Systolic, v.SystolicMmhg != nil, points(systolicBands, int64(v.GetSystolicMmhg())))
	r.put(Pulse, v.PulsePerMin != nil, points(pulseBands, int64(v.GetPulsePerMin())))
	r.put(Consciousness, known(v.GetConsciousness()), consciousnessPoints(v.GetConsciousness()))
	r.put(Temperature, v.TemperatureTenthsC != nil, points(temperatureBands, int64(v.GetTemperatureTenthsC())))
	return r
}

func (r *Result) put(p Parameter, measured bool, points int) {
	if measured {
		r.Parts[p] = Part{Points: points, Measured: true}
		r.Sum += points
	}
}

// scale2NeedsOxygen is the first saturation whose points on scale 2 depend on air or oxygen.
const scale2NeedsOxygen = 93

func (r *Result) saturation(v *carev1.VitalSigns) {
	reading := int64(v.GetSpo2Percent())
	switch {
	case r.Scale == Scale1:
		r.put(Saturation, v.Spo2Percent != nil, points(saturation1Bands, reading))
	case v.GetOxygen().GetSupplemental():
		r.put(Saturation, v.Spo2Percent != nil, points(saturation2Oxygen, reading))
	default:
		scored := v.Spo2Percent != nil && (v.GetOxygen() != nil || reading < scale2NeedsOxygen)
		r.put(Saturation, scored, points(saturation2Air, reading))
	}
}

func airOrOxygen(v *carev1.VitalSigns) int {
	if v.GetOxygen().GetSupplemental() {
		return oxygenPoints
	}
	return 0
}

// known tells whether the recorder chose one of ACVPU. A value that a later version of the contract brings is not
// scored: it is missing, which is said.
func known(c carev1.Consciousness) bool {
	return c >= carev1.Consciousness_CONSCIOUSNESS_ALERT && c <= carev1.Consciousness_CONSCIOUSNESS_UNRESPONSIVE
}
