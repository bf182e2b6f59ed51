package synthetic

import (
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func dailyBody(d *carev1.DailyCare) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_DailyCare{DailyCare: d}}
}

// log writes one entry of the home's record down, unless nobody is there to care for.
func (p *page) log(care *carev1.DailyCare, at time.Time, name string) {
	if p.away(at) {
		return
	}
	chance := p.world.dice(p.chart, "log "+name, p.day)
	later := chance.between(1, 9)
	by := p.onShift(at)
	name += " " + p.world.date(p.day)
	id := p.add(dailyBody(care), entry{by: by, at: at, later: later, name: name})
	if at.In(tokyo).Hour() < 23 && chance.below(400) == 0 {
		p.retract(id, entry{by: by, at: at, later: later + 12, name: name + " retracted"}, "別の方の記録を誤って入力")
	}
}

// meals: three a day, smaller when somebody is ill; teeth and dentures are cleaned after the first and the last.
func (p *page) meals() {
	for n, one := range []struct {
		time         carev1.MealTime
		hour, minute int
	}{
		{carev1.MealTime_MEAL_TIME_BREAKFAST, 7, 50}, {carev1.MealTime_MEAL_TIME_LUNCH, 12, 20},
		{carev1.MealTime_MEAL_TIME_DINNER, 18, 15},
	} {
		d := p.world.dice(p.chart, "meal", p.day, n)
		at := p.world.clock(p.day, one.hour, one.minute+d.between(0, 20))
		s := p.chart.at(at)
		care := &carev1.DailyCare{Meal: p.meal(one.time, s, d), Fluid: p.drink("お茶", d.between(14, 20)*10*s.intake/100)}
		switch eaten := care.GetMeal().GetStapleTenths(); {
		case eaten <= 4:
			care.Remarks = pick(d, []string{"「もういらない」と箸を置かれる。", "声をかけながら介助するが進まない。", "口を開けてくださらない。"})
		case d.percent(15):
			care.Remarks = pick(d, []string{"「おいしい」と笑顔。", "ご自分で最後まで召し上がる。", "隣の方と話しながら召し上がる。"})
		}
		if one.time != carev1.MealTime_MEAL_TIME_LUNCH {
			care.OralCare = p.oralCare(one.time, s, d)
		}
		p.log(care, at, "meal "+digits(n, 1))
	}
}

// meal is what somebody ate of one.
func (p *page) meal(which carev1.MealTime, s state, d *dice) *carev1.Meal {
	eaten := func() *uint32 { return proto.Uint32(uint32(min(max((d.between(8, 10)*s.intake+50)/100, 0), 10))) }
	m := &carev1.Meal{Time: which, StapleTenths: eaten(), SideTenths: eaten(), Form: "米飯・常食", Help: p.help(s)}
	if p.chart.is(frail) {
		m.Form, m.Choking = "全粥・刻みとろみ", proto.Bool(s.kind != Quiet && s.stage >= early && d.percent(30))
	}
	if m.GetStapleTenths() == 0 {
		m.NotEatenReason = "体調不良で口を開けられない"
	}
	return m
}

// help is how much help somebody needs with what care workers do: more when they are ill.
func (p *page) help(s state) carev1.HelpLevel {
	level := carev1.HelpLevel_HELP_LEVEL_WATCHED
	if p.chart.condition.level >= 4 {
		level = carev1.HelpLevel_HELP_LEVEL_PARTIAL
	}
	if s.intake < 70 {
		level++
	}
	return level
}

// drink is an amount in mL, thickened for those who swallow badly.
func (p *page) drink(what string, ml int) *carev1.Fluid {
	f := &carev1.Fluid{Ml: uint32(max(ml+5, 0) / 10 * 10), What: what, Thickening: carev1.Thickening_THICKENING_NONE}
	if p.chart.is(frail) {
		f.Thickening, f.Choking = carev1.Thickening_THICKENING_MILD, proto.Bool(false)
	}
	return f
}

