package synthetic

import (
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// homeDay is a day at the home: nights and meals, what was drunk and passed, doses, readings, and how the day was.
func (p *page) homeDay() {
	p.meals()
	p.fluids()
	p.toilet()
	p.nights()
	p.bath()
	p.homeDoses()
	p.homeReadings()
	p.homeNotes()
	p.nurseAtHome()
}

// homeReadings are taken by care workers: in the morning, and in the afternoon without pressure; more often when
// somebody has a fever.
func (p *page) homeReadings() {
	w, c := p.world, p.chart
	d := w.dice(c, "home readings", p.day)
	for n, one := range []struct {
		hour, minute int
		g            gauge
		usual        int // in a hundred days
	}{
		{9, 30, gauge{pressure: true, consciousness: c.is(dementia), weight: p.day%7 == c.number%7 || c.is(heart)}, 97},
		{14, 40, gauge{}, 90},
		{19, 30, gauge{pressure: true, consciousness: true}, 0},
	} {
		at := w.clock(p.day, one.hour, one.minute+d.between(0, 20))
		s := c.at(at)
		feverish := s.temperature > 50
		if p.away(at) || !d.percent(one.usual) && !feverish {
			continue
		}
		one.g.breaths = s.bad() && d.percent(60)
		v := w.vitals(c, at, one.g)
		if v.Jcs != nil { // care workers note the level; the nurse judges it
			v.Consciousness = 0
		}
		p.gap(v, d)
		p.add(vitalsBody(v), entry{by: p.onShift(at), at: at, later: d.between(2, 8), name: "vitals " + digits(n, 1) + " " + w.date(p.day)})
	}
}

// homeNotes are how the day was, and what the next shift has to know.
func (p *page) homeNotes() {
	w, c := p.world, p.chart
	start := newDice(w.config.Seed, "home words", c.unit).below(1000) + c.number // no two of a unit on the same day
	at := w.clock(p.day, 15, 10+w.dice(c, "home note", p.day).between(0, 30))
	s := c.at(at)
	if p.away(at) {
		return
	}
	body := dailyBody(&carev1.DailyCare{Activity: join(rotate(calmDays, start, p.day), rotate(calmDays, start+5, p.day))})
	if s.kind != Quiet && s.stage >= early {
		said := byCourse[s.kind][s.stage]
		body = plain(join(rotate(said.objective, start, p.day), rotate(said.subjective, start, p.day)))
	}
	p.add(body, entry{by: p.onShift(at), at: at, later: 6, name: "day note " + w.date(p.day)})
	at = w.clock(p.day, 20, 35)
	if p.away(at) {
		return
	}
	var told ID
	e := entry{by: p.onShift(at), at: at, later: 4, name: "handover " + w.date(p.day)}
	switch {
	case s.stage == easing:
		told = p.add(handover(rotate(easingNights, start, p.day), "夜勤", true), e)
	case s.restless || s.bad():
		told = p.add(handover(rotate(sickNights, start, p.day), "夜勤", true), e)
	case p.without(p.day) && p.without(p.day-1):
		told = p.add(handover(noStool, "夜勤", false), e)
	case (p.day+c.number)%3 == 0:
		told = p.add(handover(rotate(handovers, start, p.day), "夜勤", false), e)
	default:
		return
	}
	night := w.clock(p.day, 21, 5+w.dice(c, "night reads", p.day).between(0, 20))
	p.read(told, p.onShift(night), night, "")
}

// nurseAtHome is the weekly visit of the station's nurse to the home.
func (p *page) nurseAtHome() {
	w, c := p.world, p.chart
	if !c.pattern[w.weekday(p.day)] {
		return
	}
	nurses := w.onDuty(w.teams[c.team], p.day)
	nurse := nurses[min(roundsPerTeam, len(nurses)-1)] // who has no round that day
	at := w.clock(p.day, 13, 30+8*(c.number%residentsOfUnit))
	if p.away(at) {
		return
	}
	p.nursingVisit(nurse, at, at.Add(8*time.Minute), false)
	signs := w.vitals(c, at, gauge{breaths: true, pressure: true, consciousness: true, pain: c.is(pain)})
	id := p.add(vitalsBody(signs), entry{by: nurse, at: at, later: 3, name: "nurse vitals " + w.date(p.day)})
	s := c.at(at)
	p.add(p.soap(stop{nurse: nurse}, s, id, &carev1.VitalSigns{}), entry{
		by: nurse, at: at, end: at.Add(8 * time.Minute), later: 12, name: "nurse note " + w.date(p.day),
	})
}
