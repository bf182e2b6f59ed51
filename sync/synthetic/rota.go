package synthetic

import (
	"slices"
	"time"
)

// stop is one visit on somebody's round.
type stop struct {
	nurse   *colleague
	at      time.Time
	minutes int
	extra   bool // not on the weekly plan: somebody is ill
}

// maxStops is how many visits a nurse makes in a day.
const maxStops = 6

// planVisits gives every patient weekdays, each on the days when the round has least to do.
func (w *World) planVisits() {
	load := map[[2]int][7]int{}
	for _, c := range w.charts {
		if c.home {
			c.pattern[1+c.number%4] = true // the nurse looks after the home once a week
			continue
		}
		round := [2]int{c.team, c.tour}
		days := load[round]
		for range min(c.condition.visits, 5) {
			best := -1
			for _, day := range newDice(w.config.Seed, "weekdays", c.number).order(5) {
				if !c.pattern[day] && (best < 0 || days[day] < days[best]) {
					best = day
				}
			}
			c.pattern[best] = true
			days[best]++
		}
		load[round] = days
	}
}

// weekday of a day of the world, Monday 0.
func (w *World) weekday(day int) int { return (int(w.midnight(day).Weekday()) + 6) % 7 }

// due tells whether a patient is visited on the day, and whether the weekly plan says so. Somebody who is ill is
// visited on every weekday, and at the weekend too when it is more than the first signs.
func (w *World) due(c *chart, day int) (due, planned bool) {
	noon := w.clock(day, 12, 0)
	_, worst := w.emergency(c, day)
	if c.home || c.gone(w.midnight(day)) || c.inHospital(noon) && !worst {
		return false, false
	}
	planned = c.pattern[w.weekday(day)]
	s := c.at(noon)
	weekend := w.weekday(day) >= 5
	ill := s.bad() || !weekend && (s.stage == early || s.stage == recovering)
	return planned || ill || worst, planned
}

// rounds plans the visits of a day, by chart.
func (w *World) rounds(day int) map[int]stop {
	stops := map[int]stop{}
	for t, one := range w.teams {
		byTour := make([][]*chart, roundsPerTeam)
		for _, c := range w.charts {
			if due, _ := w.due(c, day); due && c.team == t {
				tour := c.tour
				if w.weekday(day) >= 5 { // at the weekend one nurse visits those who are ill
					tour = 0
				}
				byTour[tour] = append(byTour[tour], c)
			}
		}
		nurses := w.onDuty(one, day)
		for tour, list := range byTour {
			w.round(nurses[tour%len(nurses)], w.cut(list, day), day, tour, stops)
		}
	}
	return stops
}

// onDuty returns the nurses of a team in the order of the day's rounds.
func (w *World) onDuty(one *team, day int) []*colleague {
	nurses := one.nurses
	if day >= w.leaves() {
		nurses = nurses[:nursesPerTeam-1]
	}
	first := day % len(nurses)
	return append(slices.Clone(nurses[first:]), nurses[:first]...)
}

// cut leaves out who can wait until another day when there is more than a nurse can do.
func (w *World) cut(list []*chart, day int) []*chart {
	ill := func(c *chart) int {
		if c.at(w.clock(day, 12, 0)).stage >= early {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(list, func(a, b *chart) int { return ill(a) - ill(b) })
	return list[:min(len(list), maxStops)]
}

// starts are when visits begin; the last two only when an emergency has taken the time of others.
var starts = [...][2]int{{9, 0}, {10, 15}, {11, 20}, {13, 20}, {14, 40}, {15, 50}, {17, 0}, {18, 10}}

// round gives each visit its time. Somebody whose worst time falls into the day is visited then, and the others around
// it.
func (w *World) round(nurse *colleague, list []*chart, day, tour int, stops map[int]stop) {
	free := starts[:]
	for _, c := range list {
		if at, emergency := w.emergency(c, day); emergency {
			w.stopAt(nurse, c, day, at, stops)
			free = w.notAround(free, day, at)
		}
	}
	n := 0
	for _, at := range newDice(w.config.Seed, "round", day, tour).order(len(list)) {
		c := list[at]
		if _, emergency := w.emergency(c, day); emergency || n == len(free) {
			continue
		}
		jitter := w.dice(c, "visit", day).between(0, 14)
		w.stopAt(nurse, c, day, w.clock(day, free[n][0], free[n][1]+jitter), stops)
		n++
	}
}

// emergency is when somebody is visited because they are worst.
func (w *World) emergency(c *chart, day int) (time.Time, bool) {
	for _, one := range c.courses {
		if w.dayOf(one.Worst) == day && one.Kind != EndOfLife {
			return one.Worst.Add(-12 * time.Minute), true
		}
	}
	return time.Time{}, false
}

// notAround leaves out the starts whose visit would overlap with one at a time.
func (w *World) notAround(free [][2]int, day int, taken time.Time) [][2]int {
	var left [][2]int
	for _, start := range free {
		gap := w.clock(day, start[0], start[1]).Sub(taken)
		if gap <= -70*time.Minute || gap >= 55*time.Minute {
			left = append(left, start)
		}
	}
	return left
}

// stopAt plans one visit, unless its place is empty by then: what happens in those hours is written by others.
func (w *World) stopAt(nurse *colleague, c *chart, day int, at time.Time, stops map[int]stop) {
	if end := at.Add(time.Hour); c.gone(end) || c.inHospital(at) || c.inHospital(end) {
		return
	}
	_, planned := w.due(c, day)
	stops[c.number] = stop{nurse: nurse, at: at, minutes: w.dice(c, "minutes", day).between(28, 50), extra: !planned}
}
