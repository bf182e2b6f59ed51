package care

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type instructionVector struct {
	Name, Day, Status, Verdict string
	Sheet                      json.RawMessage
	LastDay                    string `json:"last_day"`
	Others                     []json.RawMessage
}

func TestInstructionVectors(t *testing.T) {
	statuses, verdicts := map[string]bool{}, map[string]bool{}
	for _, c := range vectors[instructionVector](t, "instructions.json") {
		sheet := &carev1.PhysicianInstruction{}
		unmarshal(t, c.Sheet, sheet)
		if c.Verdict != "" {
			var others []*carev1.PhysicianInstruction
			for _, raw := range c.Others {
				o := &carev1.PhysicianInstruction{}
				unmarshal(t, raw, o)
				others = append(others, o)
			}
			if got := JudgeSpecial(sheet, others).String(); got != c.Verdict {
				t.Errorf("%s: %s, want %s", c.Name, got, c.Verdict)
			}
			verdicts[c.Verdict] = true
			continue
		}
		last, ok := InstructionLastDay(sheet)
		if got := InstructionStatusAt(sheet, c.Day).String(); got != c.Status || last != c.LastDay || ok != (c.LastDay != "") {
			t.Errorf("%s: %s, last day %q; want %s, %q", c.Name, got, last, c.Status, c.LastDay)
		}
		statuses[c.Status] = true
	}
	if len(statuses) != len(instructionStatusTitles) || len(verdicts) != len(specialTitles) {
		t.Errorf("the cases reach only %v and %v", statuses, verdicts)
	}
}

// A sheet that the contract takes is in force on exactly the days of its period, and the contract takes six months and
// not one day more, for every first day.
func TestInstructionPeriods(t *testing.T) {
	longest := map[carev1.InstructionType]func(time.Time) time.Time{
		1: func(d time.Time) time.Time { return monthsLater(d, 6) }, 4: func(d time.Time) time.Time { return monthsLater(d, 6) },
		2: func(d time.Time) time.Time { return d.AddDate(0, 0, 13) }, 5: func(d time.Time) time.Time { return d.AddDate(0, 0, 13) },
		3: func(d time.Time) time.Time { return d.AddDate(0, 0, 6) },
	}
	rapid.Check(t, func(t *rapid.T) {
		first := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 4000).Draw(t, "first"))
		kind := carev1.InstructionType(rapid.IntRange(1, 5).Draw(t, "type"))
		last := longest[kind](first)
		sheet := usualInstruction(kind, first, last)
		if v := Validate(sheet); v != nil {
			t.Fatalf("%s to %s: %v", sheet.PeriodFrom, sheet.PeriodTo, v)
		}
		for day, want := range map[time.Time]bool{first.AddDate(0, 0, -1): false, first: true, last: true, last.AddDate(0, 0, 1): false} {
			if got := InstructionStatusAt(sheet, day.Format(dayLayout)).InForce(); got != want {
				t.Fatalf("%s to %s: in force on %s is %v", sheet.PeriodFrom, sheet.PeriodTo, day.Format(dayLayout), got)
			}
		}
		if v := Validate(usualInstruction(kind, first, last.AddDate(0, 0, 1))); len(v) != 1 {
			t.Fatalf("a day more from %s is taken: %v", sheet.PeriodFrom, v)
		}
	})
}

// monthsLater returns the last day of n months from first, the first day included, counted day by day: the day before
// the same day of the month that comes n months later, or the end of that month if it has no such day.
func monthsLater(first time.Time, n int) time.Time {
	month := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, n, 0)
	last := month.AddDate(0, 0, -1)
	for last.AddDate(0, 0, 1).Month() == month.Month() && last.AddDate(0, 0, 1).Day() < first.Day() {
		last = last.AddDate(0, 0, 1)
	}
	return last
}

func usualInstruction(kind carev1.InstructionType, first, last time.Time) *carev1.PhysicianInstruction {
	return &carev1.PhysicianInstruction{
		Type: kind, PeriodFrom: first.Format(dayLayout), PeriodTo: last.Format(dayLayout), Issued: first.Format(dayLayout),
		Diagnoses: []*carev1.CodedText{{Text: "慢性心不全"}}, Physician: "佐藤 一郎", Clinic: "佐藤医院",
		State: carev1.InstructionState_INSTRUCTION_STATE_ISSUED, FrequentVisitsReason: "肺炎の急性増悪",
		Infusion: &carev1.Infusion{Text: "生食100mL"},
	}
}

func TestMonthWithoutALastDay(t *testing.T) {
	for i := range 1500 {
		first := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i)
		if got, want := lastOfMonthFrom(first), monthsLater(first, 1); !got.Equal(want) {
			t.Errorf("a month from %s ends on %s, want %s", first.Format(dayLayout), got.Format(dayLayout), want.Format(dayLayout))
		}
	}
}

func TestVerdictsAndStatusesAreNamed(t *testing.T) {
	for _, s := range []InstructionStatus{-1, 99} {
		if s.String() != "unclear" || s.InForce() {
			t.Errorf("%d is %s", int(s), s)
		}
	}
	if SpecialVerdict(99).String() != "not a special instruction" || SpecialVerdict(-1).String() != "not a special instruction" {
		t.Error("a verdict that does not exist has a name of its own")
	}
}
