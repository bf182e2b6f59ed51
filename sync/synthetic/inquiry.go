package synthetic

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// exchange is a question to the physician with its answer.
type exchange struct {
	asker            string // nurse, pharmacist or manager
	question, answer string
	trait            trait             // 0: for anybody
	fits             func(*chart) bool // nil: whoever has the trait
	subject          string
	report           carev1.ReportCategory // of a pharmacist's report; 0 for a question
	outcome          carev1.InquiryOutcome
}

var exchanges = []exchange{
	{
		"pharmacist", "酸化マグネシウムの残薬が10日分あります。次回処方で日数を調整してよろしいでしょうか。",
		"残薬に合わせて10日分減らしてください。便の状態は看護師に確認します。", 0, func(c *chart) bool { return c.takes("magnesium") },
		"残薬の日数調整", carev1.ReportCategory_REPORT_CATEGORY_LEFTOVER, carev1.InquiryOutcome_INQUIRY_OUTCOME_CHANGED,
	},
	{
		"nurse", "入浴前の収縮期血圧が150台の日があります。入浴可否の目安をご指示ください。",
		"160以上、または体調不良の訴えがある日は清拭としてください。それ以外は入浴可です。", 0, func(c *chart) bool { return c.usual.systolic >= 1300 },
		"入浴可否の目安", 0, 0,
	},
	{
		"manager", "担当者会議の日程です。来週火曜14時にご出席いただけますか。欠席の場合は意見をお願いします。",
		"診療のため欠席します。現在のサービスの継続で問題ありません。転倒予防に配慮をお願いします。", 0, nil,
		"サービス担当者会議の日程", 0, 0,
	},
	{
		"pharmacist", "錠剤がのみ込みにくいとの訴えがあります。口腔内崩壊錠への変更はいかがでしょうか。",
		"変更に同意します。次回の処方から口腔内崩壊錠にします。", frail, func(c *chart) bool { return !c.home },
		"剤形の変更", carev1.ReportCategory_REPORT_CATEGORY_DIFFICULTY, carev1.InquiryOutcome_INQUIRY_OUTCOME_CHANGED,
	},
	{
		"nurse", "下腿の浮腫がやや目立ちます。体重の変化はありません。弾性ストッキングの使用は続けてよいでしょうか。",
		"継続してください。体重が2kg以上増えた場合は連絡をお願いします。", heart, nil,
		"下腿の浮腫", 0, 0,
	},
	{
		"nurse", "日中の眠気が強いとご家族より相談がありました。内服の影響はあるでしょうか。",
		"次回診察で確認します。それまで現行どおり、ふらつきに注意してください。", dementia, nil,
		"日中の眠気", 0, 0,
	},
	{
		"pharmacist", "血糖が安定しています。低血糖の予防について、食事が少ない日の服用の目安を確認させてください。",
		"食事が半分以下の日は休薬し、連絡としてください。", insulin, func(c *chart) bool { return c.takes("glimepiride") },
		"低血糖の予防", carev1.ReportCategory_REPORT_CATEGORY_PROPOSAL, carev1.InquiryOutcome_INQUIRY_OUTCOME_UNCHANGED,
	},
}

// exchanges are those that fit somebody.
func (c *chart) exchanges() []exchange {
	var fit []exchange
	for _, one := range exchanges {
		if c.is(one.trait) && (one.fits == nil || one.fits(c)) {
			fit = append(fit, one)
		}
	}
	return fit
}

// ask: now and then somebody asks the physician, who answers on the next weekday.
func (p *page) ask() {
	if p.rhythm("ask", 14) {
		p.question(p.day, true)
	}
	back := 1
	if p.world.weekday(p.day) == 0 {
		back = 3
	}
	before := &page{world: p.world, chart: p.chart, day: p.day - back}
	if before.day >= 0 && p.world.weekday(p.day) < 5 && before.rhythm("ask", 14) {
		p.question(before.day, false)
	}
}

// question writes what is asked on a day, or the answer to it on the page's own.
func (p *page) question(asked int, asking bool) {
	w, c := p.world, p.chart
	d := w.dice(c, "question", asked)
	one := pick(d, c.exchanges())
	at := w.clock(asked, 16, d.between(5, 45))
	noon := w.clock(p.day, 12, 30+d.below(20))
	if p.away(at) || p.away(noon) || c.at(at).kind != Quiet { // who is ill is called about at once, and not by letter
		return
	}
	id := w.recordID(c, at, "question "+w.date(asked))
	before := &page{world: w, chart: c, day: asked}
	by := map[string]*colleague{"pharmacist": c.pharmacist, "manager": c.manager, "nurse": before.someNurse()}[one.asker]
	if asking {
		p.add(inquiryBody(one.asked(id)), entry{by: by, at: at, later: 4, name: "question " + w.date(asked)})
		return
	}
	p.add(inquiryBody(one.answered(id, by.Role)), entry{by: c.physician, at: noon, later: 3, name: "answer " + w.date(asked), about: id})
}

func inquiryBody(i *carev1.Inquiry) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_Inquiry{Inquiry: i}}
}

func (e exchange) kind() carev1.InquiryType {
	if e.report != 0 {
		return carev1.InquiryType_INQUIRY_TYPE_TRACING_REPORT
	}
	return carev1.InquiryType_INQUIRY_TYPE_QUESTION
}

// asked is the message that opens the thread.
func (e exchange) asked(id ID) *carev1.Inquiry {
	i := &carev1.Inquiry{
		ThreadId: id[:], Type: e.kind(), Subject: e.subject, Text: e.question, ToRoles: []carev1.Role{carev1.Role_ROLE_PHYSICIAN},
		Category: e.report,
	}
	if e.report != 0 {
		i.Consent = carev1.ReportConsent_REPORT_CONSENT_GIVEN
	}
	return i
}

// answered is the message that settles it.
func (e exchange) answered(id ID, to carev1.Role) *carev1.Inquiry {
	return &carev1.Inquiry{
		ThreadId: id[:], AnswerTo: id[:], Type: e.kind(), Text: e.answer, ToRoles: []carev1.Role{to}, Settled: true,
		SettledHow: "主治医が回答", Outcome: e.outcome,
	}
}
