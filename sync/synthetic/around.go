package synthetic

import (
	"strings"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// around is what the people around write: orders, the physician's rounds, the pharmacist's and the care manager's
// visits, and what an illness makes them write.
func (p *page) around() {
	p.sheets()
	p.orders()
	p.illnesses()
	p.physicianRound()
	p.pharmacistVisit()
	p.monitoring()
	p.therapy()
	p.results()
	p.ask()
	p.tasks()
}

// rhythm tells whether something that comes every so many weekdays is due; everybody has a start of their own, and
// nothing of it falls on a weekend.
func (p *page) rhythm(purpose string, days int) bool {
	offset := p.world.dice(p.chart, purpose).below(days)
	day := p.world.weekday(p.day)
	if day >= 5 {
		return false
	}
	back := 0 // what fell on the weekend is done on Monday
	if day == 0 {
		back = 2
	}
	for n := p.day - back; n <= p.day; n++ {
		if (n+offset)%days == 0 {
			return true
		}
	}
	return false
}

var (
	physicianQuiet = []string{
		"全身状態は安定。内服は継続とする。", "食欲・睡眠とも良好。バイタルは普段の範囲。次回採血を予定。",
		"胸部聴診で異常なし。現行の治療を継続。", "家族より変わりない旨を聴取。処方は前回と同じ。", "診察上、新たな所見なし。残薬を確認し処方日数を調整。",
	}
	physicianTrait = []struct {
		trait trait
		words string
	}{
		{cancer, "疼痛はおおむね内服で緩和されている。食事量は少なめ。今後の過ごし方を本人・家族と話し合った。"},
		{heart, "下腿浮腫は軽度で変化なし。体重は安定。減塩を継続。"}, {woundCare, "仙骨部褥瘡は縮小傾向、感染徴候なし。処置は継続とする。"},
		{oxygen, "在宅酸素は指示どおり1L/分。CO2ナルコーシスの徴候なし。"}, {insulin, "血糖の記録を確認。低血糖なし。"},
		{irregular, "脈は不整、心拍数は落ち着いている。出血傾向なし。"},
	}
	physicianIll = map[Kind]string{
		Pneumonia:        "看護師の報告を受け往診。右下肺に湿性ラ音、発熱・低酸素あり。誤嚥性肺炎と診断し、抗菌薬を処方。呼吸状態により入院を検討する。",
		HeartFailure:     "看護師より体重増加・浮腫・息切れの報告。心不全増悪と判断し、フロセミドを倍量に増量。1週間後に採血。悪化時は入院も検討。",
		Hypoglycaemia:    "看護師より低血糖の電話報告。摂食低下によると判断し、本日は休薬、明日から減量を指示。食事量が戻るまで朝夕の血糖測定。",
		UrinaryInfection: "往診。微熱・尿混濁・不穏あり。尿路感染症と診断し、抗菌薬7日分を処方。水分摂取を促すよう指示。意識・食事量の悪化時は連絡を。",
		EndOfLife:        "往診。病状は終末期。疼痛に対しオキシコドンを増量。本人・家族に今後の経過を説明し、自宅での看取りの意思を再確認した。",
	}
	pharmacistWords = []string{
		"残薬は各1〜2日分、服薬はおおむね良好。一包化を継続。", "お薬カレンダーにセット。副作用の訴えなし。便秘の有無を確認。",
		"飲み残しの薬を回収し日数を調整。家族へ保管方法を説明。", "嚥下の状態を確認、錠剤のまま服用できている。",
		"お薬手帳を確認。市販薬の使用なし。次回も同じ内容で準備する。",
	}
	pharmacistAtHome = []string{
		"施設の薬カートへ2週間分をセットし、職員と数を確認。", "職員より服薬の様子を聴取。飲み込みに問題なし。", "頓用薬の残数と期限を確認。副作用の訴えなし。",
		"落薬の報告1件、職員と手順を確認。", "服薬は見守りで確実にできている。剤形の変更は不要。",
	}
	monitoringWords = []string{
		"サービスは計画どおり利用できている。本人「このまま家で暮らしたい」。目標は継続。",
		"短期目標はおおむね達成。家族の介護負担について聞き取り、短期入所の案内を行った。",
		"福祉用具の使用状況を確認、問題なし。次の担当者会議の日程を相談した。",
		"本人の希望を聴取。通所の回数は現状のままとする。家族の体調に変わりなし。",
	}
	monitoringAtHome = []string{
		"居室で面談。本人は穏やか。ケアプランの変更は不要と判断。", "職員と生活の様子を確認。外出の機会を増やす方向で計画を見直す。",
		"食事と睡眠の状況を確認。短期目標は継続とする。", "家族の意向を電話で確認済み。行事への参加を計画に加える。",
	}
	monitoringLast = "病状の変化を受けて訪問し、家族と今後の支援を相談。医師・訪問看護と情報を共有し、夜間の連絡方法を確認した。"
)

// seen is how the physician sees somebody in a course: at home, or by telephone.
func (k Kind) seen() bool { return k == Pneumonia || k == UrinaryInfection || k == EndOfLife }

func (p *page) physicianRound() {
	w, c := p.world, p.chart
	for _, one := range c.courses {
		at := one.Worst.Add(50 * time.Minute)
		if one.Kind == EndOfLife {
			at = w.clock(w.dayOf(one.Onset)+(w.dayOf(one.Worst)-w.dayOf(one.Onset))/2, 12, 30)
			p.comfort(&one)
		}
		if w.dayOf(at) == p.day {
			p.physicianNote(physicianIll[one.Kind], at, one.Kind.seen(), "physician ill "+w.date(p.day))
		}
	}
	at := p.slot("physician", 13)
	s := c.at(at)
	if !p.rhythm("physician", 14) || p.away(at) || s.bad() {
		return
	}
	p.professional(c.physician, carev1.VisitKind_VISIT_KIND_PHYSICIAN, at, 20, "定期診察")
	text := "定期訪問診療。" + p.physicianWords(s)
	if c.home {
		text = strings.NewReplacer("家族より", "職員より", "本人・家族", "本人・家族・職員").Replace(text)
	}
	p.add(plain(text), entry{
		by: c.physician, at: at, later: 25, stream: ClinicalStream(c.id), name: "physician " + w.date(p.day),
	})
}

// physicianWords are those of a regular visit, to somebody who is well or not quite.
func (p *page) physicianWords(s state) string {
	c := p.chart
	switch {
	case s.kind != Quiet && s.stage == recovering:
		return "経過は良好で、普段の状態に戻りつつある。処方は現行どおり。"
	case s.kind != Quiet && s.kind != EndOfLife:
		return "バイタルは普段の範囲だが、やや活気に乏しい。変化があれば早めに連絡するよう説明。"
	}
	words := rotate(physicianQuiet, p.world.dice(c, "physician words").below(100)+c.number, p.day/14)
	for _, one := range physicianTrait {
		if c.is(one.trait) {
			return words + one.words
		}
	}
	return words
}

// physicianNote is what a physician writes of somebody who is ill, with the house call if there was one.
func (p *page) physicianNote(text string, at time.Time, called bool, name string) {
	c := p.chart
	if called {
		p.houseCall(c.physician, at, at.Add(18*time.Minute))
	}
	p.add(plain(text), entry{by: c.physician, at: at, later: 20, stream: ClinicalStream(c.id), name: name})
}

// comfort: somebody near the end can no longer swallow; what was taken by mouth ends.
func (p *page) comfort(one *Course) {
	at := p.world.sinks(p.chart, one)
	if p.world.dayOf(at) == p.day {
		p.physicianNote("往診。傾眠となり内服が難しいため、内服薬をすべて中止。疼痛にはオピオイドの持続皮下注射を開始し、家族に経過を説明した。",
			at, true, "physician comfort "+p.world.date(p.day))
	}
}

// slot is the time at which one of the professions around comes: people with neighbouring numbers one after another.
func (p *page) slot(purpose string, hour int) time.Time {
	d := p.world.dice(p.chart, purpose, p.day)
	return p.world.clock(p.day, hour, 35*(p.chart.number%6)+d.between(0, 9))
}

func (p *page) pharmacistVisit() {
	w, c := p.world, p.chart
	at := p.slot("pharmacist", 14)
	if !p.rhythm("pharmacist", 14) || p.away(at) || c.at(at).bad() {
		return
	}
	words := pharmacistWords
	if c.home {
		words = pharmacistAtHome
	}
	p.professional(c.pharmacist, carev1.VisitKind_VISIT_KIND_PHARMACIST, at, 25, "訪問薬剤管理指導")
	text := "訪問薬剤管理指導。" + rotate(words, w.dice(c, "pharmacist words").below(100)+c.number, p.day/14)
	p.add(plain(text), entry{by: c.pharmacist, at: at, later: 30, name: "pharmacist " + w.date(p.day)})
}

func (p *page) monitoring() {
	w, c := p.world, p.chart
	at := p.slot("manager", 10)
	if !p.rhythm("manager", blockDays) || p.away(at) {
		return
	}
	where, words := "居宅を訪問しモニタリング。", monitoringWords
	if c.home {
		where, words = "グループホームを訪問。", monitoringAtHome
	}
	text := where + rotate(words, w.dice(c, "manager words").below(100)+c.number, p.day/blockDays)
	switch s := c.at(at); {
	case s.kind == EndOfLife && s.stage >= early:
		text = monitoringLast
	case s.bad():
		return
	}
	p.professional(c.manager, carev1.VisitKind_VISIT_KIND_CARE_MANAGER, at, 40, "モニタリング")
	p.add(plain(text), entry{by: c.manager, at: at, later: 90, name: "monitoring " + w.date(p.day)})
}
