package care

import (
	"errors"
	"slices"
)

// Errors of ParseUsageCode.
var (
	ErrUsageFormat  = errors.New("care: a dosage code has 16 digits and capital letters")
	ErrUsageTimes   = errors.New("care: the dosage code names another number of times than of points of the day")
	ErrUsageUnknown = errors.New("care: the dosage code uses a value that is not known here")
)

// UsageKind is position 3 of a dosage code.
type UsageKind int

const (
	UsageOther UsageKind = iota // well-formed, not decoded here: kinds of external use and injection
	UsageMeals                  // 1: by meals, waking, bedtime or the clock
	UsageHours                  // 2: every n hours
	UsageEvent                  // 4: at an event
	UsagePRN                    // 5: when needed (頓用)
)

// usageLength is the length of a dosage code in characters.
const usageLength = 16

// Usage is a decoded dosage code of the JAMI standard for prescription and injection orders
// (処方・注射オーダ標準用法規格, 16 characters). Positions count from 1.
type Usage struct {
	Method      string // positions 1 and 2, such as "10" by mouth
	Kind        UsageKind
	TimesPerDay int      // 0: not said
	Slots       []string // UsageMeals: slot ids in the order of the day
	EveryHours  int      // UsageHours
	Condition   string   // UsageEvent and UsagePRN: positions 5 and 6

	// UsagePRN: the least interval in hours (position 8) and most doses a day (position 9). 0: none ordered.
	MinIntervalHours int
	MaxPerDay        int
}

// ParseUsageCode decodes a dosage code. Full-width and small letters are accepted. A well-formed code of a kind that
// is not decoded here comes back as UsageOther without error.
func ParseUsageCode(s string) (*Usage, error) {
	s, err := fold(s)
	if err != nil {
		return nil, err
	}
	if len(s) != usageLength || slices.ContainsFunc([]byte(s), func(c byte) bool { return usageValue(c) < 0 }) {
		return nil, ErrUsageFormat
	}
	u := &Usage{Method: s[:2]}
	if err := u.decode(s); err != nil {
		return nil, err
	}
	return u, nil
}

func (u *Usage) decode(s string) error {
	switch s[2] {
	case '1':
		return u.meals(s)
	case '2':
		return u.hours(s)
	case '4':
		u.Kind, u.TimesPerDay, u.Condition = UsageEvent, usageValue(s[3]), s[4:6]
		return nil
	case '5':
		return u.whenNeeded(s)
	default:
		return nil
	}
}

// usageValue returns the value of a digit or a capital letter, A being 10; -1 for any other byte.
func usageValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	default:
		return -1
	}
}

// lastUsageCount is the greatest count that the standard writes in one character: C, 12.
const lastUsageCount = 12

// meals decodes position 4 times a day, 5 bedtime, 6 dinner, 7 lunch, 8 breakfast, 9 waking, 10 the clock hour as a
// letter: A is 0:00, P is 15:00.
func (u *Usage) meals(s string) error {
	u.Kind, u.TimesPerDay = UsageMeals, usageValue(s[3])
	if s[8] != '0' && s[8] != '9' || s[4] != '0' && s[4] != '1' || !zeros(s[10:]) {
		return ErrUsageUnknown
	}
	if s[8] == '9' {
		u.Slots = append(u.Slots, SlotWakeUp)
	}
	for _, m := range []struct {
		slots meal
		digit byte
	}{{breakfast, s[7]}, {lunch, s[6]}, {dinner, s[5]}} {
		n := usageValue(m.digit)
		if n >= len(m.slots) {
			return ErrUsageUnknown
		}
		if n > 0 {
			u.Slots = append(u.Slots, m.slots[n])
		}
	}
	if s[4] == '1' {
		u.Slots = append(u.Slots, SlotBedtime)
	}
	if s[9] != '0' {
		if s[9] < 'A' || s[9] > 'X' {
			return ErrUsageUnknown
		}
		u.Slots = append(u.Slots, hourSlot(int(s[9]-'A')))
	}
	if len(u.Slots) != u.TimesPerDay {
		return ErrUsageTimes
	}
	return nil
}

// hours decodes position 4, the times a day: 2 is every 12 hours, C every 2.
func (u *Usage) hours(s string) error {
	u.Kind, u.TimesPerDay = UsageHours, usageValue(s[3])
	if u.TimesPerDay == 0 || u.TimesPerDay > lastUsageCount || 24%u.TimesPerDay != 0 || !zeros(s[4:]) {
		return ErrUsageUnknown
	}
	u.EveryHours = 24 / u.TimesPerDay
	return nil
}

// whenNeeded decodes positions 5 and 6, the condition, 8, the least interval, and 9, the most doses a day.
func (u *Usage) whenNeeded(s string) error {
	u.Kind, u.Condition = UsagePRN, s[4:6]
	u.MinIntervalHours, u.MaxPerDay = usageValue(s[7]), usageValue(s[8])
	if s[3] != '0' || s[6] != '0' || !zeros(s[9:]) ||
		u.MinIntervalHours > lastUsageCount || u.MaxPerDay > lastUsageCount {
		return ErrUsageUnknown
	}
	return nil
}

func zeros(s string) bool {
	_, rest := leading(s, func(c byte) bool { return c == '0' })
	return rest == ""
}
