package synthetic

import "time"

// Shifts of a unit: a worker goes through early, day, late and night, and has three days off after the night.
const (
	earlyShift = iota
	dayShift
	lateShift
	nightShift
	afterNight // until the early shift comes
)

// onShift is who of the unit writes at a time.
func (p *page) onShift(at time.Time) *colleague {
	hour := at.In(tokyo).Hour()
	day := p.world.dayOf(at)
	shift := nightShift
	switch {
	case hour < 7:
		shift = afterNight
	case hour < 11:
		shift = earlyShift
	case hour < 16:
		shift = earlyShift + p.world.dice(p.chart, "shift", day, hour).below(2)
	case hour < 21:
		shift = lateShift
	}
	workers := p.world.units[p.chart.unit].workers
	n := len(workers)
	return workers[((shift-day)%n+n)%n]
}

// absence is a time with the family.
type absence struct{ from, until time.Time }

// goHome gives one quiet resident of every unit a weekend with the family in every block.
func (w *World) goHome() {
	for u := range w.units {
		for b := 0; b*blockDays < w.days; b++ {
			for _, n := range newDice(w.config.Seed, "go home", u, b).order(len(w.charts)) {
				c := w.charts[n]
				if !c.home || c.unit != u || len(c.courses) > 0 || len(c.absences) > 0 {
					continue
				}
				friday := b*blockDays + (4-w.weekday(b*blockDays)+7)%7
				if friday+9 < w.days {
					friday += 7
				}
				c.absences = append(c.absences, absence{w.clock(friday, 14, 10), w.clock(friday+2, 16, 20)})
				break
			}
		}
	}
}

// away tells whether nothing can be written about somebody in their place: with the family, in hospital, or dead.
func (p *page) away(at time.Time) bool {
	for _, one := range p.chart.absences {
		if !at.Before(one.from) && at.Before(one.until) {
			return true
		}
	}
	return p.chart.gone(at) || p.chart.inHospital(at)
}
