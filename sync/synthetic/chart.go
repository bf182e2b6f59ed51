package synthetic

import (
	"strconv"
	"time"
)

// chart is one person: what does not change while the world lasts, and the courses that are coming.
type chart struct {
	number    int // in World.charts
	id        string
	home      bool
	team      int // of nurses
	tour      int // round of the team
	unit      int // of the home
	condition condition
	name      name
	woman     bool
	born      time.Time
	usual     baseline
	relative  name
	relation  string
	courses   []Course
	absences  []absence
	pattern   [7]bool // weekdays with a visit, Monday first

	physician, manager, pharmacist *colleague
}

func (c *chart) is(t trait) bool { return c.condition.traits&t == t }

// admit makes the people: patients first, then residents.
func (w *World) admit() {
	for n := range w.config.Patients {
		w.charts = append(w.charts, w.draw("patient", n, patientCases, false))
	}
	for n := range w.config.Residents {
		w.charts = append(w.charts, w.draw("resident", n, residentCases, true))
	}
	w.planVisits()
}

// draw makes one person. Cases are dealt like cards: each run of as many people as there are cases has every case.
func (w *World) draw(list string, n int, cases []condition, home bool) *chart {
	seed := w.config.Seed
	d := newDice(seed, list, n)
	deal := newDice(seed, list+" cases", n/len(cases)).order(len(cases))
	c := &chart{
		number: len(w.charts), id: list + "-" + digits(n+1, 4), home: home, condition: cases[deal[n%len(cases)]],
		woman: d.percent(62), team: n / patientsPerTeam % len(w.teams), tour: n % patientsPerTeam / patientsPerTour,
	}
	if home {
		c.unit, c.team, c.tour = n/residentsOfUnit, n/residentsOfUnit%len(w.teams), 0
	}
	c.name = drawName(seed, list, n, c.woman, true)
	c.born = w.start.AddDate(-d.between(77, 96), -d.between(0, 11), -d.between(0, 27))
	c.relation = pick(d, []string{"長男", "長女", "次女", "長男の妻", "次男"})
	c.relative = drawName(seed, list+" family", n, c.relation != "長男" && c.relation != "次男", false)
	if c.relation == "長男" || c.relation == "次男" || c.relation == "長男の妻" {
		c.relative.family, c.relative.familyKana = c.name.family, c.name.familyKana
	}
	c.usual = c.condition.usual
	c.usual.temperature += d.spread(20)
	c.usual.pulse += d.spread(40)
	c.usual.respirations += d.spread(10)
	shift := d.spread(80)
	c.usual.systolic += shift
	c.usual.diastolic += shift / 2
	c.usual.weight += d.spread(80)
	if !c.woman {
		c.usual.weight += 70
	}
	c.usual.glucose += d.spread(150)
	c.physician = pick(d, w.around.physicians)
	c.manager = pick(d, w.around.managers)
	c.pharmacist = pick(d, w.around.pharmacists)
	return c
}

// label names dice of a chart.
func (c *chart) label(purpose string) string {
	return purpose + " " + strconv.Itoa(c.number) + c.id[:1]
}

// dice throws for something of the chart.
func (w *World) dice(c *chart, purpose string, numbers ...int) *dice {
	return newDice(w.config.Seed, c.label(purpose), numbers...)
}

// recordID is the id of a record of the chart that others refer to.
func (w *World) recordID(c *chart, at time.Time, purpose string) ID {
	return newID(w.config.Seed, at, c.id+" "+purpose)
}
