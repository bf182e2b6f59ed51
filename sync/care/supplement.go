package care

import (
	"errors"
	"slices"
	"time"
)

// ErrSupplementFormat: a supplement code has 8 digits and capital letters.
var ErrSupplementFormat = errors.New("care: a supplement code has 8 digits and capital letters")

// SupplementKind says what a supplement code adds to a dosage code.
type SupplementKind int

const (
	SupplementOther      SupplementKind = iota // well-formed, not decoded here: somebody reads the order
	SupplementUneven                           // V: the amount at one of the times of a day
	SupplementWeekdays                         // W: days of the week
	SupplementEveryOther                       // I: every other day, from the first day of the order
	SupplementDates                            // D: days of the month, of every month or of one
	SupplementWeekly                           // C: once a week, on a day that the code does not name
)

// supplementLength is the length of a supplement code in characters.
const supplementLength = 8

// Supplement is a decoded supplement code (補足用法コード) of the JAMI standard for prescription and injection orders, 8
// characters. Positions count from 1.
type Supplement struct {
	Kind     SupplementKind
	Time     int            // SupplementUneven: which time of the day, from 1 (position 2)
	Units    int            // SupplementUneven: how many units then (position 3)
	Weekdays []time.Weekday // SupplementWeekdays, Sunday first
	Month    time.Month     // SupplementDates: the month; 0: every month
	Days     []int          // SupplementDates: ascending
}

// ParseSupplementCode decodes a supplement code. Full-width and small letters are accepted. A well-formed code that is
// not decoded here comes back as SupplementOther without error.
func ParseSupplementCode(s string) (*Supplement, error) {
	s, err := fold(s)
	if err != nil {
		return nil, err
	}
	if len(s) != supplementLength || slices.ContainsFunc([]byte(s), func(c byte) bool { return usageValue(c) < 0 }) {
		return nil, ErrSupplementFormat
	}
	one, ok := &Supplement{}, false
	switch {
	case s[0] == 'V':
		one, ok = uneven(s)
	case s[0] == 'W':
		one, ok = weekdays(s[1:])
	case s[0] == 'D':
		one, ok = dates(s)
	case s == "I1100000":
		one, ok = &Supplement{Kind: SupplementEveryOther}, true
	case s == "CW100000":
		one, ok = &Supplement{Kind: SupplementWeekly}, true
	}
	if !ok {
		return &Supplement{}, nil
	}
	return one, nil
}

// uneven decodes position 2, the time of the day, and 3, the units; the rest is filled with N.
func uneven(s string) (*Supplement, bool) {
	one := &Supplement{Kind: SupplementUneven, Time: usageValue(s[1]), Units: usageValue(s[2])}
	return one, s[3:] == "NNNNN" && one.Time >= 1 && one.Time <= 9 && one.Units >= 1 && one.Units <= 9
}

// weekdays decodes one digit for each day of the week, 1 for a day on which it is given.
func weekdays(digits string) (*Supplement, bool) {
	one := &Supplement{Kind: SupplementWeekdays}
	for n := range len(digits) {
		switch digits[n] {
		case '0':
		case '1':
			one.Weekdays = append(one.Weekdays, time.Weekday(n))
		default:
			return nil, false
		}
	}
	return one, len(one.Weekdays) > 0
}

// dates decodes position 2, the month, 0 for every month and C for December, and up to six days: A is the 10th, V the
// 31st; the rest is filled with 0.
func dates(s string) (*Supplement, bool) {
	one := &Supplement{Kind: SupplementDates, Month: time.Month(usageValue(s[1]))}
	for n := 2; n < len(s) && s[n] != '0'; n++ {
		one.Days = append(one.Days, usageValue(s[n]))
	}
	fits := one.Month <= time.December && len(one.Days) > 0 && zeros(s[2+len(one.Days):])
	return one, fits && slices.IsSorted(one.Days) && one.Days[len(one.Days)-1] <= 31
}

// limitsDays tells whether the code says on which days the drug is given.
func (s *Supplement) limitsDays() bool { return s.Kind != SupplementUneven }

// holds tells whether the drug is given on the day, and whether that can be told: every other day is counted from the
// first day of the order.
func (s *Supplement) holds(day time.Time, first string) (given, known bool) {
	switch s.Kind {
	case SupplementWeekdays:
		return slices.Contains(s.Weekdays, day.Weekday()), true
	case SupplementDates:
		return (s.Month == 0 || s.Month == day.Month()) && slices.Contains(s.Days, day.Day()), true
	case SupplementEveryOther:
		begun, err := time.ParseInLocation(time.DateOnly, first, time.UTC)
		at := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
		return err == nil && daysBetween(begun, at)%2 == 0, err == nil
	default:
		return true, false
	}
}
