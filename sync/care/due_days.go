package care

import (
	"slices"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// thousandths is what one unit of a drug counts as.
const thousandths = 1000

// supplements are the supplement codes of an order, as far as they can be read.
type supplements struct {
	codes   []*Supplement
	unclear bool // some code cannot be read here, or several limit the days in different ways
}

func supplementsOf(d *carev1.Dosage) supplements {
	var all supplements
	kind := SupplementOther
	for _, code := range d.GetSupplementCodes() {
		one, err := ParseSupplementCode(code)
		if err != nil || one.Kind == SupplementOther {
			all.unclear = true
			continue
		}
		if one.limitsDays() {
			all.unclear = all.unclear || kind != SupplementOther && kind != one.Kind
			kind = one.Kind
		}
		all.codes = append(all.codes, one)
	}
	return all
}

// on tells whether the order asks for doses on the day, and whether somebody has to read the order to be sure. Several
// codes of one kind add up: the 10th of every month and the 25th of December. What cannot be told counts as a day on
// which it is given.
func (s supplements) on(day time.Time, first string) (given, check bool) {
	limited := false
	for _, one := range s.codes {
		if !one.limitsDays() {
			continue
		}
		is, known := one.holds(day, first)
		limited, given, check = true, given || is, check || !known
	}
	check = check || s.unclear
	return given || check || !limited, check
}

// amount returns the ordered amount at a slot in thousandths of the unit. An uneven dose counts the times of the day in
// their order. 0: not clear, because a code cannot be read, one of the times has no code, or nobody here knows in which
// order the slots come.
func (s supplements) amount(d *carev1.Dosage, slot string) uint32 {
	if s.unclear {
		return 0
	}
	if !slices.ContainsFunc(s.codes, func(one *Supplement) bool { return one.Kind == SupplementUneven }) {
		return d.GetAmountThousandths()
	}
	nth := slices.Index(inOrder(d.GetSlots()), slot) + 1
	found := uint32(0)
	for _, one := range s.codes {
		if one.Kind == SupplementUneven && one.Time == nth {
			if found != 0 {
				return 0 // two amounts for one time
			}
			found = uint32(one.Units) * thousandths
		}
	}
	return found
}

// inOrder returns the slots in the order of the day; nil if it is not known.
func inOrder(slots []string) []string {
	sorted := slices.Clone(slots)
	slices.SortFunc(sorted, func(a, b string) int {
		x, _ := slotMinute(a)
		y, _ := slotMinute(b)
		return x - y
	})
	if slices.ContainsFunc(slots, func(s string) bool { _, ok := slotMinute(s); return !ok }) {
		return nil
	}
	return sorted
}
