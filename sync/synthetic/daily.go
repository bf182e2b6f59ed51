package synthetic

import (
	"strconv"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// daily is one thing of the daily care at the home, as a care worker enters it.
type daily struct {
	meal         string // 朝食, 昼食, 夕食; empty for none
	staple, side int    // tenths of what was served
	fluid        int    // millilitres
	drink        string
	urine        string // how much, in words
	stool        int    // Bristol scale, 1 to 7; 0 for none
	amount       string // of the stool
	words        string
}

// body puts it into one text, as it stands in a paper record.
func (d daily) body() *carev1.Body {
	text := ""
	switch {
	case d.meal != "":
		text = d.meal + " 主食" + tenths(d.staple) + "・副食" + tenths(d.side) + "。水分" + strconv.Itoa(d.fluid) + "mL"
	case d.drink != "":
		text = d.drink + " " + strconv.Itoa(d.fluid) + "mL"
	case d.urine != "":
		text = "排尿 " + d.urine
		if d.stool > 0 {
			text += "、排便 " + d.amount + "（ブリストル" + strconv.Itoa(d.stool) + "）"
		}
	}
	return plain(join(text, d.words))
}

func tenths(n int) string {
	switch n {
	case 0:
		return "0割"
	case 10:
		return "全量"
	default:
		return strconv.Itoa(n) + "割"
	}
}

// log writes one thing down, unless nobody is there to care for.
func (p *page) log(d daily, at time.Time, name string) {
	if p.away(at) {
		return
	}
	chance := p.world.dice(p.chart, "log "+name, p.day)
	later := chance.between(1, 9)
	by := p.onShift(at)
	name += " " + p.world.date(p.day)
	id := p.add(d.body(), entry{by: by, at: at, later: later, name: name})
	if at.In(tokyo).Hour() < 23 && chance.below(400) == 0 {
		p.retract(id, entry{by: by, at: at, later: later + 12, name: name + " retracted"}, "別の方の記録を誤って入力")
	}
}

// meals: three a day, smaller when somebody is ill.
func (p *page) meals() {
	for n, one := range []struct {
		name         string
		hour, minute int
	}{{"朝食", 7, 50}, {"昼食", 12, 20}, {"夕食", 18, 15}} {
		d := p.world.dice(p.chart, "meal", p.day, n)
		at := p.world.clock(p.day, one.hour, one.minute+d.between(0, 20))
		s := p.chart.at(at)
		eaten := func() int { return min(max((d.between(8, 10)*s.intake+50)/100, 0), 10) }
		m := daily{meal: one.name, staple: eaten(), side: eaten(), fluid: d.between(14, 20) * 10 * s.intake / 100}
		switch {
		case p.chart.is(frail):
			m.words = "とろみ付き、むせなし。"
		case m.staple <= 4:
			m.words = pick(d, []string{"「もういらない」と箸を置かれる。", "声をかけながら介助するが進まない。", "口を開けてくださらない。"})
		case d.percent(15):
			m.words = pick(d, []string{"「おいしい」と笑顔。", "ご自分で最後まで召し上がる。", "隣の方と話しながら召し上がる。"})
		}
		p.log(m, at, "meal "+digits(n, 1))
	}
}

// fluids: six times a day between the meals.
func (p *page) fluids() {
	for n, hour := range []int{6, 10, 14, 15, 17, 20} {
		d := p.world.dice(p.chart, "fluid", p.day, n)
		at := p.world.clock(p.day, hour, d.between(2, 50))
		amount := d.between(8, 16) * 10 * p.chart.at(at).intake / 100
		p.log(daily{drink: pick(d, []string{"お茶", "麦茶", "白湯", "コーヒー牛乳", "スポーツ飲料", "ほうじ茶"}), fluid: amount}, at, "fluid "+digits(n, 1))
	}
}

// toilet: about seven times a day, with a stool on most days and none for two or three now and then.
func (p *page) toilet() {
	s := p.chart.at(p.world.clock(p.day, 12, 0))
	times := []int{5, 8, 10, 13, 16, 19, 21}
	if s.kind == UrinaryInfection && s.stage >= early && s.stage != recovering {
		times = []int{2, 4, 5, 8, 9, 10, 13, 14, 16, 18, 19, 21, 22}
	}
	bowel := p.world.dice(p.chart, "bowel")
	without := (p.day+bowel.below(9))%9 < 2 // two days without, every nine
	for n, hour := range times {
		d := p.world.dice(p.chart, "toilet", p.day, n)
		one := daily{urine: pick(d, []string{"中量", "中量", "多量", "少量"})}
		if s.kind == UrinaryInfection && s.stage >= early && s.stage != recovering {
			one.urine, one.words = "少量", pick(d, []string{"混濁あり。", "尿臭が強い。", "排尿時に顔をしかめる。"})
		}
		if hour == 8 && !without {
			one.stool, one.amount = d.between(3, 5), pick(d, []string{"中等量", "多量", "少量"})
		}
		if p.chart.usual.jcs >= 3 && d.percent(20) {
			one.words = "パッド内に失禁あり、交換。" + one.words
		}
		p.log(one, p.world.clock(p.day, hour, d.between(0, 45)), "toilet "+digits(n, 2))
	}
}

// nights: three rounds in the night.
func (p *page) nights() {
	start := p.world.dice(p.chart, "nights").below(100)
	for n, hour := range []int{1, 3, 23} {
		d := p.world.dice(p.chart, "night", p.day, n)
		at := p.world.clock(p.day, hour, d.between(0, 40))
		words := rotate(nightWords, start+n, p.day)
		if p.chart.at(at).restless && d.percent(60) {
			words = rotate(restlessNights, start+n, p.day)
		}
		p.log(daily{words: "巡視。" + words}, at, "night "+digits(n, 1))
	}
}

// bath: three times a week, and not with a fever.
func (p *page) bath() {
	if (p.world.weekday(p.day)+p.chart.number)%7%2 != 0 || p.world.weekday(p.day) == 6 {
		return
	}
	at := p.world.clock(p.day, 10, 20+p.chart.number%4*8)
	words := "入浴（一般浴）。皮膚トラブルなし、気持ちよさそうにされる。"
	if s := p.chart.at(at); s.temperature > 80 || s.stage == severe {
		words = "体調不良のため入浴は中止し、清拭と更衣を行う。"
	}
	p.log(daily{words: words}, at, "bath")
}
