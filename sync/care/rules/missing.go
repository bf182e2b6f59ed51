package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// silent are the rules on what did not happen.
var silent = []struct {
	name, version string
	judge         func(v *View, now time.Time) []Finding
}{
	{"missed-dose", "1", missedDoses},
	{"not-measured", "1", notMeasuredLong},
	{"no-stool", "1", noStool},
}

// Missing returns what did not happen until now, by a clock that is given. It speaks only of what is usually written
// down in this chart: a patient who takes their own drugs unseen has no missed doses. Nothing is missing while the patient
// is in hospital or away, and nothing after a death.
func Missing(v *View, now time.Time) []Finding {
	if v.elsewhere(now) {
		return nil
	}
	var all []Finding
	for _, r := range silent {
		for _, f := range r.judge(v, now) {
			f.Rule, f.Version, f.Observed = r.name, r.version, now
			all = append(all, f)
		}
	}
	return all
}

// elsewhere tells whether the patient is in hospital or away, or has died.
func (v *View) elsewhere(now time.Time) bool {
	for _, s := range v.Standing {
		e := s.Record.GetBody().GetEpisode()
		if e == nil || !stands(s.Record) || e.GetPeriod().GetStart() == nil || now.Before(e.GetPeriod().GetStart().AsTime()) {
			continue
		}
		switch end := e.GetPeriod().GetEnd(); e.GetKind() {
		case carev1.EpisodeKind_EPISODE_KIND_DEATH:
			return true
		case carev1.EpisodeKind_EPISODE_KIND_HOSPITAL_STAY, carev1.EpisodeKind_EPISODE_KIND_ABSENCE:
			if end == nil || now.Before(end.AsTime().Add(settling)) {
				return true
			}
		}
	}
	return false
}

// settling is how long after somebody's return nothing counts as missing yet.
const settling = 24 * time.Hour

// habit is the time over which is looked whether something is usually written down.
const habit = 7 * 24 * time.Hour

// lateAfter is how long after its usual time a dose that nobody wrote about is missed.
const lateAfter = 3 * time.Hour

// missedDoses tells, of the orders whose doses are usually written down, which ones nobody wrote about today or
// yesterday, one finding for each slot.
func missedDoses(v *View, now time.Time) []Finding {
	orders, logs, episodes := v.doseRecords()
	var all []Finding
	for back := 1; back >= 0; back-- {
		day := now.In(v.zone()).AddDate(0, 0, -back).Format(time.DateOnly)
		due, err := care.DueDoses(orders, logs, episodes, day, v.zone())
		if err != nil {
			continue
		}
		all = append(all, v.missedOf(due, day, now)...)
	}
	return all
}

func (v *View) doseRecords() (orders, logs, episodes []*carev1.Record) {
	for _, s := range v.Standing {
		switch s.Record.GetBody().GetKind().(type) {
		case *carev1.Body_MedicationOrder:
			orders = append(orders, s.Record)
		case *carev1.Body_Episode:
			episodes = append(episodes, s.Record)
		}
	}
	for _, s := range v.Recent {
		if s.Record.GetBody().GetMedicationLog() != nil {
			logs = append(logs, s.Record)
		}
	}
	return orders, logs, episodes
}

// missedOf groups the late doses of a day by slot, in the order of the day.
func (v *View) missedOf(due []care.DueDose, day string, now time.Time) []Finding {
	var all []Finding
	for _, d := range due {
		at, known, err := care.SlotAt(day, d.Slot, v.zone())
		if err != nil || !known || d.State != care.DueOpen || d.CheckDays || now.Before(at.Add(lateAfter)) || !v.usuallyLogged(d, at) {
			continue
		}
		severity := Notice
		if begins(d.Order.GetBody().GetMedicationOrder().GetDrug().GetYjCode(), highAlert) {
			severity = Urgent
		}
		topic := "missed-dose/" + day + "/" + d.Slot
		if n := len(all); n > 0 && all[n-1].Topic == topic {
			f := &all[n-1]
			f.Severity, f.Rank = max(f.Severity, severity), f.Rank+1
			f.Evidence = limit(append(f.Evidence, Seen{Record: d.Order}))
			continue
		}
		all = append(all, Finding{Severity: severity, Evidence: []Seen{{Record: d.Order}}, Topic: topic, Rank: 1, Ja: d.Slot})
	}
	for i := range all {
		ja, en := care.SlotTitle(all[i].Ja)
		n := all[i].Rank
		all[i].Ja = fmt.Sprintf("%s %sの薬 %d件の記録がありません。", day, ja, n)
		all[i].En = fmt.Sprintf("%s %s: nothing was written about %d dose(s).", day, en, n)
	}
	return all
}

// usuallyLogged tells whether on nearly every day of the week before somebody wrote about the order at this slot: in a
// home with a daily visit that is the one slot of the visit, in a facility every one.
func (v *View) usuallyLogged(due care.DueDose, before time.Time) bool {
	on := map[string]bool{}
	for s := range v.between(before.Add(-habit), before) {
		l := s.Record.GetBody().GetMedicationLog()
		if l == nil || string(l.GetOrderId()) != string(due.Order.GetId()) {
			continue
		}
		if day, slot, ok := strings.Cut(l.GetSlot(), "/"); ok && slot == due.Slot {
			on[day] = true
		}
	}
	return len(on) >= loggedFrom
}

// loggedFrom is on how many of the seven days before a slot was written about, if it usually is.
const loggedFrom = 6

// notMeasuredAfter is how long nothing was measured of somebody who is measured every day.
const (
	notMeasuredAfter = 36 * time.Hour
	dailyFrom        = 5 // of the seven days before
)

func notMeasuredLong(v *View, now time.Time) []Finding {
	all := slices.Collect(v.sets(now.Add(-notMeasuredAfter-habit), now))
	if len(all) == 0 || now.Sub(all[0].at()) < notMeasuredAfter {
		return nil
	}
	on := map[int]bool{}
	for _, s := range all {
		on[v.day(s.at())] = true
	}
	if len(on) < dailyFrom {
		return nil
	}
	return []Finding{{
		Severity: Notice, Evidence: []Seen{all[0].Seen}, Topic: "not-measured",
		Ja: "ふだん毎日測っているバイタルが36時間記録されていません。",
		En: "Vital signs, usually measured every day, have not been recorded for 36 hours.",
	}}
}

// Days without stool: three are watched, five are reported.
const (
	stoolWatch  = 3 * 24 * time.Hour
	stoolReport = 5 * 24 * time.Hour
	stoolHabit  = 3 // records of stool, of any kind, in the days before
)

// noStool looks at those of whom stool is written down, and counts from the last one there was.
func noStool(v *View, now time.Time) []Finding {
	var last Seen
	written := 0
	for s := range v.between(v.From, now) {
		stool := s.Record.GetBody().GetDailyCare().GetStool()
		if stool == nil {
			continue
		}
		written++
		if last.Record == nil && stool.GetAmount() > carev1.StoolAmount_STOOL_AMOUNT_NONE {
			last = s
		}
	}
	if last.Record == nil || written < stoolHabit {
		return nil
	}
	without := now.Sub(last.at())
	if without < stoolWatch {
		return nil
	}
	f := Finding{Severity: Notice, Evidence: []Seen{last}, Topic: "no-stool", Rank: int(without / (24 * time.Hour))}
	if without >= stoolReport {
		f.Severity = Urgent
	}
	f.Ja = fmt.Sprintf("%d日間、排便の記録がありません。", f.Rank)
	f.En = fmt.Sprintf("No stool has been recorded for %d days.", f.Rank)
	return []Finding{f}
}
