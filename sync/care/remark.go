package care

import (
	"slices"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Remark is something that a reader has to know beside a record, and that the record does not say itself: it follows from
// the day, from the other records of the chart, or from who wrote it. It is computed wherever the record is shown, and
// never stored. It contains dates, and never a name or what the record says.
type Remark struct{ Ja, En string }

// Remarks says what a reader has to know beside a record now, in the zone of Japan. others are the records of its kind in
// its stream, in any order, the record itself among them or not; a retracted or erased one counts nowhere. If they are nil
// and not just empty, nobody has looked, and what only they tell is left out. Nil: there is nothing to say.
func Remarks(r *carev1.Record, others []*carev1.Record, now time.Time) []Remark {
	if !stands(r) {
		return nil
	}
	var all []Remark
	if Unconfirmed(r) {
		all = append(all, Remark{"代行入力：医師の確認前", "typed in from paper; not yet confirmed by the physician"})
	}
	for _, d := range Decisions(r) {
		on := ""
		if at := d.Decision.GetAt(); at.IsValid() {
			on = at.AsTime().In(japan).Format(dayLayout)
		}
		all = append(all, Remark{"重複ではないと判断済み" + bracketed("（", on, "）"), "decided to be no duplicate" + bracketed(" on ", on, "")})
	}
	all = append(all, scaleRemarks(r)...)
	if sheet := r.GetBody().GetInstruction(); sheet != nil {
		day := now.In(japan).Format(dayLayout)
		all = append(all, periodRemarks(sheet, otherSheets(r, others, false), day)...)
		if others != nil {
			all = append(all, specialRemarks(sheet, otherSheets(r, others, true))...)
		}
	}
	return all
}

// otherSheets returns the sheets beside r that stand; with `before`, of special ones only those that were issued before it,
// because it is the later one that may be one too many.
func otherSheets(r *carev1.Record, others []*carev1.Record, before bool) []*carev1.PhysicianInstruction {
	sheet := r.GetBody().GetInstruction()
	var all []*carev1.PhysicianInstruction
	for _, o := range others {
		other := o.GetBody().GetInstruction()
		if other == nil || !stands(o) || string(o.GetId()) == string(r.GetId()) {
			continue
		}
		later := other.GetIssued() > sheet.GetIssued() ||
			other.GetIssued() == sheet.GetIssued() && string(o.GetId()) > string(r.GetId())
		if _, special := ordinaryOf(other.GetType()); before && special && later {
			continue
		}
		all = append(all, other)
	}
	return all
}

// periodRemarks say what the sheet is worth on a day, unless it is simply in force. One that ends soon is not asked for
// again once its successor is there.
func periodRemarks(sheet *carev1.PhysicianInstruction, others []*carev1.PhysicianInstruction, day string) []Remark {
	status := InstructionStatusAt(sheet, day)
	ja, en := InstructionStatusTitle(status)
	last, _ := InstructionLastDay(sheet)
	switch status {
	case InstructionUnclear:
		return []Remark{{"指示書：" + ja, "instruction: " + en}}
	case InstructionNotBegun:
		return []Remark{{"指示書：" + ja + "（" + sheet.GetPeriodFrom() + "から）", "instruction: " + en + ", from " + sheet.GetPeriodFrom()}}
	case InstructionEndsSoon:
		if succeeded(sheet, last, others) {
			return nil
		}
		return []Remark{{"指示書：" + ja + "（" + last + "まで）", "instruction: " + en + ", on " + last}}
	case InstructionExpired:
		return []Remark{{"指示書：" + ja + "（" + last + "まで）", "instruction: " + en + " on " + last}}
	default: // in force; or withdrawn, which the record says itself
		return nil
	}
}

// succeeded tells whether another sheet of the same type is in force on the day after the last one.
func succeeded(sheet *carev1.PhysicianInstruction, last string, others []*carev1.PhysicianInstruction) bool {
	day, err := time.Parse(dayLayout, last)
	return err == nil && slices.ContainsFunc(others, func(o *carev1.PhysicianInstruction) bool {
		return o.GetType() == sheet.GetType() && InstructionStatusAt(o, day.AddDate(0, 0, 1).Format(dayLayout)).InForce()
	})
}

// specialRemarks say what speaks against a special sheet beside the others; nothing of one that was withdrawn.
func specialRemarks(sheet *carev1.PhysicianInstruction, others []*carev1.PhysicianInstruction) []Remark {
	verdict := JudgeSpecial(sheet, others)
	if sheet.GetState() == carev1.InstructionState_INSTRUCTION_STATE_WITHDRAWN || verdict == SpecialNotOne || verdict == SpecialAllowed {
		return nil
	}
	ja, en := SpecialVerdictTitle(verdict)
	return []Remark{{"特別指示書：" + ja, "special instruction: " + en}}
}
