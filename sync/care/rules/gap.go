package rules

import (
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// leastGap is how far apart two doses of a drug should lie, by how often a day it is given: 4 h, 6 h, 8 h. They are
// rules of thumb of package leaflets for missed doses; what the prescription says goes before them.
func leastGap(o *carev1.MedicationOrder) time.Duration {
	switch n := len(o.GetDosage().GetSlots()); {
	case n >= 3:
		return 4 * time.Hour
	case n == 2:
		return 6 * time.Hour
	}
	return longestGap
}

// longestGap is that of a drug that is given once a day, or of which nobody knows how often.
const longestGap = 8 * time.Hour

// plannedPart of the least gap still counts as too soon between two different planned doses of one order: breakfast and
// lunch lie closer together than any rule of thumb.
const plannedPart = 2

// prn is what the order says about giving it when needed; nil for a dose at set times.
func (d dose) prn() *carev1.Prn { return d.order.GetDosage().GetPrn() }

// gapOf is how far apart doses of an order lie: the interval that it asks for, else the least gap.
func gapOf(o *carev1.MedicationOrder) time.Duration {
	if minutes := o.GetDosage().GetPrn().GetMinIntervalMinutes(); minutes > 0 {
		return time.Duration(minutes) * time.Minute
	}
	return leastGap(o)
}

// tooNear tells whether two doses of one ingredient lie closer together than their orders ask for. Doses of one order for
// when it is needed have their own rule. Where one of two orders is for when it is needed, the longer gap of the two counts.
func (d dose) tooNear(other dose) bool {
	apart := d.at().Sub(other.at()).Abs()
	oneOrder := string(d.log.GetOrderId()) == string(other.log.GetOrderId())
	switch needed := d.prn() != nil || other.prn() != nil; {
	case needed && oneOrder:
		return false
	case needed && d.rescue(other):
		return apart < min(gapOf(d.order), gapOf(other.order))
	case needed:
		return apart < max(gapOf(d.order), gapOf(other.order))
	case oneOrder:
		return apart < leastGap(d.order)/plannedPart
	}
	return apart < leastGap(d.order)
}

// opioids are the beginnings of their YJ codes.
var opioids = []string{"811", "821"}

// rescue tells whether one of two doses is an opioid that is given when needed beside a regular one of the same prescriber
// (レスキュー薬): its order has an interval that was chosen for that.
func (d dose) rescue(other dose) bool {
	p := d.prn()
	if p == nil {
		p = other.prn()
	}
	return p.GetMinIntervalMinutes() > 0 && (d.prn() == nil || other.prn() == nil) && d.by != "" && d.by == other.by &&
		begins(d.drug().GetYjCode(), opioids)
}

// widestGap is the longest gap that may count between a dose and another one of its ingredient.
func (v *View) widestGap(d dose) time.Duration {
	widest := max(longestGap, gapOf(d.order))
	for _, s := range v.Standing {
		o := s.Record.GetBody().GetMedicationOrder()
		if o.GetDosage().GetPrn() != nil && sameIngredient(o.GetDrug(), d.drug()) {
			widest = max(widest, gapOf(o))
		}
	}
	return widest
}
