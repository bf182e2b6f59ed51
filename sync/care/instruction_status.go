package care

import (
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// How long before its end an instruction is to be renewed, in days. A sheet of six months has to be asked for in
// time; one of days is renewed only if the state asks for it.
const (
	RenewalDays      = 30
	RenewalDaysShort = 3
)

const dayLayout = "2006-01-02"

// InstructionStatus is what an instruction is worth on a day.
type InstructionStatus int

const (
	// InstructionUnclear: the sheet or the day has no readable date, or its type or state is newer than this build.
	// Nobody visits on it before somebody looked.
	InstructionUnclear InstructionStatus = iota
	// InstructionNotBegun: its period begins later.
	InstructionNotBegun
	// InstructionValid: in force.
	InstructionValid
	// InstructionEndsSoon: in force, and to be renewed now.
	InstructionEndsSoon
	// InstructionExpired: its period is over. A visit after it has no instruction.
	InstructionExpired
	// InstructionWithdrawn: withdrawn before its end, or replaced.
	InstructionWithdrawn
)

// InForce tells whether visits may rest on the instruction on that day.
func (s InstructionStatus) InForce() bool { return s == InstructionValid || s == InstructionEndsSoon }

// String returns the status in one word or two.
func (s InstructionStatus) String() string {
	_, en := InstructionStatusTitle(s)
	return en
}

// InstructionStatusTitle names a status for people.
func InstructionStatusTitle(s InstructionStatus) (ja, en string) {
	if s < 0 || int(s) >= len(instructionStatusTitles) {
		s = InstructionUnclear
	}
	return instructionStatusTitles[s].ja, instructionStatusTitles[s].en
}

var instructionStatusTitles = [...]title{
	InstructionUnclear:   {"要確認", "unclear"},
	InstructionNotBegun:  {"指示期間前", "not begun"},
	InstructionValid:     {"有効", "valid"},
	InstructionEndsSoon:  {"まもなく期限", "ends soon"},
	InstructionExpired:   {"期限切れ", "expired"},
	InstructionWithdrawn: {"取り消し", "withdrawn"},
}

// InstructionStatusAt returns what a sheet is worth on a day, YYYY-MM-DD in the patient's zone.
func InstructionStatusAt(i *carev1.PhysicianInstruction, day string) InstructionStatus {
	first, last, ok := instructionPeriod(i)
	at, err := time.Parse(dayLayout, day)
	if !ok || err != nil {
		return InstructionUnclear
	}
	switch i.GetState() {
	case carev1.InstructionState_INSTRUCTION_STATE_WITHDRAWN:
		return InstructionWithdrawn
	case carev1.InstructionState_INSTRUCTION_STATE_ISSUED:
	default:
		return InstructionUnclear
	}
	switch {
	case at.Before(first):
		return InstructionNotBegun
	case at.After(last):
		return InstructionExpired
	case daysBetween(at, last) < renewalDays(i.GetType()):
		return InstructionEndsSoon
	default:
		return InstructionValid
	}
}

// InstructionLastDay returns the last day of a sheet, YYYY-MM-DD: that which it gives, else that of the month which
// counts if it gives none. It answers false if a date cannot be read or the type is newer than this build.
func InstructionLastDay(i *carev1.PhysicianInstruction) (day string, ok bool) {
	_, last, ok := instructionPeriod(i)
	if !ok {
		return "", false
	}
	return last.Format(dayLayout), true
}

func instructionPeriod(i *carev1.PhysicianInstruction) (first, last time.Time, ok bool) {
	if !known(i.GetType()) {
		return first, last, false
	}
	first, err := time.Parse(dayLayout, i.GetPeriodFrom())
	if err != nil {
		return first, last, false
	}
	if i.GetPeriodTo() == "" {
		return first, lastOfMonthFrom(first), longInstruction(i.GetType())
	}
	last, err = time.Parse(dayLayout, i.GetPeriodTo())
	return first, last, err == nil
}

// lastOfMonthFrom returns the last day of a month that begins on this day: the 14th for the 15th, and the end of
// February for the 31st of January.
func lastOfMonthFrom(first time.Time) time.Time {
	next := time.Date(first.Year(), first.Month()+1, first.Day(), 0, 0, 0, 0, time.UTC)
	if next.Day() != first.Day() { // that month has no such day
		return next.AddDate(0, 0, -next.Day())
	}
	return next.AddDate(0, 0, -1)
}

// longInstruction tells whether sheets of this type last for months and may leave out their last day.
func longInstruction(t carev1.InstructionType) bool {
	return t == carev1.InstructionType_INSTRUCTION_TYPE_VISITING_NURSE || t == carev1.InstructionType_INSTRUCTION_TYPE_PSYCHIATRIC
}

func renewalDays(t carev1.InstructionType) int {
	if longInstruction(t) {
		return RenewalDays
	}
	return RenewalDaysShort
}

func daysBetween(a, b time.Time) int { return int(b.Sub(a) / (24 * time.Hour)) }
