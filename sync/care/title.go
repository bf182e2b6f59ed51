package care

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

type title struct{ ja, en string }

// KindTitle names a record kind for people.
func KindTitle(k *Kind) (ja, en string) {
	if t, ok := kindTitles[k.Name]; ok {
		return t.ja, t.en
	}
	return "記録", "record"
}

var kindTitles = map[string]title{
	"vital_signs":      {"バイタルサイン", "vital signs"},
	"draft_note":       {"記録の下書き", "draft note"},
	"signed_note":      {"記録", "signed note"},
	"medication_order": {"処方・与薬指示", "medication order"},
	"medication_log":   {"与薬記録", "medication log"},

	"patient_profile": {"基本情報", "patient profile"},
	"visit":           {"訪問", "visit"},
	"daily_care":      {"介護記録", "daily care"},
	"task":            {"やること", "task"},
	"read_mark":       {"既読", "read mark"},
	"episode":         {"入院・外泊など", "episode"},

	"allergy":           {"アレルギー", "allergy"},
	"condition":         {"傷病名", "condition"},
	"instruction":       {"訪問看護指示書", "physician's instruction"},
	"advance_directive": {"事前指示", "advance directive"},
	"lab_result":        {"検査結果", "lab result"},
	"document":          {"文書", "document"},
	"inquiry":           {"照会・連絡", "inquiry"},
}

// RoleTitle names a role for people.
func RoleTitle(r carev1.Role) (ja, en string) {
	if t, ok := roleTitles[r]; ok {
		return t.ja, t.en
	}
	return "職種不明", "unknown role"
}

var roleTitles = map[carev1.Role]title{
	carev1.Role_ROLE_PHYSICIAN:    {"医師", "physician"},
	carev1.Role_ROLE_NURSE:        {"看護師", "nurse"},
	carev1.Role_ROLE_CARE_WORKER:  {"介護職員", "care worker"},
	carev1.Role_ROLE_CARE_MANAGER: {"介護支援専門員", "care manager"},
	carev1.Role_ROLE_PHARMACIST:   {"薬剤師", "pharmacist"},
	carev1.Role_ROLE_THERAPIST:    {"療法士", "therapist"},
}

// OutcomeTitle names what became of a dose. An outcome that this build does not know is "see record".
func OutcomeTitle(o carev1.DoseOutcome) (ja, en string) {
	if t, ok := outcomeTitles[o]; ok {
		return t.ja, t.en
	}
	return "記録を参照", "see record"
}

var outcomeTitles = map[carev1.DoseOutcome]title{
	carev1.DoseOutcome_DOSE_OUTCOME_GIVEN:       {"与薬", "given"},
	carev1.DoseOutcome_DOSE_OUTCOME_WATCHED:     {"見守りで服用", "taken, watched"},
	carev1.DoseOutcome_DOSE_OUTCOME_FOUND_TAKEN: {"服用済みを確認", "found taken"},
	carev1.DoseOutcome_DOSE_OUTCOME_PARTIAL:     {"一部服用", "partly taken"},
	carev1.DoseOutcome_DOSE_OUTCOME_REFUSED:     {"拒否", "refused"},
	carev1.DoseOutcome_DOSE_OUTCOME_HELD:        {"保留", "held"},
	carev1.DoseOutcome_DOSE_OUTCOME_MISSED:      {"飲み忘れ", "missed"},
	carev1.DoseOutcome_DOSE_OUTCOME_AWAY:        {"不在", "away"},
	carev1.DoseOutcome_DOSE_OUTCOME_UNAVAILABLE: {"欠品・落薬", "not available"},
	carev1.DoseOutcome_DOSE_OUTCOME_WRONG:       {"誤薬", "wrong dose"},
}

// ItemTitle names a reading.
func ItemTitle(i carev1.VitalItem) (ja, en string) {
	switch i {
	case carev1.VitalItem_VITAL_ITEM_CONSCIOUSNESS:
		return "意識レベル", "Consciousness"
	case carev1.VitalItem_VITAL_ITEM_PAIN:
		return "疼痛", "Pain"
	}
	for k := range limits {
		if limits[k].item == i {
			return limits[k].ja, limits[k].en
		}
	}
	return "項目", "Item"
}

// AbsentTitle says why an item has no reading. A reason that this build does not know is "not measured".
func AbsentTitle(r carev1.AbsentReason) (ja, en string) {
	if t, ok := absentTitles[r]; ok {
		return t.ja, t.en
	}
	return "未測定", "not measured"
}

var absentTitles = map[carev1.AbsentReason]title{
	carev1.AbsentReason_ABSENT_REASON_NOT_MEASURABLE: {"測定不能", "not measurable"},
	carev1.AbsentReason_ABSENT_REASON_NOT_PERFORMED:  {"未実施", "not performed"},
	carev1.AbsentReason_ABSENT_REASON_DECLINED:       {"拒否", "declined"},
	carev1.AbsentReason_ABSENT_REASON_UNKNOWN:        {"不明", "unknown"},
}
