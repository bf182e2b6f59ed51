package care

import "google.golang.org/protobuf/reflect/protoreflect"

// dailyTitles are those of daily care, as homes write them.
var dailyTitles = map[protoreflect.Name][]title{
	"Incident": {{"【事故】", "[accident]"}, {"【ヒヤリハット】", "[near miss]"}, {"【事故】", "[accident]"}},
	"MealTime": {{"食事", "meal"}, {"朝食", "breakfast"}, {"昼食", "lunch"}, {"夕食", "dinner"}, {"間食", "snack"}},
	"HelpLevel": {{"記録を参照", "see record"}, {"自立", "without help"}, {"見守り", "watched"},
		{"一部介助", "with some help"}, {"全介助", "with full help"}},
	"Thickening": {{"とろみあり（記録を参照）", "thickened, see record"}, {"とろみなし", "not thickened"},
		{"薄いとろみ", "mildly thick"}, {"中間のとろみ", "moderately thick"}, {"濃いとろみ", "extremely thick"}},
	"StoolConsistency": {{"記録を参照", "see record"}, {"硬便", "hard"}, {"普通便", "normal"}, {"軟便", "soft"},
		{"水様便", "watery"}},
	"StoolAmount": {{"記録を参照", "see record"}, {"なし", "none"}, {"付着", "trace"}, {"少量", "small"},
		{"中等量", "medium"}, {"多量", "large"}},
	"BathingKind": {{"清潔ケア", "washed"}, {"一般浴", "bath"}, {"機械浴", "bath with a lift"}, {"シャワー浴", "shower"},
		{"清拭", "bed bath"}, {"部分浴", "partial bath"}, {"洗髪", "hair wash"}},
	"RoundFinding": {{"記録を参照", "see record"}, {"入眠中", "asleep"}, {"覚醒", "awake in bed"}, {"離床", "out of bed"},
		{"不穏", "restless"}, {"居室に不在", "not in the room"}},
	"BodyPosition": {{"体位変換", "turned"}, {"仰臥位へ", "turned on the back"}, {"左側臥位へ", "turned on the left side"},
		{"右側臥位へ", "turned on the right side"}, {"腹臥位へ", "turned prone"}, {"座位へ", "sat up"}},
}
