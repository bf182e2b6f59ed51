package care

import (
	"slices"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// leastDripDays is how many days a week drips are given at least, by the rule of payment.
const leastDripDays = 3

// CheckInstruction finds where the parts of a sheet do not say the same thing and the writer has not confirmed the
// field. All of it is Unlikely: the paper decides. It looks at one sheet alone; JudgeSpecial looks at the others too.
func CheckInstruction(i *carev1.PhysicianInstruction) []Finding {
	var found []Finding
	if i.GetPeriodTo() == "" && longInstruction(i.GetType()) {
		found = append(found, instructionNoEnd)
	}
	found = append(found, checkSecond(i)...)
	if drip := i.GetInfusion(); drip != nil {
		if n := drip.GetDaysPerWeek(); n > 0 && n < leastDripDays {
			found = append(found, dripTooSeldom)
		}
		if dripOutside(i, drip) {
			found = append(found, dripOutsidePeriod)
		}
	}
	return slices.DeleteFunc(found, func(f Finding) bool { return slices.Contains(i.GetConfirmed(), f.Field) })
}

// checkSecond holds the reason for a second special instruction against what the sheet says elsewhere.
func checkSecond(i *carev1.PhysicianInstruction) []Finding {
	_, special := ordinaryOf(i.GetType())
	switch reason := i.GetSecondSpecialReason(); {
	case reason == carev1.SecondSpecialReason_SECOND_SPECIAL_REASON_UNSPECIFIED:
		return nil
	case !special:
		return []Finding{secondNotSpecial}
	case reason == carev1.SecondSpecialReason_SECOND_SPECIAL_REASON_TRACHEAL_CANNULA && !hasCannula(i):
		return []Finding{secondNoCannula}
	case reason == carev1.SecondSpecialReason_SECOND_SPECIAL_REASON_DEEP_PRESSURE_ULCER && !deepUlcer(i.GetPressureUlcer()):
		return []Finding{secondNoUlcer}
	default:
		return nil
	}
}

func hasCannula(i *carev1.PhysicianInstruction) bool {
	return slices.ContainsFunc(i.GetDevices(), func(d *carev1.MedicalDevice) bool {
		return d.GetType() == carev1.DeviceType_DEVICE_TYPE_TRACHEAL_CANNULA
	})
}

// deepUlcer: beyond the dermis, D3 to D5 of DESIGN-R, stage III or IV of NPUAP. One whose depth cannot be judged, or
// that stands in words only, is for a person to judge.
func deepUlcer(u *carev1.PressureUlcer) bool {
	d := u.GetDesignR()
	return d >= carev1.DesignRDepth_DESIGN_R_DEPTH_D3 && d <= carev1.DesignRDepth_DESIGN_R_DEPTH_D5 ||
		u.GetNpuap() >= carev1.NpuapStage_NPUAP_STAGE_III
}

// dripOutside: the drips begin before the sheet or end after it.
func dripOutside(i *carev1.PhysicianInstruction, drip *carev1.Infusion) bool {
	last, ok := InstructionLastDay(i)
	return drip.GetPeriodFrom() != "" && drip.GetPeriodFrom() < i.GetPeriodFrom() || ok && drip.GetPeriodTo() > last
}

// What CheckInstruction finds.
var (
	instructionNoEnd = unlikelyOrder("period_to",
		"指示期間の終わりがないと1か月の指示になるので、指示書を確かめてください。",
		"Without a last day the instruction counts for one month; look at the sheet.")
	secondNotSpecial = unlikelyOrder("second_special_reason",
		"月2回目の理由は特別指示書だけのものなので、種類か理由を確かめてください。",
		"The reason for a second one in a month belongs to special instructions only; check the type or the reason.")
	secondNoCannula = unlikelyOrder("second_special_reason",
		"理由は気管カニューレですが医療機器の欄にないので、指示書を確かめてください。",
		"The reason is a tracheal cannula, but the devices name none; look at the sheet.")
	secondNoUlcer = unlikelyOrder("second_special_reason",
		"理由は真皮を越える褥瘡ですが褥瘡の深さと合わないので、指示書を確かめてください。",
		"The reason is a pressure ulcer beyond the dermis, but its depth does not say so; look at the sheet.")
	dripTooSeldom = unlikelyOrder("infusion.days_per_week",
		"点滴注射の指示は週3日以上が前提なので、日数を確かめてください。",
		"Drips are ordered for at least three days a week; check the number of days.")
	dripOutsidePeriod = unlikelyOrder("infusion",
		"点滴注射の期間が指示期間の外に出ているので、日付を確かめてください。",
		"The days of the drips lie outside the period of the sheet; check the dates.")
)
