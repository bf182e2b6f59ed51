package care

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// SpecialVerdict says whether a special instruction (特別訪問看護指示書) may stand beside the other sheets of a patient.
type SpecialVerdict int

const (
	// SpecialNotOne: the sheet is no special instruction; there is nothing to count.
	SpecialNotOne SpecialVerdict = iota
	// SpecialAllowed: it is the first of its calendar month, or the second with one of the two reasons.
	SpecialAllowed
	// SpecialNeedsReason: it is the second of its calendar month, which only 気管カニューレ or 真皮を越える褥瘡 allow.
	SpecialNeedsReason
	// SpecialTooMany: a calendar month never has a third.
	SpecialTooMany
	// SpecialNeedsInstruction: no ordinary instruction of its kind is in force on its first day.
	SpecialNeedsInstruction
)

// String returns the verdict in English.
func (v SpecialVerdict) String() string {
	_, en := SpecialVerdictTitle(v)
	return en
}

// SpecialVerdictTitle says for people what a verdict means.
func SpecialVerdictTitle(v SpecialVerdict) (ja, en string) {
	if v < 0 || int(v) >= len(specialTitles) {
		v = SpecialNotOne
	}
	return specialTitles[v].ja, specialTitles[v].en
}

var specialTitles = [...]title{
	SpecialNotOne:           {"特別指示書ではない", "not a special instruction"},
	SpecialAllowed:          {"交付できる", "allowed"},
	SpecialNeedsReason:      {"月2回目の交付には理由が必要", "second of the month without a reason"},
	SpecialTooMany:          {"同じ月に3回目の交付はできない", "third of the month"},
	SpecialNeedsInstruction: {"有効な訪問看護指示書がない", "no instruction in force"},
}

// JudgeSpecial judges a special instruction against the other sheets of the patient, at most one stream's; withdrawn
// ones count nowhere. A month is that of the day of issue. The sheet itself must not be among the others.
func JudgeSpecial(sheet *carev1.PhysicianInstruction, others []*carev1.PhysicianInstruction) SpecialVerdict {
	base, special := ordinaryOf(sheet.GetType())
	if !special {
		return SpecialNotOne
	}
	inForce, sameMonth := false, 0
	for _, o := range others {
		if o.GetState() == carev1.InstructionState_INSTRUCTION_STATE_WITHDRAWN {
			continue
		}
		if o.GetType() == base && InstructionStatusAt(o, sheet.GetPeriodFrom()).InForce() {
			inForce = true
		}
		if o.GetType() == sheet.GetType() && monthOf(o.GetIssued()) == monthOf(sheet.GetIssued()) {
			sameMonth++
		}
	}
	switch {
	case !inForce:
		return SpecialNeedsInstruction
	case sameMonth > 1:
		return SpecialTooMany
	case sameMonth == 1 && !known(sheet.GetSecondSpecialReason()):
		return SpecialNeedsReason
	default:
		return SpecialAllowed
	}
}

// ordinaryOf returns the type of sheet that a special one stands beside; false if the type is no special one.
func ordinaryOf(t carev1.InstructionType) (carev1.InstructionType, bool) {
	switch t {
	case carev1.InstructionType_INSTRUCTION_TYPE_SPECIAL:
		return carev1.InstructionType_INSTRUCTION_TYPE_VISITING_NURSE, true
	case carev1.InstructionType_INSTRUCTION_TYPE_PSYCHIATRIC_SPECIAL:
		return carev1.InstructionType_INSTRUCTION_TYPE_PSYCHIATRIC, true
	default:
		return 0, false
	}
}

// monthOf returns YYYY-MM of a date.
func monthOf(day string) string { return day[:min(len(day), len("2026-11"))] }
