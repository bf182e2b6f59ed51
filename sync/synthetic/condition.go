package synthetic

import (
	"strconv"
	"time"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// icd10 is the system of the codes.
const icd10 = "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full"

func (d diagnosis) coded() *carev1.CodedText {
	return &carev1.CodedText{Text: d.name, Codings: []*carev1.Coding{{System: icd10, Code: d.icd}}}
}

func conditionBody(c *carev1.Condition) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_Condition{Condition: c}}
}

// conditions are what somebody lives with, the principal one in front.
func (p *page) conditions(at time.Time) {
	for n, one := range p.chart.condition.diagnoses {
		years := p.world.dice(p.chart, "since", n).between(1, 12)
		c := &carev1.Condition{
			Name: one.coded(), Onset: strconv.Itoa(p.world.start.Year() - years), Principal: n == 0,
			Status: carev1.ConditionStatus_CONDITION_STATUS_ACTIVE,
		}
		if n == 0 {
			c.Uninformed = p.uninformed()
		}
		p.add(conditionBody(c), entry{
			by: p.chart.physician, at: at, later: 2 + n, stream: ClinicalStream(p.chart.id), name: "condition " + one.icd,
		})
	}
}

// uninformed is set for a patient who has not been told the name of the disease; nil for everybody else.
func (p *page) uninformed() *carev1.Uninformed {
	c := p.chart
	if c.home || c.condition.label != "alzheimer" {
		return nil
	}
	return &carev1.Uninformed{
		AsOf:      p.world.midnight(-p.world.dice(c, "uninformed").between(30, 300)).Format(time.DateOnly),
		DecidedBy: "家族の希望により主治医が判断",
		Note:      c.relation + "には説明済み。本人には「もの忘れ」と伝えている。病名は口にしない。",
	}
}

// acute is the diagnosis that a course brings; false for one that brings none.
func acute(k Kind) (diagnosis, bool) {
	switch k {
	case Pneumonia:
		return diagnosis{"J69.0", "誤嚥性肺炎"}, true
	case UrinaryInfection:
		return diagnosis{"N39.0", "尿路感染症"}, true
	case Hypoglycaemia:
		return diagnosis{"E16.0", "薬剤性低血糖症"}, true
	default:
		return diagnosis{}, false
	}
}

// illnesses are diagnoses made at the worst of a course and closed when it is over.
func (p *page) illnesses() {
	w, c := p.world, p.chart
	for _, one := range c.courses {
		is, any := acute(one.Kind)
		if !any {
			continue
		}
		made := one.Worst.Add(55 * time.Minute)
		e := entry{by: c.physician, at: made, later: 20, stream: ClinicalStream(c.id), name: "illness " + is.icd}
		found := &carev1.Condition{
			Name: is.coded(), Onset: one.Onset.In(tokyo).Format(time.DateOnly), Status: carev1.ConditionStatus_CONDITION_STATUS_ACTIVE,
		}
		if w.dayOf(made) == p.day {
			p.add(conditionBody(found), e)
		}
		if over := w.clock(w.dayOf(one.Over), 18, 10); w.dayOf(over) == p.day && !c.gone(over) {
			closed := proto.CloneOf(found)
			closed.Status, closed.Abatement = carev1.ConditionStatus_CONDITION_STATUS_RESOLVED, w.date(p.day)
			id := w.recordID(c, made, e.name)
			e.at, e.later, e.name = over, 5, e.name+" over "+w.date(p.day)
			p.change(id, conditionBody(closed), e, "治癒")
		}
	}
}
