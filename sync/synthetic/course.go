package synthetic

import "time"

// Kind is what happens to somebody while the world lasts.
type Kind int

// The kinds of courses.
const (
	// Quiet: nothing but what they live with.
	Quiet Kind = iota
	// Pneumonia: cough and less appetite, then fever, faster breath and lower SpO2 over three to five days.
	Pneumonia
	// HeartFailure: weight and swelling over nine to twelve days, then breath.
	HeartFailure
	// Hypoglycaemia: eats less for some days on the same insulin or tablet, until one morning is too low.
	Hypoglycaemia
	// UrinaryInfection: a resident with dementia is restless, eats less and has a low fever.
	UrinaryInfection
	// EndOfLife: a decline of ten to fourteen days that ends in a death at home, as it was wished.
	EndOfLife
)

var kindNames = [...]string{"quiet", "pneumonia", "heart failure", "hypoglycaemia", "urinary infection", "end of life"}

// String names the kind in English.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "unknown"
	}
	return kindNames[k]
}

// Course is what happened to somebody, as it really was: nobody in the world writes this down.
type Course struct {
	Kind  Kind
	Chart string
	// Onset is when the first sign could have been seen, Worst when it was worst: for EndOfLife the death. Zero for
	// Quiet.
	Onset, Worst time.Time
	// Over is when everything is as usual again; zero for Quiet and EndOfLife.
	Over time.Time
	// Admitted and Discharged bound a hospital stay; zero without one. Discharged may lie after the world.
	Admitted, Discharged time.Time

	severity int // in percent of what is usual for the kind
}

// Courses returns what happened to everybody: those who got ill with each of their courses, everybody else with a
// Quiet one; in the order of the charts.
func (w *World) Courses() []Course {
	var all []Course
	for _, c := range w.charts {
		if len(c.courses) == 0 {
			all = append(all, Course{Kind: Quiet, Chart: c.id})
		}
		all = append(all, c.courses...)
	}
	return all
}

// block is the time in which every kind of course happens at least once, if there is somebody for it.
const blockDays = 28

// plot is how a kind of course goes.
type plot struct {
	kind              Kind
	home              bool
	trait             trait
	people            int    // one of so many gets it in a block
	shortest, longest int    // days from onset to worst
	hour              [2]int // of the day at which it is worst
	back              int    // days from worst to usual
}

var plots = []plot{
	{Pneumonia, false, frail, 20, 3, 5, [2]int{9, 15}, 9},
	{HeartFailure, false, heart, 20, 9, 12, [2]int{9, 16}, 8},
	{Hypoglycaemia, false, insulin, 20, 2, 4, [2]int{7, 9}, 2},
	{EndOfLife, false, cancer, 20, 10, 14, [2]int{2, 20}, 0},
	{UrinaryInfection, true, dementia, 9, 2, 4, [2]int{13, 20}, 6},
}

// fallIll decides who gets ill, and when.
func (w *World) fallIll() {
	for b := 0; b*blockDays < w.days; b++ {
		length := min(blockDays, w.days-b*blockDays)
		if b > 0 && length < blockDays/2 {
			return // too short for a beginning and an end
		}
		for p := range plots {
			w.befall(b, length, &plots[p])
		}
	}
}

// befall gives one kind of course to as many people as the block has for it.
func (w *World) befall(b, length int, p *plot) {
	d := newDice(w.config.Seed, "fall ill "+p.kind.String(), b)
	population := w.config.Patients
	if p.home {
		population = w.config.Residents
	}
	wanted := (population + p.people - 1) / p.people
	from, until := w.midnight(b*blockDays), w.midnight(b*blockDays+length)
	for _, n := range d.order(len(w.charts)) {
		c := w.charts[n]
		if wanted == 0 || c.home != p.home || !c.is(p.trait) || c.busy(from, until) {
			continue
		}
		wanted--
		c.courses = append(c.courses, w.course(d, c, p, b*blockDays, length))
	}
}

// busy tells whether somebody has died, or is not yet well again from another course.
func (c *chart) busy(from, until time.Time) bool {
	for _, one := range c.courses {
		if one.Kind == EndOfLife || one.Over.After(from) && one.Onset.Before(until) {
			return true
		}
	}
	return false
}

// course draws one: the onset lies in the second fifth of the block or a little later, so that there are quiet days
// before it, and the worst time within the block.
func (w *World) course(d *dice, c *chart, p *plot, first, length int) Course {
	days := min(d.between(p.shortest, p.longest), max(1, length*3/5))
	latest := max(length-days-2, 0)
	onset := min(max(length/5+d.below(max(1, length/4)), 0), latest)
	worst := w.clock(first+onset+days, d.between(p.hour[0], p.hour[1]), d.between(0, 59))
	one := Course{
		Kind: p.kind, Chart: c.id, Worst: worst, severity: d.between(85, 115),
		Onset: w.clock(first+onset, d.between(4, 11), d.between(0, 59)),
	}
	if p.kind == EndOfLife {
		return one
	}
	one.Over = worst.AddDate(0, 0, p.back)
	if p.kind == Pneumonia && d.percent(70) || p.kind == Pneumonia && first == 0 {
		one.Admitted = worst.Add(time.Duration(d.between(100, 220)) * time.Minute)
		y, m, day := worst.AddDate(0, 0, d.between(7, 9)).Date()
		one.Discharged = time.Date(y, m, day, 10, 30, 0, 0, tokyo)
		one.Over = one.Discharged.AddDate(0, 0, 4)
	}
	return one
}

// gone tells whether somebody has died before the time.
func (c *chart) gone(at time.Time) bool {
	for _, one := range c.courses {
		if one.Kind == EndOfLife && !at.Before(one.Worst) {
			return true
		}
	}
	return false
}

// inHospital tells whether somebody is in hospital at the time.
func (c *chart) inHospital(at time.Time) bool {
	for _, one := range c.courses {
		if !one.Admitted.IsZero() && !at.Before(one.Admitted) && at.Before(one.Discharged) {
			return true
		}
	}
	return false
}

// current is the course that somebody is in at the time; nil for none.
func (c *chart) current(at time.Time) *Course {
	for i := range c.courses {
		one := &c.courses[i]
		over := one.Over
		if one.Kind == EndOfLife {
			over = one.Worst.AddDate(100, 0, 0)
		}
		if !at.Before(one.Onset) && at.Before(over) {
			return one
		}
	}
	return nil
}
