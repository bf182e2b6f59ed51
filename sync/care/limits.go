package care

import (
	"strconv"
	"strings"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// span is a closed range in the unit that the contract stores.
type span struct{ low, high int64 }

func (s span) holds(v int64) bool { return s.low <= v && v <= s.high }

// limit is what is possible, and what is usual enough not to be asked about, for one reading.
//
// Both ranges are physiology and instrument sense, chosen for this project and not taken from a standard. `reject`
// repeats the rule of the contract for printing, and a test holds the two together.
type limit struct {
	item            carev1.VitalItem
	field           string // path in VitalSigns
	en, ja          string
	unit            string // as people write it
	per             int64  // stored units in one written unit
	places          int    // decimals always written; others only where needed
	reject, confirm span
	read            func(*carev1.VitalSigns) (int64, bool)
}

// limits stand in the order in which readings are usually said. Units in comments are those of the stored number.
var limits = []limit{
	{ // tenths of °C
		carev1.VitalItem_VITAL_ITEM_TEMPERATURE, "temperature_tenths_c", "Temperature", "体温", "°C", 10, 1,
		span{200, 460}, span{340, 415},
		func(v *carev1.VitalSigns) (int64, bool) {
			return int64(v.GetTemperatureTenthsC()), v.TemperatureTenthsC != nil
		},
	},
	{ // per minute
		carev1.VitalItem_VITAL_ITEM_PULSE, "pulse_per_min", "Pulse", "脈拍", "/min", 1, 0,
		span{0, 350}, span{35, 180},
		func(v *carev1.VitalSigns) (int64, bool) { return number(v.PulsePerMin) },
	},
	{ // per minute
		carev1.VitalItem_VITAL_ITEM_RESPIRATIONS, "respirations_per_min", "Respiratory rate", "呼吸数", "/min", 1, 0,
		span{0, 120}, span{6, 45},
		func(v *carev1.VitalSigns) (int64, bool) { return number(v.RespirationsPerMin) },
	},
	{ // mmHg
		carev1.VitalItem_VITAL_ITEM_SYSTOLIC, "systolic_mmhg", "Systolic pressure", "収縮期血圧", "mmHg", 1, 0,
		span{20, 330}, span{60, 240},
		func(v *carev1.VitalSigns) (int64, bool) { return number(v.SystolicMmhg) },
	},
	{ // mmHg
		carev1.VitalItem_VITAL_ITEM_DIASTOLIC, "diastolic_mmhg", "Diastolic pressure", "拡張期血圧", "mmHg", 1, 0,
		span{0, 230}, span{30, 140},
		func(v *carev1.VitalSigns) (int64, bool) { return number(v.DiastolicMmhg) },
	},
	{ // %
		carev1.VitalItem_VITAL_ITEM_SPO2, "spo2_percent", "SpO2", "SpO2", "%", 1, 0,
		span{0, 100}, span{80, 100},
		func(v *carev1.VitalSigns) (int64, bool) { return number(v.Spo2Percent) },
	},
	{ // tenths of L/min; above 10 L/min is unusual at home
		carev1.VitalItem_VITAL_ITEM_OXYGEN, "oxygen.flow_tenths_l_per_min", "Oxygen flow", "酸素流量", "L/min", 10, 0,
		span{0, 700}, span{0, 100},
		func(v *carev1.VitalSigns) (int64, bool) {
			if v.GetOxygen() == nil {
				return 0, false
			}
			return number(v.GetOxygen().FlowTenthsLPerMin)
		},
	},
	{ // g
		carev1.VitalItem_VITAL_ITEM_WEIGHT, "weight_g", "Weight", "体重", "kg", 1000, 0,
		span{200, 650_000}, span{20_000, 200_000},
		func(v *carev1.VitalSigns) (int64, bool) { return number(v.WeightG) },
	},
	{ // mm
		carev1.VitalItem_VITAL_ITEM_HEIGHT, "height_mm", "Height", "身長", "cm", 10, 0,
		span{200, 2720}, span{1200, 2000},
		func(v *carev1.VitalSigns) (int64, bool) { return number(v.HeightMm) },
	},
	{ // mg/dL; "Lo" and "Hi" have no number and are what the meter showed
		carev1.VitalItem_VITAL_ITEM_GLUCOSE, "glucose.mg_per_dl", "Glucose", "血糖", "mg/dL", 1, 0,
		span{0, 2000}, span{60, 400},
		func(v *carev1.VitalSigns) (int64, bool) {
			g, ok := v.GetGlucose().GetReading().(*carev1.Glucose_MgPerDl)
			if !ok {
				return 0, false
			}
			return int64(g.MgPerDl), true
		},
	},
}

func number(v *uint32) (int64, bool) {
	if v == nil {
		return 0, false
	}
	return int64(*v), true
}

// text writes a stored value in the written unit, exactly: 368 tenths are "36.8", 52500 g are "52.5".
func (l *limit) text(stored int64) string { return decimal(stored, l.per, l.places) }

// span writes a range: "20.0–46.0 °C".
func (l *limit) span(s span) string { return l.text(s.low) + "–" + l.text(s.high) + " " + l.unit }

// decimal writes stored/per, per being a power of ten, with at least `places` decimals and no further zeros.
func decimal(stored, per int64, places int) string {
	whole, rest := strconv.FormatInt(stored/per, 10), stored%per
	digits := ""
	if per > 1 {
		digits = strconv.FormatInt(per+rest, 10)[1:]
	}
	for len(digits) > places && strings.HasSuffix(digits, "0") {
		digits = digits[:len(digits)-1]
	}
	if digits == "" {
		return whole
	}
	return whole + "." + digits
}

func limitOf(field string) *limit {
	for i := range limits {
		if limits[i].field == field {
			return &limits[i]
		}
	}
	return nil
}

func limitOfItem(item carev1.VitalItem) *limit {
	for i := range limits {
		if limits[i].item == item {
			return &limits[i]
		}
	}
	return nil
}
