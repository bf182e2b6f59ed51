package synthetic

import (
	"strconv"
	"strings"
	"time"
)

// assay is one test of a blood sample: values in tenths or hundredths of the unit, as its decimals say.
type assay struct {
	name, unit       string
	decimals         int
	usual, variation int
	low, high        int // reference range
}

// panel is what is measured in a routine sample.
var panel = []assay{
	{"白血球数", "×10³/µL", 1, 58, 12, 33, 86}, {"ヘモグロビン", "g/dL", 1, 118, 12, 116, 148}, {"アルブミン", "g/dL", 1, 36, 3, 41, 51},
	{"CRP", "mg/dL", 2, 15, 14, 0, 14}, {"クレアチニン", "mg/dL", 2, 82, 18, 46, 79}, {"尿素窒素", "mg/dL", 1, 178, 40, 80, 200},
	{"ナトリウム", "mEq/L", 0, 140, 3, 138, 145}, {"カリウム", "mEq/L", 1, 42, 3, 36, 48},
}

// Further assays, for those who have something to follow.
var (
	bnp   = assay{"BNP", "pg/mL", 1, 1650, 300, 0, 184}
	hba1c = assay{"HbA1c（NGSP）", "%", 1, 71, 4, 49, 60}
)

// measured is the value of an assay in somebody on a day.
func (p *page) measured(a assay, s state) int {
	d := p.world.dice(p.chart, "assay "+a.name, p.day)
	v := a.usual + p.world.dice(p.chart, "assay "+a.name).spread(a.variation) + d.spread(a.variation/3+1)
	infected := s.kind == Pneumonia || s.kind == UrinaryInfection
	switch {
	case infected && a.name == "白血球数":
		v += 75 * s.depth / 1000
	case infected && a.name == "CRP":
		v += 1150 * s.depth / 1000
	case s.kind == HeartFailure && a.name == "BNP":
		v += 4200 * s.depth / 1000
	case p.chart.condition.label == "kidney" && a.name == "クレアチニン":
		v += 190
	case p.chart.condition.label == "kidney" && a.name == "ヘモグロビン":
		v -= 22
	}
	return max(v, 1)
}

// written is a value as a laboratory prints it.
func (a assay) written(v int) string {
	s := strconv.Itoa(v)
	if a.decimals > 0 {
		for len(s) <= a.decimals {
			s = "0" + s
		}
		s = s[:len(s)-a.decimals] + "." + s[len(s)-a.decimals:]
	}
	return s
}

// results are a routine sample every four weeks, and one when somebody is worst.
func (p *page) results() {
	w, c := p.world, p.chart
	at := w.clock(p.day, 17, w.dice(c, "results", p.day).between(0, 40))
	s := c.at(at)
	sick := false
	for _, one := range c.courses {
		sick = sick || w.dayOf(one.Worst) == p.day && one.Kind != EndOfLife && one.Kind != Hypoglycaemia
	}
	if p.away(at) || !sick && !p.rhythm("results", blockDays) {
		return
	}
	list := panel
	if c.is(heart) {
		list = append(list[:len(list):len(list)], bnp)
	}
	if c.is(insulin) {
		list = append(list[:len(list):len(list)], hba1c)
	}
	lines := []string{"【血液検査】" + at.Format(time.DateOnly) + " 採血"}
	for _, a := range list {
		v := p.measured(a, s)
		mark := ""
		if v < a.low {
			mark = " L"
		} else if v > a.high {
			mark = " H"
		}
		lines = append(lines, a.name+" "+a.written(v)+" "+a.unit+mark)
	}
	p.add(plain(strings.Join(lines, "\n")), entry{
		by: c.physician, at: at, later: 12, stream: ClinicalStream(c.id), name: "results " + w.date(p.day),
	})
}
