package care

import (
	"strings"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// labSummary writes "CRP 4.1mg/dL H（高） 基準値 0.00–0.30 中間報告". A value in words stands as printed.
func labSummary(l *carev1.LabResult) title {
	var p phrase
	if s := l.GetStatus(); s != carev1.LabStatus_LAB_STATUS_FINAL && s != carev1.LabStatus_LAB_STATUS_UNSPECIFIED {
		addMark(&p, s)
	}
	p.addSame(l.GetName().GetText())
	if l.GetValueText() != "" {
		p.addSame(l.GetValueText() + l.GetUnit())
	}
	if l.GetFlag() != carev1.LabFlag_LAB_FLAG_NORMAL {
		addEnum(&p, l.GetFlag())
	}
	addNamed(&p, "基準値 ", "reference ", l.GetReferenceText())
	p.addSame(l.GetSpecimen())
	p.addSame(l.GetComment())
	p.addSame(l.GetLaboratory())
	return p.title()
}

// documentSummary writes "退院時サマリー 倉敷中央病院 田中医師 → つなぐ訪問看護 …", and the beginning of its text.
func documentSummary(d *carev1.Document) title {
	var p phrase
	addWithheld(&p, d.GetUninformed(), d.GetUndelivered())
	if d.GetOutgoing() {
		p.add("【送付】", "[sent]")
	}
	p.addSame(d.GetTitle())
	p.addSame(d.GetSender())
	p.addSame(d.GetAuthor())
	if d.GetAddressee() != "" {
		p.addSame("→ " + d.GetAddressee())
	}
	p.addSame(d.GetText())
	return p.title()
}

// inquirySummary writes "【至急】 疑義照会 → 医師: 件名 …", how it was settled, and what becomes of the prescription.
func inquirySummary(q *carev1.Inquiry) title {
	var p phrase
	if q.GetUrgent() {
		p.add("【至急】", "[urgent]")
	}
	if q.GetSettled() {
		p.add("【解決】", "[settled]")
	}
	ja, en := EnumTitle(q.GetType())
	if len(q.GetAnswerTo()) > 0 {
		ja, en = ja+"への返信", "answer to a "+en
	}
	toJa, toEn := addressees(q)
	p.add(ja+bracketed(" → ", strings.Join(toJa, "・"), "")+":", en+bracketed(" → ", strings.Join(toEn, ", "), "")+":")
	p.addSame(q.GetSubject())
	addEnum(&p, q.GetOutcome())
	p.addSame(q.GetText())
	addNamed(&p, "提案: ", "proposal: ", q.GetProposal())
	addNamed(&p, "解決: ", "settled: ", q.GetSettledHow())
	return p.title()
}

func addressees(q *carev1.Inquiry) (ja, en []string) {
	for _, r := range q.GetToRoles() {
		j, e := RoleTitle(r)
		ja, en = append(ja, j), append(en, e)
	}
	for _, a := range q.GetToPeople() {
		if a.GetName() != "" {
			ja, en = append(ja, a.GetName()), append(en, a.GetName())
		}
	}
	return ja, en
}
