package care

import (
	"errors"
	"slices"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// wakingCondition: external use writes a time of day as a condition of kind 5, such as 2H50B10000000000, eye drops on
// waking. It is not a drug given when needed.
const wakingCondition = "B1"

// minutesPerHour converts the interval of a dosage code, in hours, to that of Prn, in minutes.
const minutesPerHour = 60

// CheckOrder finds where the parts of an order do not say the same thing and the writer has not confirmed the field.
// All of it is Unlikely: a person decides which part is right. A dosage code that this build cannot decode is not
// judged.
func CheckOrder(o *carev1.MedicationOrder) []Finding {
	if o.GetDosage() == nil {
		return nil
	}
	return slices.DeleteFunc(checkDosage(o.GetDosage()), func(f Finding) bool {
		return slices.Contains(o.GetConfirmed(), f.Field)
	})
}

func checkDosage(d *carev1.Dosage) []Finding {
	found := againstSupplements(d)
	if d.GetPrn() != nil && len(d.GetSlots()) > 0 {
		found = append(found, orderSlotsAndPrn)
	}
	if d.GetUsageCode() == "" {
		if d.GetPrn() == nil && len(d.GetSlots()) == 0 && d.GetText() == "" {
			found = append(found, orderNoTime)
		}
		return found
	}
	u, err := ParseUsageCode(d.GetUsageCode())
	switch {
	case errors.Is(err, ErrUsageUnknown):
		return found
	case err != nil:
		return append(found, orderBadCode)
	case u.Kind == UsagePRN:
		return append(found, againstPrn(u, d.GetPrn())...)
	default:
		return append(found, againstSlots(u, d)...)
	}
}

// againstPrn finds a limit of the code that Prn drops or states otherwise. A limit that only Prn has is stricter and
// fine.
func againstPrn(u *Usage, prn *carev1.Prn) []Finding {
	if prn == nil {
		if u.Condition == wakingCondition {
			return nil
		}
		return []Finding{orderPrnMissing}
	}
	var found []Finding
	if u.MinIntervalHours > 0 && uint32(u.MinIntervalHours)*minutesPerHour != prn.GetMinIntervalMinutes() {
		found = append(found, orderInterval)
	}
	if u.MaxPerDay > 0 && uint32(u.MaxPerDay) != prn.GetMaxPerDay() {
		found = append(found, orderMaximum)
	}
	return found
}

// againstSlots compares the number of times, not the ids: a site may name its own slots.
func againstSlots(u *Usage, d *carev1.Dosage) []Finding {
	if u.Kind != UsageMeals && u.Kind != UsageHours {
		return nil
	}
	if d.GetPrn() != nil {
		return []Finding{orderNotPrn}
	}
	if u.TimesPerDay != len(d.GetSlots()) {
		return []Finding{orderTimes}
	}
	return nil
}

// againstSupplements finds a supplement code that cannot be read, and an uneven dose for a time that the day does not
// have, or that is named twice.
func againstSupplements(d *carev1.Dosage) []Finding {
	var found []Finding
	times := map[int]bool{}
	for _, code := range d.GetSupplementCodes() {
		one, err := ParseSupplementCode(code)
		switch {
		case err != nil:
			found = append(found, orderBadSupplement)
		case one.Kind == SupplementUneven:
			if one.Time > len(d.GetSlots()) || times[one.Time] {
				found = append(found, orderUneven)
			}
			times[one.Time] = true
		}
	}
	if len(times) > 0 && len(times) < len(d.GetSlots()) {
		found = append(found, orderUneven)
	}
	return slices.Compact(found)
}

// What CheckOrder finds.
var (
	orderBadCode = unlikelyOrder("dosage.usage_code",
		"用法コードを読み取れないので、処方箋と照らし合わせてください。",
		"The dosage code cannot be read; compare it with the prescription.")
	orderBadSupplement = unlikelyOrder("dosage.supplement_codes",
		"補足用法コードを読み取れないので、処方箋と照らし合わせてください。",
		"A supplement code cannot be read; compare it with the prescription.")
	orderUneven = unlikelyOrder("dosage.supplement_codes",
		"回ごとの量の指示が服用時点と合わないので、処方箋と照らし合わせてください。",
		"The amounts of the single doses do not fit the slots; compare them with the prescription.")
	orderSlotsAndPrn = unlikelyOrder("dosage.slots",
		"頓用なのに服用時点があるので、どちらが正しいか確かめてください。",
		"The order is given when needed and has slots as well; see which is right.")
	orderNoTime = unlikelyOrder("dosage.slots",
		"いつ服用するかの指示がないので、服用時点・頓用・用法の文のいずれかを入力してください。",
		"The order does not say when; enter slots, a condition or the dosage in words.")
	orderPrnMissing = unlikelyOrder("dosage.prn",
		"用法コードは頓用ですが頓用の指示がないので、処方箋と照らし合わせてください。",
		"The dosage code says when needed, but the order has no such limits; compare it with the prescription.")
	orderNotPrn = unlikelyOrder("dosage.prn",
		"用法コードは定時薬ですが頓用の指示があるので、処方箋と照らし合わせてください。",
		"The dosage code is a schedule, but the order is given when needed; compare it with the prescription.")
	orderInterval = unlikelyOrder("dosage.prn.min_interval_minutes",
		"最短間隔が用法コードと異なるので、処方箋と照らし合わせてください。",
		"The least interval differs from the dosage code; compare it with the prescription.")
	orderMaximum = unlikelyOrder("dosage.prn.max_per_day",
		"1日の上限回数が用法コードと異なるので、処方箋と照らし合わせてください。",
		"The most doses a day differ from the dosage code; compare it with the prescription.")
	orderTimes = unlikelyOrder("dosage.slots",
		"服用時点の数が用法コードの1日回数と異なるので、処方箋と照らし合わせてください。",
		"The number of slots differs from the dosage code; compare it with the prescription.")
)

func unlikelyOrder(field, ja, en string) Finding {
	return Finding{Field: field, Severity: Unlikely, Ja: ja, En: en}
}
