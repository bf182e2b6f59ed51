package synthetic

import (
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
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

// results are a routine sample every four weeks, and one when somebody is worst: taken after noon, printed in the
// afternoon, each test a record of its own.
func (p *page) results() {
	w, c := p.world, p.chart
	at := w.clock(p.day, 17, w.dice(c, "results", p.day).between(0, 40))
	sample := at.Add(-4 * time.Hour)
	sick := false
	for _, one := range c.courses {
		sick = sick || w.dayOf(one.Worst) == p.day && one.Kind != EndOfLife && one.Kind != Hypoglycaemia
	}
	dying := c.at(at).kind == EndOfLife
	if p.away(at) || p.away(sample) || dying || !sick && !p.rhythm("results", blockDays) {
		return
	}
	list := panel
	if c.is(heart) {
		list = append(list[:len(list):len(list)], bnp)
	}
	if c.is(insulin) {
		list = append(list[:len(list):len(list)], hba1c)
	}
	s := c.at(at)
	for n, a := range list {
		r := a.result(p.measured(a, s))
		r.SpecimenTime, r.ReportId, r.ItemNumber = timestamppb.New(sample), "R"+w.date(p.day)+"-"+digits(c.number+1, 4), uint32(n+1)
		p.add(&carev1.Body{Kind: &carev1.Body_LabResult{LabResult: r}}, entry{
			by: c.physician, at: sample, later: int(at.Sub(sample)/time.Minute) + 12, stream: ClinicalStream(c.id),
			name: "result " + digits(n+1, 2) + " " + w.date(p.day),
		})
	}
}

// result is a value as the laboratory reports it, with its own flag.
func (a assay) result(v int) *carev1.LabResult {
	flag := carev1.LabFlag_LAB_FLAG_NORMAL
	if v < a.low {
		flag = carev1.LabFlag_LAB_FLAG_LOW
	} else if v > a.high {
		flag = carev1.LabFlag_LAB_FLAG_HIGH
	}
	return &carev1.LabResult{
		Name: &carev1.CodedText{Text: a.name}, ValueText: a.written(v), ValueThousandths: a.thousandths(v), Unit: a.unit,
		ReferenceText:           a.written(a.low) + "–" + a.written(a.high),
		ReferenceLowThousandths: a.thousandths(a.low), ReferenceHighThousandths: a.thousandths(a.high),
		Flag: flag, Status: carev1.LabStatus_LAB_STATUS_FINAL, Specimen: "血液", Laboratory: "架空臨床検査センター",
	}
}

// thousandths is a value in thousandths of its unit.
func (a assay) thousandths(v int) *int64 {
	t := int64(v) * 1000
	for range a.decimals {
		t /= 10
	}
	return &t
}
