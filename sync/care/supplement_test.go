package care

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type supplementVector struct {
	Input, Error, Kind, Ja, En string
	Time, Units, Month         int
	Weekdays, Days             []int
}

func TestSupplementCodeVectors(t *testing.T) {
	failures := map[string]error{"format": ErrSupplementFormat, "length": ErrTooLong}
	names := []string{SupplementOther: "other", SupplementUneven: "uneven", SupplementWeekdays: "weekdays",
		SupplementEveryOther: "every-other", SupplementDates: "dates", SupplementWeekly: "weekly"}
	for _, c := range vectors[supplementVector](t, "supplement_code.json") {
		got, err := ParseSupplementCode(c.Input)
		if failed(t, c.Input, c.Error, failures, got, err) {
			continue
		}
		have := supplementVector{Input: c.Input, Kind: names[got.Kind], Time: got.Time, Units: got.Units, Month: int(got.Month), Days: got.Days}
		for _, d := range got.Weekdays {
			have.Weekdays = append(have.Weekdays, int(d))
		}
		have.Ja, have.En = got.Title("錠")
		if a, b := text(t, have), text(t, c); a != b {
			t.Errorf("%q:\n got %s\nwant %s", c.Input, a, b)
		}
	}
}

// The days on which an order is given, by its codes, within a month and a year that begin on a Sunday.
func TestDaysOfSupplementCodes(t *testing.T) {
	for name, c := range map[string]struct {
		codes []string
		first string
		want  []int
		check bool
	}{
		"every day":                        {nil, "", nil, false},
		"uneven doses are for every day":   {[]string{"V11NNNNN", "V22NNNNN"}, "", nil, false},
		"Monday and Thursday":              {[]string{"W0100100"}, "", []int{2, 5, 9, 12, 16, 19, 23, 26, 30}, false},
		"two codes of days of the week":    {[]string{"W0100000", "W0000100"}, "", []int{2, 5, 9, 12, 16, 19, 23, 26, 30}, false},
		"every other day":                  {[]string{"I1100000"}, "2026-10-30", []int{1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29}, false},
		"every other day from nowhere":     {[]string{"I1100000"}, "", nil, true},
		"days of every month":              {[]string{"D0AK0000"}, "", []int{10, 20}, false},
		"days of another month":            {[]string{"DCAK0000"}, "", []int{}, false},
		"this month and every month":       {[]string{"D0A00000", "DBV00000", "DBU00000"}, "", []int{10, 30}, false},
		"once a week, nobody knows when":   {[]string{"CW100000"}, "", nil, true},
		"not decoded":                      {[]string{"I1200000"}, "", nil, true},
		"not decoded beside days":          {[]string{"W0100100", "I1200000"}, "", nil, true},
		"days of the week and every other": {[]string{"W0100100", "I1100000"}, "2026-11-01", nil, true},
	} {
		codes := supplementsOf(&carev1.Dosage{SupplementCodes: c.codes})
		var got []int
		for n := range 30 {
			given, check := codes.on(time.Date(2026, 11, n+1, 0, 0, 0, 0, japan), c.first)
			if given {
				got = append(got, n+1)
			}
			if check != c.check {
				t.Errorf("%s: day %d: to be looked at: %v", name, n+1, check)
			}
		}
		want := c.want
		if want == nil {
			for n := range 30 {
				want = append(want, n+1)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestUnevenAmounts(t *testing.T) {
	for name, c := range map[string]struct {
		codes, slots []string
		want         []uint32
	}{
		"even":                       {nil, []string{"after-breakfast", "tea-time"}, []uint32{1000, 1000}},
		"four, two, one":             {[]string{"V31NNNNN", "V14NNNNN", "V22NNNNN"}, []string{"after-dinner", "after-breakfast", "after-lunch"}, []uint32{1000, 4000, 2000}},
		"one time without a code":    {[]string{"V14NNNNN"}, []string{"after-breakfast", "after-dinner"}, []uint32{4000, 0}},
		"two amounts for one time":   {[]string{"V14NNNNN", "V12NNNNN"}, []string{"after-breakfast"}, []uint32{0}},
		"a slot nobody knows":        {[]string{"V14NNNNN", "V22NNNNN"}, []string{"after-breakfast", "tea-time"}, []uint32{0, 0}},
		"a code that is not decoded": {[]string{"V1A5NNNN"}, []string{"after-breakfast"}, []uint32{0}},
		"on certain days":            {[]string{"W0100100"}, []string{"after-breakfast"}, []uint32{1000}},
	} {
		d := &carev1.Dosage{AmountThousandths: 1000, SupplementCodes: c.codes, Slots: c.slots}
		for n, slot := range c.slots {
			if got := supplementsOf(d).amount(d, slot); got != c.want[n] {
				t.Errorf("%s: %s: %d, want %d", name, slot, got, c.want[n])
			}
		}
	}
}

func TestOrdersWithSupplementCodes(t *testing.T) {
	for name, c := range map[string]struct {
		codes, slots []string
		want         int
	}{
		"days":                     {[]string{"W0100100"}, []string{"after-breakfast"}, 0},
		"an amount for each":       {[]string{"V14NNNNN", "V22NNNNN"}, []string{"after-breakfast", "after-dinner"}, 0},
		"one amount of two":        {[]string{"V14NNNNN"}, []string{"after-breakfast", "after-dinner"}, 1},
		"an amount for no time":    {[]string{"V14NNNNN", "V22NNNNN"}, []string{"after-breakfast"}, 1},
		"two amounts for one time": {[]string{"V14NNNNN", "V12NNNNN"}, []string{"after-breakfast", "after-dinner"}, 1},
		"not readable":             {[]string{"W010-100"}, []string{"after-breakfast"}, 1},
	} {
		o := usualOrder()
		o.Dosage.UsageCode, o.Dosage.SupplementCodes, o.Dosage.Slots = "", c.codes, c.slots
		found := CheckOrder(o)
		if len(found) != c.want || c.want > 0 && (found[0].Field != "dosage.supplement_codes" || found[0].Severity != Unlikely) {
			t.Errorf("%s: %+v", name, found)
		}
		o.Confirmed = []string{"dosage.supplement_codes"}
		if found := CheckOrder(o); len(found) > 0 {
			t.Errorf("%s: confirmed, and still %+v", name, found)
		}
	}
}

// Whatever the code: it is refused for its form, or has words, or says that it is not decoded; and it asks for a dose on
// at least one day of four years, or for a look at the order.
func TestSupplementCodesWhatever(t *testing.T) {
	letters := []byte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	rapid.Check(t, func(t *rapid.T) {
		code := string(rapid.SliceOfN(rapid.SampledFrom(letters), 7, 9).Draw(t, "rest"))
		if rapid.Bool().Draw(t, "likely") {
			code = rapid.SampledFrom([]string{"V", "W", "D", "I", "CW"}).Draw(t, "first") + code
			code = code[:8]
		}
		one, err := ParseSupplementCode(code)
		if (err == nil) != (len(code) == supplementLength) {
			t.Fatalf("%s: %v", code, err)
		}
		if err != nil {
			return
		}
		if ja, en := one.Title("錠"); (ja == "") != (one.Kind == SupplementOther) || (en == "") != (ja == "") {
			t.Fatalf("%s: %q, %q", code, ja, en)
		}
		days := supplementsOf(&carev1.Dosage{SupplementCodes: []string{code}})
		for n := range 4*365 + 1 {
			if given, _ := days.on(time.Date(2024, 1, 1+n, 0, 0, 0, 0, japan), "2024-01-01"); given {
				return
			}
		}
		if one.Month != 2 && one.Month != 4 && one.Month != 6 && one.Month != 9 && one.Month != 11 { // the 31st of such a month
			t.Fatalf("%s is never given", code)
		}
	})
}
