package synthetic

import "time"

// stage is how far a course has come.
type stage int

const (
	well       stage = iota
	early            // signs for those who look; numbers near the usual
	clear            // numbers have moved
	severe           // near the worst
	worst            // for words alone: the day on which it is worst
	easing           // numbers have begun to turn
	recovering       // on the way back
)

// bad tells whether somebody is so ill that the next one has to be told.
func (s state) bad() bool {
	return s.kind != Quiet && s.stage >= clear && s.stage != recovering
}

// state is how somebody is at one moment, as differences from the usual: temperature in hundredths of a degree,
// everything else in tenths of the unit that people write.
type state struct {
	kind  Kind
	stage stage
	depth int // 0 to 1000, 1000 at the worst

	temperature, pulse, respirations, systolic, spo2, weight, glucose int

	intake   int    // percent of what they usually eat and drink
	jcs      uint32 // 0: the usual one
	restless bool
	confused bool // newly
	pain     int  // on the NRS
}

// at is how somebody is at a time.
func (c *chart) at(t time.Time) state {
	one := c.current(t)
	if one == nil {
		s := state{intake: 100}
		if c.is(pain) {
			s.pain = 2
		}
		return s
	}
	s := state{kind: one.Kind, depth: one.depth(t), intake: 100}
	s.stage = stageOf(s.depth, t.After(one.Worst) && one.Kind != EndOfLife)
	grown := s.depth * one.severity / 100
	switch one.Kind {
	case Pneumonia:
		s.pneumonia(grown)
	case HeartFailure:
		s.heartFailure(grown)
	case Hypoglycaemia:
		s.hypoglycaemia(one, c, t)
	case UrinaryInfection:
		s.urinaryInfection(grown, c)
	case EndOfLife:
		s.endOfLife(grown)
	}
	return s
}

// depth is how far somebody is from usual to worst, in thousandths: slowly at first, and slowly back.
func (c *Course) depth(t time.Time) int {
	if !t.After(c.Worst) {
		return smooth(thousandths(t.Sub(c.Onset), c.Worst.Sub(c.Onset)))
	}
	if c.Over.IsZero() {
		return 1000
	}
	if !c.Discharged.IsZero() && t.After(c.Discharged) { // most of it was over when they came home
		return 250 - smooth(thousandths(t.Sub(c.Discharged), c.Over.Sub(c.Discharged)))/4
	}
	return 1000 - smooth(thousandths(t.Sub(c.Worst), c.Over.Sub(c.Worst)))
}

func stageOf(depth int, after bool) stage {
	switch {
	case after && depth < 450:
		return recovering
	case after:
		return easing
	case depth < 20:
		return well
	case depth < 300:
		return early
	case depth < 800:
		return clear
	default:
		return severe
	}
}

// thousandths of a whole, from 0 to 1000.
func thousandths(part, whole time.Duration) int {
	if whole <= 0 {
		return 1000
	}
	return min(max(int(part/time.Second)*1000/max(int(whole/time.Second), 1), 0), 1000)
}

// smooth bends 0 to 1000 so that it begins and ends slowly.
func smooth(p int) int { return p * p * (3000 - 2*p) / 1_000_000 }

func (s *state) pneumonia(g int) {
	s.temperature, s.pulse, s.respirations = 230*g/1000, 300*g/1000, 100*g/1000
	s.spo2, s.systolic = -70*g/1000, -140*g/1000
	s.intake = 100 - 65*min(g*3/2, 1000)/1000 // appetite goes first
	s.confused = g > 850
	if s.confused {
		s.jcs = 2
	}
}

func (s *state) heartFailure(g int) {
	s.weight, s.pulse, s.respirations = 36*g/1000, 180*g*g/1_000_000, 80*g*g/1_000_000 // weight first, breath late
	s.spo2, s.systolic = -55*g*g/1_000_000, 120*g/1000
	s.intake = 100 - 20*g/1000
}

// hypoglycaemia: the mornings get lower while less is eaten; the low itself lasts until sugar is given.
func (s *state) hypoglycaemia(one *Course, c *chart, t time.Time) {
	s.intake = 100 - 55*min(s.depth*2, 1000)/1000
	toLow := c.usual.glucose - 470
	s.glucose = -toLow * s.depth / 1000 * 6 / 10
	if gap := t.Sub(one.Worst); gap > -30*time.Minute && gap <= 15*time.Minute {
		s.glucose = -toLow
		s.pulse, s.systolic, s.confused, s.jcs = 220, 60, true, 1
		s.stage = severe
	} else if gap > 0 && gap < 2*time.Hour {
		s.glucose, s.pulse = -toLow*3/10, 100
	}
}

func (s *state) urinaryInfection(g int, c *chart) {
	s.temperature, s.pulse, s.respirations = 105*g/1000, 160*g/1000, 30*g/1000
	s.intake = 100 - 45*min(g*4/3, 1000)/1000
	s.restless = g > 200
	if s.confused = g > 500; s.confused {
		s.jcs = max(c.usual.jcs, 3)
	}
}

func (s *state) endOfLife(g int) {
	s.systolic, s.pulse, s.spo2 = -420*g*g/1_000_000, 260*g/1000, -110*g*g/1_000_000
	s.respirations, s.temperature = 40*g/1000, -40*g/1000
	s.weight = -25 * g / 1000
	s.intake = max(0, 100-115*g/1000)
	s.pain = min(2+4*g/1000, 6)
	s.restless = g > 700 && g < 930
	switch {
	case g > 950:
		s.jcs = 200
	case g > 880:
		s.jcs = 30
	case g > 750:
		s.jcs = 10
	case g > 550:
		s.jcs = 1
	}
	s.confused = s.jcs > 0
}
