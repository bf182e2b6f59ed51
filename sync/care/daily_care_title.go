package care

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// The words of daily care, as homes write them.
var (
	incidents = map[carev1.Incident]title{
		carev1.Incident_INCIDENT_NEAR_MISS: {"【ヒヤリハット】", "[near miss]"},
		carev1.Incident_INCIDENT_ACCIDENT:  {"【事故】", "[accident]"},
	}
	mealTimes = map[carev1.MealTime]title{
		carev1.MealTime_MEAL_TIME_BREAKFAST: {"朝食", "breakfast"},
		carev1.MealTime_MEAL_TIME_LUNCH:     {"昼食", "lunch"},
		carev1.MealTime_MEAL_TIME_DINNER:    {"夕食", "dinner"},
		carev1.MealTime_MEAL_TIME_SNACK:     {"間食", "snack"},
	}
	helpLevels = map[carev1.HelpLevel]title{
		carev1.HelpLevel_HELP_LEVEL_NONE:    {"自立", "without help"},
		carev1.HelpLevel_HELP_LEVEL_WATCHED: {"見守り", "watched"},
		carev1.HelpLevel_HELP_LEVEL_PARTIAL: {"一部介助", "with some help"},
		carev1.HelpLevel_HELP_LEVEL_FULL:    {"全介助", "with full help"},
	}
	thickenings = map[carev1.Thickening]title{
		carev1.Thickening_THICKENING_NONE:     {"とろみなし", "not thickened"},
		carev1.Thickening_THICKENING_MILD:     {"薄いとろみ", "mildly thick"},
		carev1.Thickening_THICKENING_MODERATE: {"中間のとろみ", "moderately thick"},
		carev1.Thickening_THICKENING_STRONG:   {"濃いとろみ", "extremely thick"},
	}
	consistencies = map[carev1.StoolConsistency]title{
		carev1.StoolConsistency_STOOL_CONSISTENCY_HARD:   {"硬便", "hard"},
		carev1.StoolConsistency_STOOL_CONSISTENCY_NORMAL: {"普通便", "normal"},
		carev1.StoolConsistency_STOOL_CONSISTENCY_SOFT:   {"軟便", "soft"},
		carev1.StoolConsistency_STOOL_CONSISTENCY_WATERY: {"水様便", "watery"},
	}
	stoolAmounts = map[carev1.StoolAmount]title{
		carev1.StoolAmount_STOOL_AMOUNT_NONE:   {"なし", "none"},
		carev1.StoolAmount_STOOL_AMOUNT_TRACE:  {"付着", "trace"},
		carev1.StoolAmount_STOOL_AMOUNT_SMALL:  {"少量", "small"},
		carev1.StoolAmount_STOOL_AMOUNT_MEDIUM: {"中等量", "medium"},
		carev1.StoolAmount_STOOL_AMOUNT_LARGE:  {"多量", "large"},
	}
	bathings = map[carev1.BathingKind]title{
		carev1.BathingKind_BATHING_KIND_TUB:      {"一般浴", "bath"},
		carev1.BathingKind_BATHING_KIND_LIFT:     {"機械浴", "bath with a lift"},
		carev1.BathingKind_BATHING_KIND_SHOWER:   {"シャワー浴", "shower"},
		carev1.BathingKind_BATHING_KIND_BED_BATH: {"清拭", "bed bath"},
		carev1.BathingKind_BATHING_KIND_PARTIAL:  {"部分浴", "partial bath"},
		carev1.BathingKind_BATHING_KIND_HAIR:     {"洗髪", "hair wash"},
	}
	rounds = map[carev1.RoundFinding]title{
		carev1.RoundFinding_ROUND_FINDING_ASLEEP:   {"入眠中", "asleep"},
		carev1.RoundFinding_ROUND_FINDING_AWAKE:    {"覚醒", "awake in bed"},
		carev1.RoundFinding_ROUND_FINDING_UP:       {"離床", "out of bed"},
		carev1.RoundFinding_ROUND_FINDING_RESTLESS: {"不穏", "restless"},
		carev1.RoundFinding_ROUND_FINDING_AWAY:     {"居室に不在", "not in the room"},
	}
	positions = map[carev1.BodyPosition]title{
		carev1.BodyPosition_BODY_POSITION_BACK:    {"仰臥位へ", "turned on the back"},
		carev1.BodyPosition_BODY_POSITION_LEFT:    {"左側臥位へ", "turned on the left side"},
		carev1.BodyPosition_BODY_POSITION_RIGHT:   {"右側臥位へ", "turned on the right side"},
		carev1.BodyPosition_BODY_POSITION_PRONE:   {"腹臥位へ", "turned prone"},
		carev1.BodyPosition_BODY_POSITION_SITTING: {"座位へ", "sat up"},
	}
)
