package main

import (
	"slices"
	"time"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// manyUnits is the most of a solid unit, in thousandths, that is taken at once without a question: 20 tablets are more than
// any usual dose, and 100 are a slip of the hand.
const manyUnits = 20_000

// solidUnits are counted by the piece.
var solidUnits = []string{"錠", "カプセル", "包", "個", "枚", "T", "C", "cap", "tablet"}

// What is asked about beside the values that the SDK judges: slips of a keyboard that has no list to choose from.
var (
	slotUnknown = doubt("dosage.slots",
		"服用時点に一般的でない名前があります。書き間違いでないか確かめてください。",
		"A slot has a name that is not a common one; see that it is not mistyped, and confirm it if this site uses it.")
	amountMany = doubt("dosage.amount_thousandths",
		"1回量が20を超えるので、確かめてください。",
		"The amount is above 20 at once; correct it, or confirm it if it is right.")
	drankNothing = doubt("fluid.ml",
		"水分が0mLです。飲まなかったことを残すのか、確かめてください。",
		"The amount drunk is 0 mL; correct it, or confirm it if nothing was drunk.")
)

func doubt(field, ja, en string) care.Finding {
	return care.Finding{Field: field, Severity: care.Unlikely, Ja: ja, En: en}
}

// doubts looks at a body as it was typed.
func doubts(body *carev1.Body) (found []care.Finding) {
	dosage := body.GetMedicationOrder().GetDosage()
	if slices.ContainsFunc(dosage.GetSlots(), unknownSlot) {
		found = append(found, slotUnknown)
	}
	if slices.Contains(solidUnits, dosage.GetUnit()) && dosage.GetAmountThousandths() > manyUnits {
		found = append(found, amountMany)
	}
	if fluid := body.GetDailyCare().GetFluid(); fluid != nil && fluid.GetMl() == 0 {
		found = append(found, drankNothing)
	}
	return found
}

// unknownSlot tells whether a slot has no words of its own.
func unknownSlot(slot string) bool {
	ja, _ := care.SlotTitle(slot)
	return ja == slot
}

// asked returns the question about what is doubtful in a body and was not in the record before; nil if there is none. What
// the SDK finds unlikely goes into the same question, for --confirm answers all of it. Nothing is asked about what the SDK
// refuses: it says so by itself.
func (e *env) asked(chart string, body, before *carev1.Body, at time.Time) error {
	known := doubts(before)
	own := slices.DeleteFunc(doubts(body), func(f care.Finding) bool { return slices.Contains(known, f) })
	if len(own) == 0 {
		return nil
	}
	found, err := e.tablet.Check(chart, body, at)
	if err != nil || slices.ContainsFunc(found, func(f care.Finding) bool { return f.Severity == care.Refused }) {
		return nil //nolint:nilerr // saving says it too, and in its own words
	}
	return &sdk.CheckError{Confirm: true, Findings: append(found, own...)}
}
