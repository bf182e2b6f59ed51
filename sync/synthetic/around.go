package synthetic

import "time"

// around is what the people around write: orders, the physician's rounds, the pharmacist's and the care manager's
// visits, and what an illness makes them write.
func (p *page) around() {
	p.sheets()
	p.orders()
	p.illnesses()
	p.physicianRound()
	p.pharmacistVisit()
	p.monitoring()
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
		"定期訪問診療。全身状態は安定。内服は継続とする。", "定期訪問診療。食欲・睡眠とも良好。バイタルは普段の範囲。次回採血を予定。",
		"訪問診療。胸部聴診で異常なし。下腿浮腫なし。現行の治療を継続。", "訪問診療。家族より変わりない旨を聴取。褥瘡なし。処方は前回と同じ。",
	}
	physicianIll = map[Kind]string{
		Pneumonia:        "看護師の報告を受け往診。右下肺に湿性ラ音、発熱・低酸素あり。誤嚥性肺炎と診断し、抗菌薬を処方。呼吸状態により入院を検討する。",
		HeartFailure:     "看護師より体重増加・浮腫・息切れの報告。心不全増悪と判断し、フロセミドを倍量に増量。1週間後に採血。悪化時は入院も検討。",
		Hypoglycaemia:    "看護師より低血糖の電話報告。摂食低下によると判断し、本日は休薬、明日から減量を指示。食事量が戻るまで朝夕の血糖測定。",
		UrinaryInfection: "往診。微熱・尿混濁・不穏あり。尿路感染症と診断し、抗菌薬7日分を処方。水分摂取を促すよう指示。意識・食事量の悪化時は連絡を。",
		EndOfLife:        "往診。病状は終末期。疼痛に対しオキシコドンを増量。本人・家族に今後の経過を説明し、自宅での看取りの意思を再確認した。",
	}
	pharmacistWords = []string{
		"訪問薬剤管理指導。残薬は各1〜2日分、服薬はおおむね良好。一包化を継続。", "訪問薬剤管理指導。お薬カレンダーにセット。副作用の訴えなし。便秘の有無を確認。",
		"訪問薬剤管理指導。飲み残しの薬を回収し日数を調整。家族へ保管方法を説明。", "訪問薬剤管理指導。嚥下の状態を確認、錠剤のまま服用できている。",
	}
	monitoringWords = []string{
		"居宅を訪問しモニタリング。サービスは計画どおり利用できている。本人「このまま家で暮らしたい」。目標は継続。",
		"居宅を訪問しモニタリング。短期目標はおおむね達成。家族の介護負担について聞き取り、短期入所の案内を行った。",
		"グループホームを訪問し面談。本人は穏やか。ケアプランの変更は不要と判断。",
	}
)

func (p *page) physicianRound() {
	w, c := p.world, p.chart
	d := w.dice(c, "physician", p.day)
	for _, one := range c.courses {
		at := one.Worst.Add(50 * time.Minute)
		if one.Kind == EndOfLife {
			at = w.clock(w.dayOf(one.Onset)+(w.dayOf(one.Worst)-w.dayOf(one.Onset))/2, 12, 30)
		}
		if w.dayOf(at) == p.day {
			p.add(plain(physicianIll[one.Kind]), entry{
				by: c.physician, at: at, later: 20, stream: ClinicalStream(c.id), name: "physician ill " + w.date(p.day),
			})
		}
	}
	at := w.clock(p.day, 13+d.below(4), d.between(0, 50))
	s := c.at(at)
	if !p.rhythm("physician", 14) || p.away(at) || s.stage >= clear {
		return
	}
	start := w.dice(c, "physician words").below(100)
	p.add(plain(rotate(physicianQuiet, start, p.day/14)), entry{
		by: c.physician, at: at, later: 25, stream: ClinicalStream(c.id), name: "physician " + w.date(p.day),
	})
}

func (p *page) pharmacistVisit() {
	w, c := p.world, p.chart
	d := w.dice(c, "pharmacist", p.day)
	at := w.clock(p.day, 14+d.below(3), d.between(0, 50))
	if p.rhythm("pharmacist", 14) && !p.away(at) {
		start := w.dice(c, "pharmacist words").below(100)
		p.add(plain(rotate(pharmacistWords, start, p.day/14)), entry{by: c.pharmacist, at: at, later: 30, name: "pharmacist " + w.date(p.day)})
	}
}

func (p *page) monitoring() {
	w, c := p.world, p.chart
	at := w.clock(p.day, 11, w.dice(c, "manager", p.day).between(0, 40))
	if !p.rhythm("manager", blockDays) || p.away(at) {
		return
	}
	text := monitoringWords[2]
	if !c.home {
		text = monitoringWords[(p.day/blockDays+c.number)%2]
	}
	p.add(plain(text), entry{by: c.manager, at: at, later: 90, name: "monitoring " + w.date(p.day)})
}
