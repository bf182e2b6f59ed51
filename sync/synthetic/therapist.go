package synthetic

import (
	"slices"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// trained are the conditions for which the station's therapist comes once a week.
var trained = []string{"stroke", "parkinson", "knees", "fracture", "rheumatism"}

// Sentences of the therapist, for those who walk and for those who lie.
var (
	walkingWords = []string{
		"下肢筋力訓練と立ち上がり練習10回×2。息切れなし。", "屋内歩行器歩行30m×2、ふらつきなし。段差昇降を練習。", "関節可動域訓練とストレッチ。自主訓練の方法を紙で渡した。",
		"トイレまでの動線で歩行練習。手すりの位置を家族と確認。", "バランス訓練。片脚立位は右3秒・左5秒。",
	}
	lyingWords = []string{
		"四肢の関節可動域訓練、拘縮の進行なし。", "端座位を5分保持、血圧の変動なし。", "呼吸介助と排痰の練習。家族へ体位変換の方法を説明。", "ポジショニングを調整。踵の除圧を確認。",
	}
)

// therapy is the therapist's weekly visit, on a weekday without a nurse if there is one.
func (p *page) therapy() {
	w, c := p.world, p.chart
	if c.home || !slices.Contains(trained, c.condition.label) || w.weekday(p.day) != c.therapyDay() {
		return
	}
	at := w.clock(p.day, 9, 30+70*(c.number%patientsPerTour)+w.dice(c, "therapy", p.day).between(0, 9))
	if p.away(at) || p.away(at.Add(time.Hour)) || c.at(at).bad() {
		return
	}
	by, words := w.teams[c.team].therapist, walkingWords
	if c.is(bedridden) {
		words = lyingWords
	}
	p.professional(by, carev1.VisitKind_VISIT_KIND_THERAPY, at, 40, "リハビリテーション")
	p.add(plain("訪問リハビリ。"+rotate(words, c.number, p.day/7)), entry{by: by, at: at, later: 45, name: "therapy " + w.date(p.day)})
}

// therapyDay is the weekday of the therapist, Monday 0.
func (c *chart) therapyDay() int {
	for n := range 5 {
		if day := (c.number + n) % 5; !c.pattern[day] {
			return day
		}
	}
	return c.number % 5
}
