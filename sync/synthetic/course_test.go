package synthetic_test

import (
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/synthetic"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// reading is one set of vital signs with its time.
type reading struct {
	at time.Time
	*carev1.VitalSigns
}

func readings(seed uint64, chart string) []reading {
	var all []reading
	for _, write := range writtenIn(seed, chart) {
		if v := write.Record.GetBody().GetVitalSigns(); v != nil {
			all = append(all, reading{write.Record.GetEnvelope().GetEffective().AsTime(), v})
		}
	}
	return all
}

// within are the readings from one time to another.
func within(all []reading, from, until time.Time) []reading {
	var some []reading
	for _, r := range all {
		if !r.at.Before(from) && !r.at.After(until) {
			some = append(some, r)
		}
	}
	return some
}

func highest(all []reading, value func(reading) (float64, bool)) float64 {
	top := -1e9
	for _, r := range all {
		if v, ok := value(r); ok {
			top = max(top, v)
		}
	}
	return top
}

func temperature(r reading) (float64, bool) {
	return float64(r.GetTemperatureTenthsC()) / 10, r.TemperatureTenthsC != nil
}
func pulse(r reading) (float64, bool) { return float64(r.GetPulsePerMin()), r.PulsePerMin != nil }
func breaths(r reading) (float64, bool) {
	return float64(r.GetRespirationsPerMin()), r.RespirationsPerMin != nil
}
func lack(r reading) (float64, bool)  { return 100 - float64(r.GetSpo2Percent()), r.Spo2Percent != nil }
func kilos(r reading) (float64, bool) { return float64(r.GetWeightG()) / 1000, r.WeightG != nil }
func jcs(r reading) (float64, bool)   { return float64(r.GetJcs().GetLevel()), r.Jcs != nil }
func sugar(r reading) (float64, bool) {
	return -float64(r.GetGlucose().GetMgPerDl()), r.GetGlucose().GetMgPerDl() > 0
}

// sign is a value that has to be higher at the worst than before the onset, by so much.
type sign struct {
	name  string
	value func(reading) (float64, bool)
	by    float64
}

var signs = map[synthetic.Kind][]sign{
	synthetic.Pneumonia:        {{"temperature", temperature, 1.1}, {"breaths", breaths, 4}, {"SpO2", lack, 3}, {"pulse", pulse, 8}},
	synthetic.HeartFailure:     {{"weight", kilos, 2}, {"breaths", breaths, 3}, {"SpO2", lack, 1}},
	synthetic.Hypoglycaemia:    {{"glucose", sugar, 50}, {"consciousness", jcs, 1}},
	synthetic.UrinaryInfection: {{"temperature", temperature, 0.5}, {"pulse", pulse, 2}},
	synthetic.EndOfLife:        {{"SpO2", lack, 5}, {"consciousness", jcs, 10}},
}

// courseSeeds is how many worlds are looked at for the courses.
const courseSeeds = 3

// TestCoursesShow: every kind happens in every world, quiet days come first, and whoever measures sees it come.
func TestCoursesShow(t *testing.T) {
	for seed := range uint64(courseSeeds) {
		w := world(seed)
		happened := map[synthetic.Kind]bool{}
		for _, one := range w.Courses() {
			happened[one.Kind] = true
			if one.Kind == synthetic.Quiet {
				continue
			}
			if !one.Onset.Before(one.Worst) || one.Onset.Before(w.Start().AddDate(0, 0, 4)) {
				t.Errorf("seed %d %s: onset %s, worst %s", seed, one.Kind, one.Onset, one.Worst)
			}
			checkSigns(t, seed, one, readings(seed, one.Chart))
			checkSpoken(t, seed, one)
		}
		for kind := synthetic.Quiet; kind <= synthetic.EndOfLife; kind++ {
			if !happened[kind] {
				t.Errorf("seed %d has no %s", seed, kind)
			}
		}
	}
}

func checkSigns(t *testing.T, seed uint64, one synthetic.Course, all []reading) {
	t.Helper()
	before := within(all, one.Onset.AddDate(0, 0, -30), one.Onset)
	worst := within(all, one.Worst.Add(-36*time.Hour), one.Worst.Add(5*time.Minute))
	if len(before) == 0 || len(worst) == 0 {
		t.Errorf("seed %d %s: %d readings before, %d at the worst", seed, one.Kind, len(before), len(worst))
		return
	}
	for _, s := range signs[one.Kind] {
		was, is := highest(before, s.value), highest(worst, s.value)
		if was < -1e8 { // not measured before, as consciousness may be
			was = 0
		}
		if is-was < s.by {
			t.Errorf("seed %d %s in %s: %s from %.1f to %.1f", seed, one.Kind, one.Chart, s.name, was, is)
		}
	}
}

// checkSpoken: somebody writes of it before it is worst, and no later than a day and a half before unless it is quick.
func checkSpoken(t *testing.T, seed uint64, one synthetic.Course) {
	t.Helper()
	notes := 0
	for _, write := range writtenIn(seed, one.Chart) {
		if write.Record.GetBody().GetSignedNote() != nil && write.At.After(one.Onset) && write.At.Before(one.Worst) {
			notes++
		}
	}
	if notes == 0 {
		t.Errorf("seed %d %s in %s: no note between onset and worst", seed, one.Kind, one.Chart)
	}
}

// TestQuietChartsStayInTheirRange: nobody quiet has a fever or a low that would be an illness.
func TestQuietChartsStayInTheirRange(t *testing.T) {
	for seed := range uint64(courseSeeds) {
		w := world(seed)
		for _, one := range w.Courses() {
			if one.Kind != synthetic.Quiet {
				continue
			}
			all := readings(seed, one.Chart)
			if top := highest(all, temperature); top > 37.4 {
				t.Errorf("seed %d %s: %.1f °C", seed, one.Chart, top)
			}
			if low := highest(all, sugar); low > -75 {
				t.Errorf("seed %d %s: %.0f mg/dL", seed, one.Chart, -low)
			}
			if top := highest(all, lack); top > 15 {
				t.Errorf("seed %d %s: SpO2 %.0f", seed, one.Chart, 100-top)
			}
		}
	}
}

// TestTheDeadAndThoseInHospital: nothing is measured after a death, or in a hospital stay.
func TestTheDeadAndThoseInHospital(t *testing.T) {
	stays := 0
	for seed := range uint64(courseSeeds) {
		w := world(seed)
		for _, one := range w.Courses() {
			all := readings(seed, one.Chart)
			if one.Kind == synthetic.EndOfLife && len(within(all, one.Worst.Add(time.Minute), one.Worst.AddDate(9, 0, 0))) > 0 {
				t.Errorf("seed %d: %s is measured after death", seed, one.Chart)
			}
			if !one.Admitted.IsZero() {
				stays++
				if len(within(all, one.Admitted, one.Discharged.Add(-time.Minute))) > 0 {
					t.Errorf("seed %d: %s is measured at home while in hospital", seed, one.Chart)
				}
			}
		}
	}
	if stays == 0 {
		t.Error("nobody goes to hospital")
	}
}
