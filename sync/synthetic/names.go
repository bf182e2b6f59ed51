package synthetic

import "strconv"

// name is a name in kanji and in kana.
type name struct{ family, given, familyKana, givenKana string }

func (n name) kanji() string { return n.family + " " + n.given }

func (n name) kana() string { return n.familyKana + " " + n.givenKana }

// word is a part of a name with its reading.
type word struct{ kanji, kana string }

// families are common in Japan, so that none of them points to anybody.
var families = []word{
	{"佐々木", "ササキ"}, {"松本", "マツモト"}, {"井上", "イノウエ"}, {"木村", "キムラ"}, {"林", "ハヤシ"}, {"清水", "シミズ"},
	{"山崎", "ヤマザキ"}, {"池田", "イケダ"}, {"橋本", "ハシモト"}, {"阿部", "アベ"}, {"石川", "イシカワ"}, {"山下", "ヤマシタ"},
	{"中島", "ナカジマ"}, {"前田", "マエダ"}, {"藤田", "フジタ"}, {"小川", "オガワ"}, {"後藤", "ゴトウ"}, {"岡田", "オカダ"},
	{"長谷川", "ハセガワ"}, {"村上", "ムラカミ"}, {"近藤", "コンドウ"}, {"石井", "イシイ"}, {"坂本", "サカモト"}, {"遠藤", "エンドウ"},
	{"青木", "アオキ"}, {"藤井", "フジイ"}, {"西村", "ニシムラ"}, {"福田", "フクダ"}, {"太田", "オオタ"}, {"三浦", "ミウラ"},
	{"岡本", "オカモト"}, {"松田", "マツダ"}, {"中川", "ナカガワ"}, {"中野", "ナカノ"}, {"原田", "ハラダ"}, {"小野", "オノ"},
	{"田村", "タムラ"}, {"竹内", "タケウチ"}, {"金子", "カネコ"}, {"和田", "ワダ"}, {"中山", "ナカヤマ"}, {"石田", "イシダ"},
	{"上田", "ウエダ"}, {"森田", "モリタ"}, {"原", "ハラ"}, {"柴田", "シバタ"}, {"酒井", "サカイ"}, {"工藤", "クドウ"},
	{"横山", "ヨコヤマ"}, {"宮崎", "ミヤザキ"}, {"宮本", "ミヤモト"}, {"内田", "ウチダ"}, {"高木", "タカギ"}, {"安藤", "アンドウ"},
	{"谷口", "タニグチ"}, {"大野", "オオノ"}, {"丸山", "マルヤマ"}, {"今井", "イマイ"}, {"河野", "コウノ"}, {"武田", "タケダ"},
}

// Given names, by when they were given: those of patients born before 1950, and those of staff born after 1965.
var (
	oldWomen = []word{
		{"ハナ", "ハナ"}, {"キヨ", "キヨ"}, {"フミ", "フミ"}, {"トミ", "トミ"}, {"千代", "チヨ"}, {"静江", "シズエ"}, {"久子", "ヒサコ"},
		{"和子", "カズコ"}, {"幸子", "サチコ"}, {"節子", "セツコ"}, {"敏子", "トシコ"}, {"美代子", "ミヨコ"}, {"八重子", "ヤエコ"},
		{"文子", "フミコ"}, {"芳江", "ヨシエ"}, {"ヨシ子", "ヨシコ"}, {"初枝", "ハツエ"}, {"光枝", "ミツエ"}, {"富美", "フミ"},
		{"信子", "ノブコ"}, {"昭子", "アキコ"}, {"勝子", "カツコ"}, {"愛子", "アイコ"}, {"ツル", "ツル"},
	}
	oldMen = []word{
		{"正雄", "マサオ"}, {"清", "キヨシ"}, {"茂", "シゲル"}, {"勇", "イサム"}, {"三郎", "サブロウ"}, {"武", "タケシ"}, {"義雄", "ヨシオ"},
		{"昭二", "ショウジ"}, {"勝", "マサル"}, {"弘", "ヒロシ"}, {"進", "ススム"}, {"忠夫", "タダオ"}, {"喜一", "キイチ"}, {"辰雄", "タツオ"},
		{"貞夫", "サダオ"}, {"良三", "リョウゾウ"}, {"善吉", "ゼンキチ"}, {"邦夫", "クニオ"},
	}
	youngWomen = []word{
		{"麻衣", "マイ"}, {"由美子", "ユミコ"}, {"恵", "メグミ"}, {"陽子", "ヨウコ"}, {"彩香", "アヤカ"}, {"千尋", "チヒロ"}, {"直美", "ナオミ"},
		{"美咲", "ミサキ"}, {"奈々", "ナナ"}, {"智子", "トモコ"}, {"久美", "クミ"}, {"早紀", "サキ"}, {"理恵", "リエ"}, {"真由", "マユ"},
	}
	youngMen = []word{
		{"健太", "ケンタ"}, {"大輔", "ダイスケ"}, {"直樹", "ナオキ"}, {"誠", "マコト"}, {"雄一", "ユウイチ"}, {"拓也", "タクヤ"}, {"亮", "リョウ"},
		{"浩二", "コウジ"}, {"翔", "ショウ"}, {"和也", "カズヤ"},
	}
)

// drawName draws a name. The number keeps the first sixty of a list apart by family name, and spreads given names.
func drawName(seed uint64, list string, number int, woman, old bool) name {
	order := newDice(seed, "families "+list, number/len(families)).order(len(families))
	f := families[order[number%len(families)]]
	given := youngMen
	switch {
	case woman && old:
		given = oldWomen
	case woman:
		given = youngWomen
	case old:
		given = oldMen
	}
	g := given[newDice(seed, "given "+list, number/len(given)).order(len(given))[number%len(given)]]
	return name{f.kanji, g.kanji, f.kana, g.kana}
}

// towns do not exist.
var towns = []string{"あさぎり町", "ひばりが岡", "さざなみ町", "つきみ台", "しらかば通", "みどり坂", "こはる町", "かぜのもり"}

// place is an address in a town that does not exist.
func place(d *dice) (postcode, address string) {
	t := d.below(len(towns))
	postcode = "000-00" + digits(10+t, 2)
	return postcode, "架空県つなぐ市" + towns[t] + strconv.Itoa(d.between(1, 6)) + "丁目" + strconv.Itoa(d.between(1, 28)) + "-" + strconv.Itoa(d.between(1, 30))
}
