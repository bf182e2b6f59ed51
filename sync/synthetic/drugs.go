package synthetic

import (
	"strconv"

	"github.com/tsunagu-care/tsunagu/sync/care"
)

// drug is a prescription line as somebody would write it: generic names with the codes of generic names, which name
// ingredient, form and strength and no brand; the Kampo extract, which has none, with a YJ code.
type drug struct {
	name, yj string
	amount   uint32 // thousandths of the unit
	unit     string
	method   string // positions 1 and 2 of the dosage code
	slots    []string
	text     string
	prn      *whenNeeded
	weekday  int    // 1 Monday to 7 Sunday: once a week; 0: every day
	hold     string // when to hold the dose and ask
	care     bool   // care staff may help with it
}

// whenNeeded are the limits of a drug given when needed.
type whenNeeded struct {
	condition  string // positions 5 and 6 of the dosage code
	indication string
	hours, max int
}

// The points of the day that orders use.
var (
	morning     = []string{"after-breakfast"}
	beforeFood  = []string{"before-breakfast"}
	twice       = []string{"after-breakfast", "after-dinner"}
	threeTimes  = []string{"after-breakfast", "after-lunch", "after-dinner"}
	atBedtime   = []string{care.SlotBedtime}
	onWaking    = []string{care.SlotWakeUp}
	justBefore3 = []string{"just-before-breakfast", "just-before-lunch", "just-before-dinner"}
)

// formulary is every drug of the world by a short name.
var formulary = map[string]drug{
	"amlodipine":     {name: "アムロジピンOD錠5mg", yj: "2171022F4ZZZ", amount: 1000, unit: "錠", slots: morning, text: "1日1回 朝食後", care: true},
	"bisoprolol":     {name: "ビソプロロールフマル酸塩錠2.5mg", yj: "2123016F2ZZZ", amount: 1000, unit: "錠", slots: morning, text: "1日1回 朝食後", hold: "脈拍45/分未満は保留し連絡", care: true},
	"furosemide":     {name: "フロセミド錠20mg", yj: "2139005F1ZZZ", amount: 1000, unit: "錠", slots: morning, text: "1日1回 朝食後", hold: "収縮期血圧90未満は保留し連絡"},
	"spironolactone": {name: "スピロノラクトン錠25mg", yj: "2133001F1ZZZ", amount: 1000, unit: "錠", slots: morning, text: "1日1回 朝食後"},
	"enalapril":      {name: "エナラプリルマレイン酸塩錠5mg", yj: "2144002F2ZZZ", amount: 1000, unit: "錠", slots: morning, text: "1日1回 朝食後"},
	"apixaban":       {name: "アピキサバン錠2.5mg", yj: "3339004F1ZZZ", amount: 1000, unit: "錠", slots: twice, text: "1日2回 朝夕食後"},
	"clopidogrel":    {name: "クロピドグレル錠75mg", yj: "3399008F2ZZZ", amount: 1000, unit: "錠", slots: morning, text: "1日1回 朝食後"},
	"atorvastatin":   {name: "アトルバスタチン錠10mg", yj: "2189015F2ZZZ", amount: 1000, unit: "錠", slots: []string{"after-dinner"}, text: "1日1回 夕食後", care: true},
	"glimepiride":    {name: "グリメピリド錠1mg", yj: "3961008F1ZZZ", amount: 1000, unit: "錠", slots: morning, text: "1日1回 朝食後", hold: "食事が半分以下のときは保留し連絡"},
	"metformin":      {name: "メトホルミン塩酸塩錠250mg", yj: "3962002F2ZZZ", amount: 1000, unit: "錠", slots: twice, text: "1日2回 朝夕食後", hold: "食事がとれないときは休薬"},
	"glargine":       {name: "インスリン グラルギンBS注ミリオペン 300単位", yj: "2492416G3ZZZ", amount: 10000, unit: "単位", method: "32", slots: beforeFood, text: "1日1回 朝食前 皮下注 10単位", hold: "血糖80未満は打たずに連絡"},
	"lansoprazole":   {name: "ランソプラゾールOD錠15mg", yj: "2329023F1ZZZ", amount: 1000, unit: "錠", slots: morning, text: "1日1回 朝食後", care: true},
	"magnesium":      {name: "酸化マグネシウム錠330mg", yj: "2344009F2ZZZ", amount: 1000, unit: "錠", slots: threeTimes, text: "1日3回 毎食後", care: true},
	"sennoside":      {name: "センノシド錠12mg", yj: "2354003F2ZZZ", amount: 2000, unit: "錠", text: "便秘時 就寝前 2錠", prn: &whenNeeded{"41", "便秘時", 0, 1}, care: true},
	"donepezil":      {name: "ドネペジル塩酸塩OD錠5mg", yj: "1190012F4ZZZ", amount: 1000, unit: "錠", slots: morning, text: "1日1回 朝食後", care: true},
	"memantine":      {name: "メマンチン塩酸塩OD錠20mg", yj: "1190018F6ZZZ", amount: 1000, unit: "錠", slots: []string{"after-dinner"}, text: "1日1回 夕食後", care: true},
	"yokukansan":     {name: "抑肝散エキス顆粒 2.5g", yj: "5200139D1015", amount: 2500, unit: "g", slots: []string{"before-breakfast", "before-dinner"}, text: "1日2回 朝夕食前", care: true},
	"levodopa":       {name: "レボドパ・カルビドパ水和物配合錠100mg", yj: "1169101F1ZZZ", amount: 1000, unit: "錠", slots: threeTimes, text: "1日3回 毎食後"},
	"carbocisteine":  {name: "L-カルボシステイン錠500mg", yj: "2233002F2ZZZ", amount: 1000, unit: "錠", slots: threeTimes, text: "1日3回 毎食後", care: true},
	"tiotropium":     {name: "チオトロピウム吸入液 2.5µg", yj: "2259709G1ZZZ", amount: 2000, unit: "吸入", method: "2L", slots: morning, text: "1日1回 朝 2吸入"},
	"acetaminophen":  {name: "アセトアミノフェン錠200mg", yj: "1141007F1ZZZ", amount: 2000, unit: "錠", text: "発熱時 2錠 6時間以上あける 1日3回まで", prn: &whenNeeded{"71", "発熱時", 6, 3}, care: true},
	"loxoprofen":     {name: "ロキソプロフェンナトリウムテープ100mg", yj: "2649735S2ZZZ", amount: 1000, unit: "枚", method: "2A", slots: atBedtime, text: "1日1回 就寝前 膝に貼付", care: true},
	"oxycodone":      {name: "オキシコドン徐放錠10mg", yj: "8119002G2ZZZ", amount: 1000, unit: "錠", slots: []string{"hour-08", "hour-20"}, text: "1日2回 8時・20時（12時間毎）"},
	"oxycodone-prn":  {name: "オキシコドン塩酸塩散2.5mg", yj: "8119002B1ZZZ", amount: 1000, unit: "包", text: "疼痛時 1包 1時間以上あける 1日6回まで", prn: &whenNeeded{"11", "疼痛時", 1, 6}},
	"ramelteon":      {name: "ラメルテオン錠8mg", yj: "1190016F1ZZZ", amount: 1000, unit: "錠", slots: atBedtime, text: "1日1回 就寝前", care: true},
	"alendronate":    {name: "アレンドロン酸錠35mg", yj: "3999018F2ZZZ", amount: 1000, unit: "錠", slots: onWaking, text: "週1回 月曜 起床時 コップ1杯の水で服用し30分は横にならない", weekday: 1},
	"eldecalcitol":   {name: "エルデカルシトールカプセル0.75µg", yj: "3112006M2ZZZ", amount: 1000, unit: "カプセル", slots: morning, text: "1日1回 朝食後", care: true},
	"levofloxacin":   {name: "レボフロキサシン錠500mg", yj: "6241013F3ZZZ", amount: 1000, unit: "錠", slots: morning, text: "1日1回 朝食後 7日分"},
	"ceftriaxone":    {name: "セフトリアキソンナトリウム静注用1g", yj: "6132419F2ZZZ", amount: 1000, unit: "g", method: "30", slots: []string{"hour-10"}, text: "1日1回 点滴静注"},
	"cefcapene":      {name: "セフカペンピボキシル塩酸塩錠100mg", yj: "6132016F2ZZZ", amount: 1000, unit: "錠", slots: threeTimes, text: "1日3回 毎食後 7日分", care: true},
	"eyedrops":       {name: "精製ヒアルロン酸ナトリウム点眼液0.1%", yj: "1319720Q1ZZZ", amount: 1000, unit: "滴", method: "2H", slots: threeTimes, text: "1日3回 両眼 1滴", care: true},
	"voglibose":      {name: "ボグリボースOD錠0.2mg", yj: "3969004F3ZZZ", amount: 1000, unit: "錠", slots: justBefore3, text: "1日3回 毎食直前"},
}

