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

	"alert":                 {"アラート", "alert"},
	"alert_response":        {"アラートへの返事", "answer to an alert"},
	"alert_threshold":       {"アラートの基準値", "alert limit"},
	"temporary_instruction": {"臨時の指示", "temporary instruction"},
	"instruction_receipt":   {"指示受け", "receipt of an instruction"},
}

// ItemTitle names a reading.
func ItemTitle(i carev1.VitalItem) (ja, en string) {
	switch i {
	case carev1.VitalItem_VITAL_ITEM_CONSCIOUSNESS:
		return "意識レベル", "Consciousness"
	case carev1.VitalItem_VITAL_ITEM_PAIN:
		return "疼痛", "Pain"
	}
	if l := limitOfItem(i); l != nil {
		return l.ja, l.en
	}
	return "項目", "Item"
}
