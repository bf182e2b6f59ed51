package synthetic

import (
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// dose is one log: what became of a drug at a point of the day.
type dose struct {
	order   ID
	slot    string // with the date; empty when given as needed
	outcome carev1.DoseOutcome
	reason  string
	source  string
	prn     string
	site    string
	effect  string
}

func (o dose) body() *carev1.Body {
	l := &carev1.MedicationLog{
		OrderId: o.order[:], Slot: o.slot, Outcome: o.outcome, Reason: o.reason, Source: o.source, PrnIndication: o.prn,
		Site: o.site, Effect: o.effect,
	}
	return &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: l}}
}

// Outcomes by what happens at the bedside, with the words that go with them.
var refusals = []string{"「飲みたくない」と口を閉じる。30分後に再度勧めたが拒否", "手で払いのける。無理には勧めず看護師へ連絡", "「さっき飲んだ」と話し受け取らない"}

// refusalsAtVisit are the same where a nurse sees it, or hears of it.
var refusalsAtVisit = []string{"「今日は飲みたくない」と話され、時間をおいて勧めたが拒否。主治医へ報告", "家族より、今朝は首を振って飲まなかったと聞き取り", "「お腹が張るから」と飲まれず。次の内服から再開するよう説明"}

// homeDoses are the doses of a day at the home, each logged by who is on shift.
func (p *page) homeDoses() {
	w, c := p.world, p.chart
	for _, one := range c.prescriptions(w) {
		if formulary[one.drug].prn != nil {
			continue
		}
		for n, slot := range formulary[one.drug].slots {
			hour := slotTime[slot]
			d := w.dice(c, "dose "+one.drug, p.day, n)
			at := w.clock(p.day, hour[0], hour[1]+d.between(0, 18))
			if _, due := w.taken(c, one, p.day, at); !due || p.away(at) {
				continue
			}
			o := dose{order: w.orderID(c, one), slot: w.date(p.day) + "/" + slot, outcome: carev1.DoseOutcome_DOSE_OUTCOME_WATCHED}
			p.unusual(&o, d, c.at(at))
			p.add(o.body(), entry{by: p.onShift(at), at: at, later: d.between(1, 9), name: "dose " + one.drug + " " + o.slot})
		}
	}
}

// unusual makes few doses something else than taken: more when somebody is restless or hardly eats.
func (p *page) unusual(o *dose, d *dice, s state) {
	refuse := 1
	if s.restless || s.intake < 50 {
		refuse = 18
	}
	switch n := d.below(100); {
	case n < refuse:
		o.outcome, o.reason = carev1.DoseOutcome_DOSE_OUTCOME_REFUSED, pick(d, refusals)
	case n == 98:
		o.outcome, o.reason = carev1.DoseOutcome_DOSE_OUTCOME_UNAVAILABLE, "床に落とし、予備がないため看護師に連絡"
	case n == 99:
		o.outcome, o.reason = carev1.DoseOutcome_DOSE_OUTCOME_PARTIAL, "口から出してしまい、約半分のみ服用"
	}
}

// visitDoses are the doses that a nurse sees to: what is injected is given, what the packet calendar shows is noted,
// and pain is treated as ordered.
func (p *page) visitDoses(v stop, s state) {
	w, c := p.world, p.chart
	for _, one := range c.prescriptions(w) {
		d := w.dice(c, "visit dose "+one.drug, p.day)
		at := v.at.Add(time.Duration(d.between(6, 14)) * time.Minute)
		line := formulary[one.drug]
		if line.prn != nil {
			p.asNeeded(one, v, s, d, at)
			continue
		}
		if _, due := w.taken(c, one, p.day, at); !due || len(line.slots) == 0 {
			continue
		}
		slot := line.slots[0]
		hour := slotTime[slot]
		if w.clock(p.day, hour[0], hour[1]).After(at) {
			continue // not yet due at this visit
		}
		o := dose{order: w.orderID(c, one), slot: w.date(p.day) + "/" + slot}
		if line.method == "32" {
			p.inject(&o, s, d)
		} else {
			p.found(&o, d, s)
		}
		p.add(o.body(), entry{by: v.nurse, at: at, later: d.between(1, 6), name: "dose " + one.drug + " " + o.slot})
	}
}

func (p *page) inject(o *dose, s state, d *dice) {
	o.outcome, o.site = carev1.DoseOutcome_DOSE_OUTCOME_FOUND_TAKEN, pick(d, []string{"腹部 右", "腹部 左", "大腿 右", "大腿 左"})
	o.source = "自己注射ノートと残りの単位を確認"
	if s.kind == Hypoglycaemia && s.stage == severe {
		o.outcome, o.site, o.source = carev1.DoseOutcome_DOSE_OUTCOME_HELD, "", ""
		o.reason = "低血糖のため打たずに主治医へ報告"
	}
}

func (p *page) found(o *dose, d *dice, s state) {
	o.outcome, o.source = carev1.DoseOutcome_DOSE_OUTCOME_FOUND_TAKEN, pick(d, []string{"空包を確認", "お薬カレンダーの空包を確認", "家族より内服済みと聞き取り"})
	missed := 4
	if p.chart.is(dementia) || s.intake < 50 {
		missed = 12
	}
	switch n := d.below(100); {
	case n < missed:
		o.outcome, o.source, o.reason = carev1.DoseOutcome_DOSE_OUTCOME_MISSED, "", "お薬カレンダーに残っていた。時間が過ぎており薬剤師に相談"
	case n == 99:
		o.outcome, o.source, o.reason = carev1.DoseOutcome_DOSE_OUTCOME_REFUSED, "", pick(d, refusalsAtVisit)
	}
}

// asNeeded gives a drug that is for pain, fever or no stool when there is that.
func (p *page) asNeeded(one prescription, v stop, s state, d *dice, at time.Time) {
	w, c := p.world, p.chart
	line := formulary[one.drug]
	wanted := map[string]bool{"11": s.pain >= 4, "71": s.temperature > 140, "41": d.percent(12)}[line.prn.condition]
	if _, due := w.taken(c, one, p.day, at); !wanted || !due || s.jcs >= 30 {
		return
	}
	o := dose{order: w.orderID(c, one), outcome: carev1.DoseOutcome_DOSE_OUTCOME_GIVEN, prn: line.prn.indication}
	if line.prn.condition == "11" {
		o.effect = "30分後 NRS " + digits(max(s.pain-3, 0), 1) + " に軽減"
	}
	p.add(o.body(), entry{by: v.nurse, at: at, later: d.between(1, 5), name: "prn " + one.drug + " " + w.date(p.day)})
}
