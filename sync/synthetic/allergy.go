package synthetic

import (
	"strconv"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// intolerance is one thing that somebody does not bear.
type intolerance struct {
	category            carev1.AllergyCategory
	substance, reaction string
	severity            carev1.ReactionSeverity
	criticality         carev1.AllergyCriticality
}

var intolerances = []intolerance{
	{
		carev1.AllergyCategory_ALLERGY_CATEGORY_DRUG, "ヨード造影剤", "全身のじんましん",
		carev1.ReactionSeverity_REACTION_SEVERITY_MODERATE, carev1.AllergyCriticality_ALLERGY_CRITICALITY_HIGH,
	},
	{
		carev1.AllergyCategory_ALLERGY_CATEGORY_FOOD, "そば", "口のかゆみ、息苦しさ",
		carev1.ReactionSeverity_REACTION_SEVERITY_SEVERE, carev1.AllergyCriticality_ALLERGY_CRITICALITY_HIGH,
	},
	{
		carev1.AllergyCategory_ALLERGY_CATEGORY_FOOD, "さば", "じんましん",
		carev1.ReactionSeverity_REACTION_SEVERITY_MILD, carev1.AllergyCriticality_ALLERGY_CRITICALITY_LOW,
	},
	{
		carev1.AllergyCategory_ALLERGY_CATEGORY_DRUG, "ペニシリン系抗菌薬", "体幹の発疹",
		carev1.ReactionSeverity_REACTION_SEVERITY_MODERATE, carev1.AllergyCriticality_ALLERGY_CRITICALITY_UNABLE_TO_ASSESS,
	},
}

// allergy is what somebody does not bear, or that nobody knows of anything. Whoever may get an antibiotic in a course
// bears it: the last of the list is only for the others.
func (p *page) allergy() *carev1.Body {
	c := p.chart
	d := p.world.dice(c, "allergy")
	source := pick(d, []string{c.relation + "より", "お薬手帳", "本人より"})
	a := &carev1.Allergy{
		Category: carev1.AllergyCategory_ALLERGY_CATEGORY_DRUG, NoneKnown: true, Source: source,
		Status: carev1.AllergyStatus_ALLERGY_STATUS_ACTIVE, Verification: carev1.AllergyVerification_ALLERGY_VERIFICATION_UNCONFIRMED,
	}
	if d.percent(40) {
		fit := len(intolerances)
		if c.home || c.is(frail) {
			fit--
		}
		one := intolerances[d.below(fit)]
		a.Category, a.NoneKnown, a.Criticality = one.category, false, one.criticality
		a.Substance = &carev1.CodedText{Text: one.substance}
		a.Verification = carev1.AllergyVerification_ALLERGY_VERIFICATION_PRESUMED
		a.Reactions = []*carev1.AllergyReaction{{
			Manifestation: &carev1.CodedText{Text: one.reaction}, Severity: one.severity,
			Occurred: strconv.Itoa(p.world.start.Year() - d.between(3, 40)),
		}}
	}
	return &carev1.Body{Kind: &carev1.Body_Allergy{Allergy: a}}
}
