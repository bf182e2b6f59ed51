package care

import (
	"testing"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Every reading has its main number, in parts of a UCUM unit.
func TestReadings(t *testing.T) {
	set := &carev1.VitalSigns{
		TemperatureTenthsC: proto.Int32(368), PulsePerMin: proto.Uint32(72), RespirationsPerMin: proto.Uint32(16),
		SystolicMmhg: proto.Uint32(120), DiastolicMmhg: proto.Uint32(70), Spo2Percent: proto.Uint32(97),
		WeightG: proto.Uint32(52500), HeightMm: proto.Uint32(1585), Jcs: &carev1.JapanComaScale{Level: 10},
		Oxygen:  &carev1.Oxygen{Supplemental: true, FlowTenthsLPerMin: proto.Uint32(15)},
		Glucose: &carev1.Glucose{Reading: &carev1.Glucose_MgPerDl{MgPerDl: 110}},
		Pain:    &carev1.Pain{Finding: &carev1.Pain_Score{Score: 4}},
	}
	type want struct {
		value int64
		unit  string
		per   uint32
	}
	wants := map[carev1.VitalItem]want{
		1: {368, "Cel", 10}, 2: {72, "/min", 1}, 3: {16, "/min", 1}, 4: {120, "mm[Hg]", 1}, 5: {70, "mm[Hg]", 1}, 6: {97, "%", 1},
		7: {52500, "kg", 1000}, 8: {1585, "cm", 10}, 9: {110, "mg/dL", 1}, 10: {10, "{score}", 1}, 11: {4, "{score}", 1},
		12: {15, "L/min", 10},
	}
	for n := range carev1.VitalItem_name {
		item := carev1.VitalItem(n)
		value, ok := Reading(set, item)
		unit, per := ReadingUnit(item)
		if w, is := wants[item]; ok != is || is && (want{value, unit, per}) != w {
			t.Errorf("%v: %d %v in 1/%d %s", item, value, ok, per, unit)
		}
		for _, none := range []*carev1.VitalSigns{nil, {}, {Oxygen: &carev1.Oxygen{}, Pain: &carev1.Pain{Finding: &carev1.Pain_Score{Score: 9}, Scale: 2},
			Glucose: &carev1.Glucose{Reading: &carev1.Glucose_OutOfRange{OutOfRange: 2}}}} {
			if value, ok := Reading(none, item); ok {
				t.Errorf("%v: %d out of nothing", item, value)
			}
		}
	}
}
