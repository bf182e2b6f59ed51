package care

import (
	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// dailyRules are the rules over several fields of profiles, visits, daily care, tasks and episodes.
var dailyRules = map[string]sentence{
	"health_insurance.period": {
		ja: "医療保険の有効期間の終わりは始まり以降の日付で入力し直してください。",
		en: "The health insurance must not end before it begins; check both dates."},
	"public_payer.period": {
		ja: "公費の有効期間の終わりは始まり以降の日付で入力し直してください。",
		en: "The public payer's period must not end before it begins; check both dates."},
	"care_level_period.period": {
		ja: "要介護認定の有効期間の終わりは始まり以降の日付で入力し直してください。",
		en: "The period of the care level must not end before it begins; check both dates."},
	"usual_vitals.pressure_order": {
		ja: "平常時の収縮期血圧は拡張期血圧より高い値で入力し直してください。",
		en: "The usual systolic pressure must be above the diastolic pressure; check both and enter them again."},
	"spo2_target.order": {
		ja: "目標SpO2の上限は下限以上の値で入力し直してください。",
		en: "The upper end of the SpO2 target must not be below its lower end; check both."},
	"visit_progress.started": {
		ja: "訪問を開始した時刻を入力してください。",
		en: "Enter when the visit began."},
	"visit_progress.ended": {
		ja: "終了した訪問には終了時刻を入れ、それ以外の訪問からは消してください。",
		en: "A visit that has ended needs its end, and no other visit has one; correct the state or the time."},
	"visit_progress.order": {
		ja: "訪問の終了時刻は開始時刻以降で入力し直してください。",
		en: "The visit must not end before it began; check both times."},
	"visit_progress.cancelled": {
		ja: "訪問を中止した理由を入力してください。",
		en: "Enter why the visit was cancelled."},
	"daily_care.something": {
		ja: "食事・水分・排泄などの項目を少なくとも一つ入力してください。",
		en: "Enter at least one part, such as a meal, fluids or remarks."},
	"daily_care.incident": {
		ja:    "事故・ヒヤリハットのときは、何があったかを「様子」に記録してください。",
		en:    "An incident needs remarks; write what happened.",
		field: "remarks"},
	"meal.amount": {
		ja: "食べた量か、食べられなかった理由を入力してください。",
		en: "Enter how much was eaten, or why nothing was."},
	"urine.something": {
		ja: "尿の回数・量・失禁・性状のいずれかを入力してください。",
		en: "Enter how often, how much, or what was seen of the urine."},
	"stool.none": {
		ja: "排便がないときは、便の性状を消してください。",
		en: "Where there was no stool, it has no form; remove the form or correct the amount."},
	"bathing.kind_or_reason": {
		ja: "入浴の種類か中止理由のどちらか一方を入力してください。",
		en: "Enter how the person was washed, or why not: one of the two."},
	"oral_care.done_or_reason": {
		ja: "口腔ケアを行わなかった理由を入力してください。",
		en: "Enter why there was no mouth care."},
	"task_assignee.somebody": {
		ja: "担当する職種か人を選んでください。",
		en: "Choose the role or the person the task is for."},
	"task_progress.done": {
		ja: "誰がいつ完了したかを入力してください。",
		en: "Enter by whom and when the task was done."},
	"task_progress.cancelled": {
		ja: "やることを取り消した理由を入力してください。",
		en: "Enter why the task was cancelled."},
	"episode_period.end": {
		ja: "終了日時は開始日時以降で入力し直してください。",
		en: "The episode must not end before it began; check both times."},
	"episode_period.planned_end": {
		ja: "終了予定は開始日時以降で入力し直してください。",
		en: "The expected end must not lie before the start; check both times."},
}

// dailyFields name the top-level fields of the same kinds for people.
var dailyFields = map[string]string{
	"sex": "性別", "birth_date": "生年月日", "address": "住所", "phones": "電話番号",
	"health_insurance": "医療保険", "public_payers": "公費", "care_insurance": "介護保険",
	"contacts": "緊急連絡先", "usual_vitals": "平常時のバイタル", "baseline_jcs": "平常時の意識レベル",
	"bedridden_degree": "寝たきり度", "dementia_degree": "認知症の日常生活自立度", "blood_type": "血液型", "language": "言語",
	"spo2_scale": "SpO2スケールの決定", "spo2_target": "目標SpO2",
	"station": "訪問看護ステーション", "care_manager": "介護支援専門員", "pharmacy": "薬局", "alerts": "注意事項",
	"mobility": "移動・歩行", "communication": "意思疎通", "swallowing": "嚥下", "living": "生活歴・住環境",
	"adl": "ADLの状況", "care_situation": "療養・介護状況", "request_purpose": "依頼目的", "services": "利用中のサービス",
	"coordination": "関係機関との連絡事項",
	"staff_id":     "訪問者", "staff_name": "訪問者の氏名", "planned_start": "予定開始", "planned_minutes": "予定時間",
	"staff_role": "訪問職種", "progress": "進み具合", "companions": "同行者", "purpose": "目的",
	"meal": "食事", "fluid": "水分", "urine": "排尿", "stool": "排便", "bathing": "入浴", "sleep": "睡眠・巡視",
	"oral_care": "口腔ケア", "position": "体位変換", "skin": "皮膚", "activity": "活動", "remarks": "様子",
	"incident": "事故・ヒヤリハット", "family_contact": "家族連絡", "detail": "詳細", "due": "期限", "assignee": "担当",
	"kind": "種類", "emergency": "緊急訪問", "by_video": "テレビ電話", "about": "対象の記録",
	"period": "期間", "place": "場所", "contact": "連絡方法", "suspends_doses": "与薬の休止", "suspends_visits": "訪問の休止",
	"person_id": "読んだ人", "record_id": "読んだ記録", "at": "日時",
}

// profileFields name the fields of a profile that another kind has with another meaning.
var profileFields = map[string]string{
	"name": "氏名", "care_level": "要介護度", "devices": "装着・使用医療機器", "physician": "主治医",
}

// titleIn names a field of one body.
func titleIn(m proto.Message, path string) string {
	if _, is := m.(*carev1.PatientProfile); is {
		if t, ok := profileFields[topField(path)]; ok {
			return t
		}
	}
	return fieldTitle(path)
}
