package care

import (
	"cmp"

	"google.golang.org/protobuf/reflect/protoreflect"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// allergySummary writes "薬剤アレルギー: ペニシリン 重篤度 高 全身の発疹（重度） 確認済み". One that no longer counts says so first.
func allergySummary(a *carev1.Allergy) title {
	var p phrase
	if s := a.GetStatus(); s == carev1.AllergyStatus_ALLERGY_STATUS_INACTIVE || s == carev1.AllergyStatus_ALLERGY_STATUS_RESOLVED {
		addMark(&p, s)
	}
	if a.GetVerification() == carev1.AllergyVerification_ALLERGY_VERIFICATION_REFUTED {
		addMark(&p, a.GetVerification())
	}
	ja, en := EnumTitle(a.GetCategory())
	if a.GetNoneKnown() {
		p.add(ja+"アレルギーなし", "no known "+en+" allergy")
		addNamed(&p, "情報源: ", "source: ", a.GetSource())
		return p.title()
	}
	p.add(ja+"アレルギー:", en+" allergy:")
	p.addSame(a.GetSubstance().GetText())
	addEnum(&p, a.GetCriticality())
	for _, r := range a.GetReactions() {
		ja, en := EnumTitle(r.GetSeverity())
		p.add(r.GetManifestation().GetText()+bracketed("（", ja, "）"), r.GetManifestation().GetText()+bracketed(" (", en, ")"))
	}
	addEnum(&p, a.GetVerification())
	addNamed(&p, "情報源: ", "source: ", a.GetSource())
	p.addSame(a.GetNote())
	return p.title()
}

// conditionSummary writes "【未告知】 主傷病名 肺癌 継続 2026-04から". What must not be told stands first.
func conditionSummary(c *carev1.Condition) title {
	var p phrase
	addWithheld(&p, c.GetUninformed(), c.GetUndelivered())
	if c.GetPrincipal() {
		p.add("主傷病名", "principal diagnosis")
	}
	if c.GetHistory() {
		p.add("既往歴", "history")
	}
	p.addSame(c.GetName().GetText())
	if c.GetSuspected() {
		p.add("の疑い", "(suspected)")
	}
	p.addSame(c.GetBodySite())
	addEnum(&p, c.GetStatus())
	if c.GetOnset() != "" {
		p.add(c.GetOnset()+"から", "since "+c.GetOnset())
	}
	if c.GetAbatement() != "" {
		p.add(c.GetAbatement()+"まで", "until "+c.GetAbatement())
	}
	addNamed(&p, "診断: ", "diagnosed by ", c.GetDiagnosedBy())
	p.addSame(c.GetCourse())
	return p.title()
}

// addWithheld says that the patient has not been told, and since when that is known, and that a thing is not to be
// passed on.
func addWithheld(p *phrase, u *carev1.Uninformed, undelivered bool) {
	if u != nil {
		p.add("【未告知"+bracketed(" ", u.GetAsOf(), "")+"】", "[patient not told"+bracketed(", ", u.GetAsOf(), "")+"]")
	}
	if undelivered {
		p.add("【未提供】", "[not to be passed on]")
	}
}

// directiveSummary writes "心肺蘇生を試みない（DNAR） 有効 2026-10-03 署名: 長女 …": what, since when, by whom, where the paper is.
func directiveSummary(d *carev1.AdvanceDirective) title {
	var p phrase
	if d.GetState() != carev1.DirectiveState_DIRECTIVE_STATE_IN_FORCE {
		addMark(&p, d.GetState())
	}
	addEnum(&p, d.GetType())
	p.addSame(d.GetStatedOn())
	p.addSame(d.GetWhatToDo())
	for _, l := range d.GetLimits() {
		whatJa, whatEn := EnumTitle(l.GetTreatment())
		wantJa, wantEn := EnumTitle(l.GetDecision())
		p.add(whatJa+": "+wantJa+bracketed("（", l.GetText(), "）"), whatEn+": "+wantEn+bracketed(" (", l.GetText(), ")"))
	}
	p.addSame(d.GetWishes())
	if d.GetSignedByPatient() {
		p.add("署名: 本人", "signed by the patient")
	} else if by := d.GetSigner(); by != "" {
		p.add("署名: "+by+bracketed("（", d.GetSignerRelation(), "）"), "signed by "+by+bracketed(" (", d.GetSignerRelation(), ")"))
	}
	addNamed(&p, "書面: ", "the paper: ", d.GetPaperLocation())
	addNamed(&p, "医師: ", "physician: ", d.GetPhysician())
	return p.title()
}

// instructionSummary writes "特別訪問看護指示書 2026-11-20–2026-12-03 佐藤医院 佐藤医師 肺炎 …".
func instructionSummary(i *carev1.PhysicianInstruction) title {
	var p phrase
	if i.GetState() == carev1.InstructionState_INSTRUCTION_STATE_WITHDRAWN {
		addMark(&p, i.GetState())
	}
	addEnum(&p, i.GetType())
	p.addSame(cmp.Or(i.GetPeriodFrom(), "?") + "–" + i.GetPeriodTo())
	p.addSame(i.GetClinic())
	p.addSame(i.GetPhysician())
	for _, d := range i.GetDiagnoses() {
		p.addSame(d.GetText())
	}
	addNamed(&p, "理由: ", "reason: ", i.GetFrequentVisitsReason())
	addEnum(&p, i.GetSecondSpecialReason())
	addNamed(&p, "点滴: ", "drip: ", i.GetInfusion().GetText())
	p.addSame(i.GetClinicalState())
	return p.title()
}

// addMark adds the title of a value as a mark that stands before everything else.
func addMark(p *phrase, e protoreflect.Enum) {
	ja, en := EnumTitle(e)
	p.add("【"+ja+"】", "["+en+"]")
}

// bracketed returns the text between the two signs; empty if there is no text.
func bracketed(before, text, after string) string {
	if text == "" {
		return ""
	}
	return before + text + after
}
