package care

import (
	"regexp"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// What the parser takes, the contract takes, and the canonical text means the same.
func FuzzParseJCS(f *testing.F) {
	for _, c := range vectors[jcsVector](f, "jcs.json") {
		f.Add(c.Input)
	}
	f.Fuzz(func(t *testing.T, s string) {
		j, err := ParseJCS(s)
		if err != nil {
			return
		}
		again, err := ParseJCS(FormatJCS(j))
		if err != nil || !proto.Equal(j, again) {
			t.Errorf("%q: %v, again %v, %v", s, j, again, err)
		}
		if v := Validate(j); v != nil {
			t.Errorf("%q: %v", s, v)
		}
	})
}

func FuzzParseTemperature(f *testing.F) {
	for _, c := range vectors[readingVector](f, "readings.json") {
		f.Add(c.Input)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tenths, err := ParseTemperature(s)
		if err != nil {
			return
		}
		again, err := ParseTemperature(decimal(int64(tenths), 10, 1))
		if tenths < 10000 && (err != nil || again != tenths) || tenths < 0 || tenths > 10000 {
			t.Errorf("%q: %d, again %d, %v", s, tenths, again, err)
		}
	})
}

func FuzzParseGlucose(f *testing.F) {
	for _, c := range vectors[readingVector](f, "readings.json") {
		f.Add(c.Input)
	}
	f.Fuzz(func(t *testing.T, s string) {
		g, err := ParseGlucose(s)
		if (g == nil) != (err != nil) || g.GetMgPerDl() > 9999 {
			t.Errorf("%q: %v, %v", s, g, err)
		}
	})
}

var slotPattern = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// What a code decodes to fits the contract, and an order that follows it has nothing to be asked about.
func FuzzParseUsageCode(f *testing.F) {
	for _, c := range vectors[usageVector](f, "usage_code.json") {
		f.Add(c.Input)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := ParseUsageCode(s)
		if err != nil {
			if u != nil {
				t.Errorf("%q: %v with %v", s, u, err)
			}
			return
		}
		d := &carev1.Dosage{UsageCode: s, Slots: u.Slots, Text: "x"}
		for len(d.Slots) < u.TimesPerDay && u.Kind == UsageHours {
			d.Slots = append(d.Slots, hourSlot(len(d.Slots)))
		}
		if u.Kind == UsagePRN {
			d.Prn = &carev1.Prn{MinIntervalMinutes: uint32(u.MinIntervalHours) * 60, MaxPerDay: uint32(u.MaxPerDay)}
		}
		if found := CheckOrder(&carev1.MedicationOrder{Dosage: d}); found != nil {
			t.Errorf("%q: %v", s, found)
		}
		if slices.ContainsFunc(u.Slots, func(id string) bool { return !slotPattern.MatchString(id) }) ||
			u.MinIntervalHours > 12 || u.MaxPerDay > 12 || u.MinIntervalHours < 0 || u.MaxPerDay < 0 {
			t.Errorf("%q: %+v", s, u)
		}
	})
}

// Full-width digits and letters mean what the plain ones mean.
func TestWidthDoesNotMatter(t *testing.T) {
	wide := func(s string) string {
		out := []rune(s)
		for i, r := range out {
			if r > ' ' && r <= '~' {
				out[i] = r - '!' + '！'
			}
		}
		return string(out)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9A-Z.,\-]{0,20}`).Draw(t, "text")
		j1, e1 := ParseJCS(s)
		j2, e2 := ParseJCS(wide(s))
		t1, e3 := ParseTemperature(s)
		t2, e4 := ParseTemperature(wide(s))
		if e1 != e2 || e3 != e4 || t1 != t2 || !proto.Equal(j1, j2) {
			t.Fatalf("%q: %v %v, %v %v", s, e1, e2, e3, e4)
		}
	})
}
