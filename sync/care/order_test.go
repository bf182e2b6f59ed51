package care

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

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
		"refused outcome;refused slot;":   logBody(&carev1.MedicationLog{OrderId: make([]byte, 16), Slot: "nonsense"}),
	} {
		if got := fields(b); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// What the writer confirmed is not asked again; what was not, is. No word of the writer undoes a refusal.
func TestConfirmedFindingsOfAnOrder(t *testing.T) {
	for _, c := range []struct {
		confirmed []string
		want      string
	}{
		{nil, "dosage.prn.min_interval_minutes dosage.prn.max_per_day"},
		{[]string{"dosage.prn.max_per_day"}, "dosage.prn.min_interval_minutes"},
		{[]string{"dosage.prn.max_per_day", "dosage.prn.min_interval_minutes"}, ""},
		{[]string{"dosage.slots", "dosage.prn", "dosage"}, "dosage.prn.min_interval_minutes dosage.prn.max_per_day"},
		{[]string{"dosage.prn.max_per_day", "NO"}, "confirmed[1] dosage.prn.min_interval_minutes"},
	} {
		o := usualOrder()
		o.Dosage.UsageCode, o.Dosage.Slots = "1050110630000000", nil
		o.Dosage.Prn = &carev1.Prn{Indication: "疼痛時", MinIntervalMinutes: 240, MaxPerDay: 4}
		o.Confirmed = c.confirmed
		var fields []string
		for _, f := range Check(orderBody(o)) {
			fields = append(fields, f.Field)
		}
		if got := strings.Join(fields, " "); got != c.want {
			t.Errorf("confirmed %q: %q, want %q", c.confirmed, got, c.want)
		}
	}
}

// What the contract refuses and what Check refuses are the same.
func TestRefusedIsWhatTheContractRefuses(t *testing.T) {
	hold := func(name string, b *carev1.Body) {
		refusals := slices.DeleteFunc(Check(b), func(f Finding) bool { return f.Severity != Refused })
		rules := broken(Message(b))
		several := slices.ContainsFunc(rules, func(v Violation) bool { return v.Rule == "vital_signs.measured_and_absent" })
		if len(refusals) != len(rules) && (!several || len(refusals) < len(rules)) {
			t.Errorf("%s: refusals %v, the rules have %v", name, refusals, rules)
		}
	}
	for _, c := range vectors[limitVector](t, "vital_limits.json") {
		v := &carev1.VitalSigns{}
		unmarshal(t, c.VitalSigns, v)
		hold(c.Name, vitalsBody(v))
	}
	for _, c := range vectors[ruleVector](t, "rules.json") {
		if c.Body != nil {
			b := &carev1.Body{}
			unmarshal(t, c.Body, b)
			hold(c.Name, b)
		}
	}
	far := usualVitals()
	far.PulsePerMin = proto.Uint32(351)
	if got := Check(vitalsBody(far)); len(got) != 1 || got[0].En != "Pulse must be within 0–350 /min; check it and enter it again." ||
		got[0].Ja != "脈拍は 0–350 /min の範囲で入力し直してください。" || got[0].Item != carev1.VitalItem_VITAL_ITEM_PULSE {
		t.Errorf("%+v", got)
	}
}

// Whatever counts as measured for the device counts as measured in the contract, item by item.
func TestMeasuredAndAbsent(t *testing.T) {
	measured := map[string]carev1.VitalItem{
		`"temperatureTenthsC":368`: 1, `"pulsePerMin":0`: 2, `"respirationsPerMin":16`: 3, `"systolicMmhg":120`: 4, `"diastolicMmhg":0`: 5,
		`"spo2Percent":0`: 6, `"weightG":52000`: 7, `"heightMm":1600`: 8, `"glucose":{"mgPerDl":0}`: 9,
		`"glucose":{"outOfRange":"GLUCOSE_OUT_OF_RANGE_LO"}`: 9, `"jcs":{}`: 10, `"gcs":{"eye":4,"motor":6}`: 10,
		`"consciousness":"CONSCIOUSNESS_ALERT"`: 10, `"pain":{"score":0}`: 11, `"pain":{"notAssessable":true}`: 11,
		`"oxygen":{"supplemental":true,"flowTenthsLPerMin":0}`: 12, `"oxygen":{"supplemental":true}`: 0, `"observation":"synthetic"`: 0,
	}
	if len(slices.Compact(slices.Sorted(maps.Values(measured)))) != len(carev1.VitalItem_name) {
		t.Error("an item of the contract is not tried")
	}
	for reading, item := range measured {
		for n := range carev1.VitalItem_name {
			absent := carev1.VitalItem(n)
			if absent == 0 {
				continue
			}
			v := &carev1.VitalSigns{}
			unmarshal(t, json.RawMessage("{"+reading+"}"), v)
			other := absent%12 + 1 // one that is rightly absent, beside it
			for _, a := range []carev1.VitalItem{other, absent, absent} {
				v.Absent = append(v.Absent, &carev1.AbsentReading{Item: a, Reason: carev1.AbsentReason_ABSENT_REASON_UNKNOWN})
			}
			var refused []carev1.VitalItem
			for _, f := range Check(vitalsBody(v)) {
				if f.Severity == Refused && f.Field == "absent" {
					refused = append(refused, f.Item)
				}
			}
			var want []carev1.VitalItem
			if item == absent || item == other {
				want = append(want, item)
			}
			if !slices.Equal(refused, want) || len(Validate(v)) != len(want) {
				t.Errorf("%s, absent %v and %v: refused %v, rules %v", reading, absent, other, refused, Validate(v))
			}
		}
	}
}

// The contract takes exactly the days of the calendar, in orders and in slots.
func TestDaysOfTheCalendar(t *testing.T) {
	check := func(day string) {
		_, err := time.Parse(time.DateOnly, day)
		start, end, log := usualOrder(), usualOrder(), usualLog()
		start.StartDate, end.StartDate, end.EndDate, log.Slot = day, "", day, day+"/bedtime"
		for field, m := range map[string]proto.Message{"start_date": start, "end_date": end, "slot": log} {
			got := Validate(m)
			if err == nil && got != nil || err != nil && (len(got) != 1 || got[0].Field != field) {
				t.Errorf("%s %s: %v", field, day, got)
			}
		}
	}
	for _, year := range []int{1900, 2000, 2026, 2028, 2100} {
		for month := range 14 {
			for day := range 33 {
				check(fmt.Sprintf("%04d-%02d-%02d", year, month, day))
			}
		}
	}
	for year := range 10_000 {
		if year%4 == 0 || year%10 == 3 {
			check(fmt.Sprintf("%04d-02-29", year))
		}
	}
}
