package care

import (
	"strings"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// refusals puts a broken rule of the contract into words for the writer: one finding, or one for each item that
// breaks it.
func refusals(m proto.Message, v Violation) []Finding {
	if vitals, ok := m.(*carev1.VitalSigns); ok && v.Rule == "vital_signs.measured_and_absent" {
		if found := measuredAndAbsent(vitals); len(found) > 0 {
			return found
		}
	}
	return []Finding{refusal(m, v)}
}

func refusal(m proto.Message, v Violation) Finding {
	f := Finding{Field: v.Field, Severity: Refused}
	_, vitals := m.(*carev1.VitalSigns)
	if vitals {
		f.Item = itemOf(v.Field)
	}
	if l := limitOf(v.Field); vitals && l != nil {
		f.Range = l.span(l.reject)
		f.En = l.en + " must be within " + f.Range + "; check it and enter it again."
		f.Ja = l.ja + "は " + f.Range + " の範囲で入力し直してください。"
		return f
	}
	if s, ok := messageRules[v.Rule]; ok {
		f.Ja, f.En = s.ja, s.en
		if s.field != "" {
			f.Field, f.Item = s.field, s.item
		}
		return f
	}
	f.Ja, f.En = ruleInWords(titleIn(m, v.Field), fieldWords(v.Field), v)
	return f
}

type sentence struct {
	ja, en string
	field  string           // the one to go to, if it is clear which
	item   carev1.VitalItem // its reading
}

// messageRules are the rules of the contract that stand over several fields, by id.
var messageRules = together(firstRules, clinicalRules, dailyRules, alertRules)

// together returns one map with the entries of all: no two have a key in common.
func together[K comparable, V any](maps ...map[K]V) map[K]V {
	all := map[K]V{}
	for _, m := range maps {
		for key, v := range m {
			all[key] = v
		}
	}
	return all
}

// firstRules are those of readings, notes, orders and doses.
var firstRules = map[string]sentence{
	"vital_signs.pressure_order": {
		ja: "収縮期血圧は拡張期血圧より高い値で入力し直してください。",
		en: "Systolic pressure must be above diastolic pressure; check both and enter them again."},
	"vital_signs.something": {
		ja: "測定値、測定できなかった項目、観察のいずれかを入力してください。",
		en: "Enter at least one reading, an item that could not be measured, or an observation."},
	"vital_signs.measured_and_absent": {
		ja:    "測定値と「測定できず」の両方に入っている項目があるので、どちらかを消してください。",
		en:    "An item is both measured and marked as not measurable; remove one of the two.",
		field: "absent"},
	"vital_signs.no_respirations": {
		ja:    "呼吸数が0のときは、観察した状態を記録してください。",
		en:    "A respiratory rate of 0 needs an observation; write what you saw.",
		field: "observation", item: carev1.VitalItem_VITAL_ITEM_RESPIRATIONS},
	"pain.range": {
		ja: "疼痛スコアは0–10（Abbeyは0–18）の範囲で入力し直してください。",
		en: "The pain score must be within 0–10, or 0–18 on the Abbey scale; enter it again."},
	"pain.faces": {
		ja: "FACESの疼痛スコアは0・2・4・6・8・10のいずれかで入力し直してください。",
		en: "A pain score on the FACES scale is 0, 2, 4, 6, 8 or 10; enter it again."},
	"signed_note.text": {
		ja: "本文を入力してから確定してください。",
		en: "Write some text before you sign the note."},
	"medication_log.reason": {
		ja: "服用しなかった理由を入力してください。",
		en: "Enter why the dose was not taken."},
	"medication_log.slot": {
		ja: "定時薬は服用時点を、頓用薬は使用した理由を入力してください。",
		en: "Enter the slot of a scheduled dose, or the indication of a dose given when needed."},
	"medication_log.drug": {
		ja: "どの指示による与薬か、指示がなければ薬剤を入力してください。",
		en: "Choose the order that was followed, or enter the drug if there is none."},
	"medication_order.period": {
		ja: "終了日は開始日以降の日付で入力し直してください。",
		en: "The last day must not be before the first day; check both dates."},
}

func topField(path string) string {
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		return path
	}
	return path[:end]
}

func fieldWords(path string) string {
	if path == "" {
		return "the entry"
	}
	return "the " + strings.NewReplacer("_", " ", ".", ", ").Replace(path)
}

func fieldTitle(path string) string {
	if t, ok := fieldTitles[topField(path)]; ok {
		return t
	}
	return "入力内容"
}

// fieldTitles name top-level fields of the bodies for people.
var fieldTitles = together(firstFields, clinicalFields, dailyFields, alertFields)

// firstFields are those of readings, notes, orders and doses.
var firstFields = map[string]string{
	"absent": "測定できなかった項目", "confirmed": "確認した項目", "observation": "観察", "jcs": "意識レベル（JCS）",
	"gcs": "意識レベル（GCS）", "consciousness": "意識レベル", "pain": "疼痛", "glucose": "血糖", "oxygen": "酸素",
	"spo2_site": "SpO2の測定部位", "format": "記録の形式", "subjective": "S（主観的情報）", "objective": "O（客観的情報）",
	"assessment": "A（評価）", "plan": "P（計画）", "focus": "フォーカス", "data": "D（データ）", "action": "A（行為）",
	"response": "R（反応）", "text": "本文", "handover_to": "申し送り先", "drug": "薬剤", "dosage": "用法・用量",
	"start_date": "開始日", "end_date": "終了日", "prescriber": "処方者", "state": "指示の状態", "state_reason": "中止・保留の理由",
	"missed_dose_rule": "飲み忘れ時の指示", "hold_rule": "保留の条件", "instructions": "指示",
	"care_staff_may_assist": "介護職の介助の確認", "slot": "服用時点", "outcome": "結果", "amount_thousandths": "服用量",
	"unit": "単位", "reason": "理由", "prn_indication": "頓用の理由", "source": "情報源", "witness": "立会者",
	"prescribed_on": "処方日", "days_supplied": "投与日数", "packed": "一包化",
	"order_id": "与薬の指示", "remainder_of": "残りの元の与薬", "signed_as": "確定した記録", "draft_id": "記録の下書き",
	"lot": "ロット番号", "site": "部位", "effect": "効果",
}

// itemOf returns the reading that a field of VitalSigns belongs to.
func itemOf(path string) carev1.VitalItem {
	top := topField(path)
	for i := range limits {
		if topField(limits[i].field) == top {
			return limits[i].item
		}
	}
	switch top {
	case "jcs", "gcs", "consciousness":
		return carev1.VitalItem_VITAL_ITEM_CONSCIOUSNESS
	case "pain":
		return carev1.VitalItem_VITAL_ITEM_PAIN
	}
	return carev1.VitalItem_VITAL_ITEM_UNSPECIFIED
}
