package synthetic

import (
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// standing is what stood in the chart before the first day, as it was taken over on it.
func (p *page) standing() {
	w, c := p.world, p.chart
	at := w.clock(0, 5, 30)
	p.begun()
	profile := p.profile()
	id := p.add(profileBody(profile), entry{by: p.someNurse(), at: at, later: 3, name: "profile"})
	if c.is(copd | oxygen) {
		p.decideScale(id, profile, at.Add(12*time.Minute))
	}
	p.add(p.allergy(), entry{by: p.someNurse(), at: at.Add(4 * time.Minute), later: 2, name: "allergy"})
	p.conditions(at.Add(6 * time.Minute))
	if c.is(cancer) {
		p.add(p.directive(), entry{by: c.physician, at: at.Add(10 * time.Minute), later: 5, name: "advance directive"})
	}
}

// decideScale writes the physician's decision on the scale of SpO2, with the range that was ordered, into the profile.
func (p *page) decideScale(id ID, profile *carev1.PatientProfile, at time.Time) {
	by := p.chart.physician
	decided := proto.CloneOf(profile)
	decided.Spo2Scale = &carev1.Spo2ScaleDecision{
		Scale: 2, DecidedBy: by.actor(), DecidedAt: timestamppb.New(at),
		Reason: "慢性Ⅱ型呼吸不全。血液ガスで高二酸化炭素血症を確認しており、SpO2は88〜92%を目標とする。",
	}
	decided.Spo2Target = &carev1.Spo2Target{LowPercent: 88, HighPercent: 92}
	p.change(id, profileBody(decided), entry{by: by, at: at, later: 2, name: "profile scale"}, "", scaleField, targetField)
}

// Fields of the profile that the decision writes.
const scaleField, targetField = 18, 19

// directive is what somebody near the end of life wants.
func (p *page) directive() *carev1.Body {
	w, c := p.world, p.chart
	stated := w.midnight(-w.dice(c, "directive").between(10, 60))
	no := carev1.LimitDecision_LIMIT_DECISION_NOT_WANTED
	return &carev1.Body{Kind: &carev1.Body_AdvanceDirective{AdvanceDirective: &carev1.AdvanceDirective{
		Type:   carev1.DirectiveType_DIRECTIVE_TYPE_DNAR,
		Wishes: "「苦しいのだけは取ってほしい。管につながれず、最期までこの家で家族といたい」",
		Limits: []*carev1.TreatmentLimit{
			{Treatment: carev1.LimitedTreatment_LIMITED_TREATMENT_RESUSCITATION, Decision: no},
			{Treatment: carev1.LimitedTreatment_LIMITED_TREATMENT_VENTILATION, Decision: no},
			{
				Treatment: carev1.LimitedTreatment_LIMITED_TREATMENT_INFUSION,
				Decision:  carev1.LimitDecision_LIMIT_DECISION_CONDITIONAL, Text: "苦痛の緩和に必要なときだけ",
			},
			{
				Treatment: carev1.LimitedTreatment_LIMITED_TREATMENT_HOSPITAL,
				Decision:  carev1.LimitDecision_LIMIT_DECISION_CONDITIONAL, Text: "自宅で苦痛が取れないときは相談する",
			},
		},
		StatedOn: stated.Format(time.DateOnly), Signer: c.name.kanji(), SignedByPatient: true, Physician: c.physician.Name,
		Present: c.relation + " " + c.relative.kanji() + "、訪問看護師", PaperLocation: "ベッド脇の青いファイル",
		State: carev1.DirectiveState_DIRECTIVE_STATE_IN_FORCE, ReviewOn: stated.AddDate(0, 4, 0).Format(time.DateOnly),
		Proxy:    c.relation + " " + c.relative.kanji(),
		WhatToDo: "呼吸が止まったときは救急車を呼ばず、訪問看護ステーションへ電話する。24時間つながる。",
	}}}
}