func (p *page) oralCare(which carev1.MealTime, s state, d *dice) *carev1.OralCare {
	if s.restless && d.percent(35) {
		return &carev1.OralCare{Reason: "落ち着かず拒否。時間をおいて再度声をかける"}
	}
	o := &carev1.OralCare{Done: true, Help: p.help(s)}
	if p.chart.number%2 == 0 && which == carev1.MealTime_MEAL_TIME_DINNER {
		o.Dentures = "上下義歯を外し洗浄、夜間は保管"
	}
	return o
}

// fluids: six times a day between the meals.
func (p *page) fluids() {
	drinks := []string{"お茶", "麦茶", "白湯", "コーヒー牛乳", "スポーツ飲料", "ほうじ茶"}
	for n, hour := range []int{6, 10, 14, 15, 17, 20} {
		d := p.world.dice(p.chart, "fluid", p.day, n)
		at := p.world.clock(p.day, hour, d.between(2, 50))
		amount := d.between(8, 16) * 10 * p.chart.at(at).intake / 100
		p.log(&carev1.DailyCare{Fluid: p.drink(pick(d, drinks), amount)}, at, "fluid "+digits(n, 1))
	}
}

// nights: three rounds in the night.
func (p *page) nights() {
	start := p.world.dice(p.chart, "nights").below(100)
	for n, hour := range []int{1, 3, 23} {
		d := p.world.dice(p.chart, "night", p.day, n)
		at := p.world.clock(p.day, hour, d.between(0, 40))
		words := rotate(nightWords, start+n, p.day)
		care := &carev1.DailyCare{Sleep: &carev1.Sleep{Finding: carev1.RoundFinding_ROUND_FINDING_ASLEEP, Note: words}}
		if strings.Contains(words, "トイレ") {
			care.Sleep.Finding = carev1.RoundFinding_ROUND_FINDING_UP
		}
		if p.chart.at(at).restless && d.percent(60) {
			care.Sleep = &carev1.Sleep{
				Finding: carev1.RoundFinding_ROUND_FINDING_RESTLESS, Note: rotate(restlessNights, start+n, p.day),
			}
			if d.percent(15) {
				care.Incident = carev1.Incident_INCIDENT_NEAR_MISS
				care.Remarks = "訪室時、ひとりで立ち上がりふらつかれる。すぐに支え、転倒なし。痛みの訴えなし。センサーマットを敷く。"
			}
		}
		p.log(care, at, "night "+digits(n, 1))
	}
}

// bath: three times a week, and not with a fever.
func (p *page) bath() {
	if (p.world.weekday(p.day)+p.chart.number)%7%2 != 0 || p.world.weekday(p.day) == 6 {
		return
	}
	at := p.world.clock(p.day, 10, 20+p.chart.number%4*8)
	care := &carev1.DailyCare{
		Bathing: &carev1.Bathing{Kind: carev1.BathingKind_BATHING_KIND_TUB},
		Skin:    &carev1.Skin{Site: "全身", Finding: "発赤・傷なし", Treatment: "入浴後に保湿剤を塗布"},
		Remarks: "気持ちよさそうにされる。",
	}
	switch s := p.chart.at(at); {
	case s.temperature > 80 || s.stage == severe || s.stage == easing:
		care.Skin.Treatment = "清拭後に保湿剤を塗布"
		care.Bathing.Kind, care.Remarks = carev1.BathingKind_BATHING_KIND_BED_BATH, "体調不良のため入浴は中止し、清拭と更衣を行う。"
	case p.world.dice(p.chart, "bath", p.day).percent(4):
		care.Bathing, care.Skin = &carev1.Bathing{StopReason: "本人の拒否。2回お誘いしたが「今日は入らない」"}, nil
		care.Remarks = ""
	}
	p.log(care, at, "bath")
}
