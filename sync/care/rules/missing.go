package rules

import (
	"slices"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// silent are the rules on what did not happen.
var silent = []struct {
	name, version string
	judge         func(v *View, now time.Time) []Finding
}{
	{"missed-dose", "2", missedDoses},
	{"not-measured", "1", notMeasuredLong},
	{"no-stool", "2", noStool},
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
