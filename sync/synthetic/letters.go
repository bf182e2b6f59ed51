package synthetic

import (
	"strings"
	"time"
)

// referral is the letter that goes with somebody to hospital.
func (p *page) referral(one *Course) string {
	c := p.chart
	drugs := []string{}
	for _, name := range c.condition.drugs {
		drugs = append(drugs, formulary[name].name)
	}
	return strings.Join([]string{
		"【診療情報提供書】つなぐ市民病院 内科 御中",
		"患者：" + c.name.kanji() + " 様（" + c.born.Format("2006年1月2日") + "生）",
		"傷病名：肺炎、" + c.condition.diagnoses[0].name,
		"紹介目的：入院加療のお願い",
		"経過：" + one.Onset.In(tokyo).Format("1月2日") + "頃より咳と食欲低下、その後発熱と低酸素を認めました。抗菌薬を処方しましたが呼吸状態が悪化し、入院をお願いいたします。",
		"処方：" + strings.Join(drugs, "、"),
		"わかくさ在宅クリニック " + c.physician.Name,
	}, "\n")
}

// summary is what the hospital sends when somebody comes home.
func (p *page) summary(one *Course) string {
	c := p.chart
	return strings.Join([]string{
		"【退院時サマリー】つなぐ市民病院 内科（わかくさ在宅クリニックが受領）",
		"入院期間：" + one.Admitted.In(tokyo).Format(time.DateOnly) + " から " + one.Discharged.In(tokyo).Format(time.DateOnly),
		"診断：誤嚥性肺炎",
		"経過：酸素投与とスルバクタム・アンピシリンの点滴で改善。嚥下評価のうえ、とろみ食・とろみ水分とした。",
		"退院時：解熱し、酸素は不要。入院中に下肢筋力が低下、移動は軽介助。",
		"退院時処方：入院前と同じ。お願い：口腔ケアと嚥下体操の継続、発熱時は早めのご連絡を。",
		"患者：" + c.name.kanji() + " 様",
	}, "\n")
}
