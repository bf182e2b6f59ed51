package synthetic

import (
	"strconv"
	"strings"
	"time"
)

// standing is what stood in the chart before the first day, as it was taken over on it.
func (p *page) standing() {
	w, c := p.world, p.chart
	at := w.clock(0, 5, 30)
	p.add(plain(p.face()), entry{by: p.someNurse(), at: at, later: 3, name: "face sheet"})
	if !c.home {
		p.add(plain(p.instruction()), entry{by: c.physician, at: at, later: 5, stream: ClinicalStream(c.id), name: "instruction"})
	}
	if c.is(cancer) {
		p.add(plain("本人・家族と話し合い（ACP）。心肺停止時の心肺蘇生・人工呼吸は希望しない（DNAR）。苦痛の緩和を優先し、自宅で最期まで過ごしたい。病状の変化時に改めて確認する。"),
			entry{by: c.physician, at: at.Add(10 * time.Minute), later: 5, name: "advance directive"})
	}
}

// face is who somebody is, for a nurse who comes for the first time.
func (p *page) face() string {
	w, c := p.world, p.chart
	d := w.dice(c, "face")
	postcode, address := place(d)
	names := make([]string, len(c.condition.diagnoses))
	for i, one := range c.condition.diagnoses {
		names[i] = one.name + "（" + one.icd + "）"
	}
	sex := "男性"
	if c.woman {
		sex = "女性"
	}
	lines := []string{
		"【基本情報】" + c.name.kanji() + "（" + c.name.kana() + "）" + sex + "、" + c.born.Format("2006年1月2日") + "生",
		"住所：〒" + postcode + " " + address,
		"介護保険：保険者番号 990" + digits(d.below(1000), 3) + "、被保険者番号 9" + digits(d.below(1_000_000_000), 9) + "、要介護" + strconv.Itoa(c.condition.level),
		"傷病名：" + strings.Join(names, "、"),
		"キーパーソン：" + c.relation + " " + c.relative.kanji() + "（" + c.relative.kana() + "）電話 000-0000-" + digits(d.below(10_000), 4),
		"アレルギー：" + pick(d, []string{"なし", "なし", "なし", "ペニシリン系（発疹）", "そば", "ヨード造影剤（じんましん）", "さば"}),
		"目標：" + c.condition.goal,
	}
	return strings.Join(lines, "\n")
}

// instruction is what the physician's order to the station says.
func (p *page) instruction() string {
	w, c := p.world, p.chart
	from := w.midnight(-w.dice(c, "instruction").between(20, 100))
	return strings.Join([]string{
		"【訪問看護指示書】指示期間 " + from.Format(time.DateOnly) + " から " + from.AddDate(0, 6, -1).Format(time.DateOnly),
		"主たる傷病名：" + c.condition.diagnoses[0].name + "（" + c.condition.diagnoses[0].icd + "）",
		"留意事項：" + c.condition.focus + "。" + limitsFor(c),
		"緊急時：わかくさ在宅クリニックへ電話。不在時は当番医。",
	}, "\n")
}

// limitsFor is when the physician wants to be called.
func limitsFor(c *chart) string {
	switch {
	case c.is(copd):
		return "SpO2は88〜92%を目標とし、85%以下または呼吸数30回以上で連絡。"
	case c.is(heart):
		return "体重が3日で2kg以上増加、または安静時の息切れで連絡。"
	case c.is(insulin):
		return "血糖70未満または300以上、食事が半分以下のときは連絡。"
	case c.is(cancer):
		return "NRS 4以上が続く、または内服できないときは連絡。"
	default:
		return "体温38.0℃以上、収縮期血圧180以上または90以下、SpO2 92%以下で連絡。"
	}
}