// usageCode writes the JAMI dosage code of 16 characters.
func (d drug) usageCode() string {
	method := d.method
	if method == "" {
		method = "10"
	}
	if d.prn != nil {
		return method + "50" + d.prn.condition + "0" + strconv.Itoa(d.prn.hours) + strconv.Itoa(d.prn.max) + "0000000"
	}
	code := []byte(method + "1" + strconv.Itoa(len(d.slots)) + "000000000000")
	for _, slot := range d.slots {
		if at, ok := usagePositions[slot]; ok {
			code[at.position-1] = at.value
			continue
		}
		return "" // two clock times do not fit into one code
	}
	return string(code)
}

var usagePositions = map[string]struct {
	position int
	value    byte
}{
	"after-breakfast": {8, '4'}, "after-lunch": {7, '4'}, "after-dinner": {6, '4'},
	"before-breakfast": {8, '1'}, "before-lunch": {7, '1'}, "before-dinner": {6, '1'},
	"just-before-breakfast": {8, '2'}, "just-before-lunch": {7, '2'}, "just-before-dinner": {6, '2'},
	care.SlotBedtime: {5, '1'}, care.SlotWakeUp: {9, '9'}, "hour-10": {10, 'K'},
}

// slotTime is the hour and minute at which the home keeps a point of the day.
var slotTime = map[string][2]int{
	care.SlotWakeUp: {6, 40}, "before-breakfast": {7, 20}, "just-before-breakfast": {7, 28}, "after-breakfast": {8, 10},
	"hour-08": {8, 0}, "hour-10": {10, 0}, "before-lunch": {11, 30}, "just-before-lunch": {11, 55}, "after-lunch": {12, 40},
	"before-dinner": {17, 30}, "just-before-dinner": {17, 55}, "after-dinner": {18, 45}, "hour-20": {20, 0},
	care.SlotBedtime: {20, 30},
}
