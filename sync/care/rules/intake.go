package rules

import (
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Falling intake: below half of the usual meals for two days is watched, nothing for a day is reported. A meal counts with
// the mean of staple and side dish, in tenths.
const (
	intakeSpan    = 48 * time.Hour
	intakeUsual   = 12 * 24 * time.Hour // what is usual: the days before those two
	intakeDay     = 24 * time.Hour
	leastMeals    = 4  // of two days, so that one visit a day does not speak for all meals
	leastOfDay    = 3  // of one day
	leastUsual    = 6  // meals that what is usual rests on
	intakeNothing = 10 // sum over a day's meals in hundredths of a meal: two bites are nothing
	wholeMeal     = 100
)

// judgeIntake looks at a meal that was written down.
func judgeIntake(v *View, cause Seen) []Finding {
	if _, ok := eaten(cause.Record); !ok {
		return nil
	}
	at := cause.at()
	day, dayEvidence := v.meals(at.Add(-intakeDay), at)
	if len(day) >= leastOfDay && sum(day) <= intakeNothing {
		return []Finding{{
			Severity: Urgent, Evidence: dayEvidence, Observed: at, Topic: "intake", Rank: 1,
			Ja: "24時間ほとんど食べていません。", En: "Next to nothing was eaten for 24 hours.",
		}}
	}
	recent, evidence := v.meals(at.Add(-intakeSpan), at)
	usual, before := v.meals(at.Add(-intakeSpan-intakeUsual), at.Add(-intakeSpan))
	if len(recent) < leastMeals || len(usual) < leastUsual || 2*mean(recent) >= mean(usual) {
		return nil
	}
	return []Finding{{
		Severity: Notice, Evidence: limit(append(evidence, before...)), Observed: at, Topic: "intake",
		Ja: "2日間の食事量がふだんの半分未満です。", En: "Less than half of the usual meals was eaten for two days.",
	}}
}

// eaten is how much of a meal was eaten, in hundredths; false for what is no main meal or does not say.
func eaten(r *carev1.Record) (int, bool) { return eatenOf(r.GetBody().GetDailyCare()) }

func eatenOf(care *carev1.DailyCare) (int, bool) {
	m := care.GetMeal()
	if m == nil || m.GetTime() == carev1.MealTime_MEAL_TIME_SNACK || m.TubeMl != nil {
		return 0, false
	}
	parts, total := 0, 0
	for _, tenths := range []*uint32{m.StapleTenths, m.SideTenths} {
		if tenths != nil {
			parts, total = parts+1, total+int(*tenths)*10
		}
	}
	if parts == 0 {
		return 0, m.GetNotEatenReason() != ""
	}
	return total / parts, true
}

// meals returns what was eaten from one time until another, latest first.
func (v *View) meals(from, until time.Time) (amounts []int, evidence []Seen) {
	for s := range v.between(from, until) {
		if part, ok := eaten(s.Record); ok {
			amounts = append(amounts, part)
			if len(evidence) < maxEvidence {
				evidence = append(evidence, s)
			}
		}
	}
	return amounts, evidence
}

func sum(all []int) (total int) {
	for _, n := range all {
		total += n
	}
	return total
}

func mean(all []int) int { return sum(all) / max(len(all), 1) }
