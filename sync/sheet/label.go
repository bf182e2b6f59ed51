package sheet

import "google.golang.org/protobuf/reflect/protoreflect"

// both is one thing said in Japanese and in English.
type both struct{ ja, en string }

// labelOf names a field for people. A label of the message's own goes before the one that fields of that name share.
// One that says nothing beside its value has none: the name in a name. False: nobody has named the field yet, and the
// contract's own name stands there.
func labelOf(f protoreflect.FieldDescriptor) (l both, named bool) {
	own := string(f.ContainingMessage().Name()) + "." + string(f.Name())
	for _, table := range []map[string]both{formLabels, sharedLabels} {
		for _, key := range []string{own, string(f.Name())} {
			if l, named = table[key]; named {
				return l, true
			}
		}
	}
	return both{string(f.Name()), string(f.Name())}, false
}

// notOnPaper are fields that say something to programs only: addresses of code systems, and ids.
var notOnPaper = map[protoreflect.Name]bool{
	"system": true, "person_id": true, "organisation_id": true, "source_document_id": true, "renews_id": true,
}

// onPaper tells whether a field is written for people. Bytes are ids; the contract has no maps.
func onPaper(f protoreflect.FieldDescriptor) bool {
	return f.Kind() != protoreflect.BytesKind && !f.IsMap() && !notOnPaper[f.Name()]
}

// sharedLabels name fields that stand in several messages, and parts of messages.
var sharedLabels = map[string]both{
	"text": {}, "kana": {}, "code": {}, "codings": {}, "name": {}, "label": {}, "number": {}, "phones": {"電話", "phone"},
	"organisation": {}, "person": {}, "role": {}, "kind": {}, "detail": {}, "unit": {}, "level": {}, "relation": {},
	"substance": {}, "manifestation": {}, "severity": {}, "treatment": {}, "decision": {}, "type": {}, "abo": {},
	"note": {"備考", "note"}, "reason": {"理由", "reason"}, "source": {"情報源", "source"}, "access": {"入り方", "how to get in"},
	"valid_from": {"有効期間 開始", "valid from"}, "valid_to": {"終了", "until"},
	"copay_tenths": {"負担割合", "share paid"}, "postal_code": {"〒", ""},
	"decided_by": {"決定者", "decided by"}, "decided_at": {"決定日時", "decided at"}, "as_of": {"時点", "as of"},
	"state": {"状態", "state"}, "status": {"状態", "status"}, "onset": {"発症", "onset"}, "confirmed": {"確認済みの項目", "looked at and confirmed"},
	"period_from": {"期間 開始", "from"}, "period_to": {"終了", "until"}, "devices": {"装着・使用医療機器", "devices"},
	"item": {}, "operator": {}, "value": {}, "withdrawn": {"取り消し", "withdrawn"}, "withdrawn_reason": {"取り消しの理由", "why it was withdrawn"},
	"physician": {"主治医", "physician"}, "care_level": {"要介護認定", "care level"},
}

// formLabels name the fields of the standing records.
var formLabels = map[string]both{
	"AlertThreshold.readings": {"続けて測った回数", "readings in a row"}, "AlertThreshold.minutes": {"続いた時間（分）", "minutes"},
	"AlertThreshold.action": {"対応", "what to do"}, "valid_until": {"終了", "until"},
	"TemporaryInstruction.from": {"開始", "from"}, "TemporaryInstruction.until": {"終了", "until"},
	"TemporaryInstruction.call_when": {"連絡の目安", "call when"}, "TemporaryInstruction.to_roles": {"対象の職種", "for whom"},
	"PatientProfile.name": {"氏名", "name"}, "sex": {"性別", "sex"}, "birth_date": {"生年月日", "born"},
	"PatientProfile.address": {"住所", "address"}, "PatientProfile.phones": {"電話", "phone"},
	"health_insurance": {"医療保険", "health insurance"}, "public_payers": {"公費", "public payers"},
	"care_insurance": {"介護保険", "care insurance"}, "contacts": {"緊急連絡先・家族", "contacts"},
	"usual_vitals": {"平常時のバイタル", "usual vital signs"}, "baseline_jcs": {"平常時の意識（JCS）", "usual consciousness (JCS)"},
	"bedridden_degree": {"寝たきり度", "bedridden degree"}, "dementia_degree": {"認知症自立度", "dementia degree"},
	"blood_type": {"血液型", "blood type"}, "language": {"言語", "language"},
	"spo2_scale": {"SpO2スケール（NEWS2）", "SpO2 scale (NEWS2)"}, "spo2_target": {"目標SpO2", "SpO2 target"},
	"station": {"訪問看護ステーション", "nursing station"}, "care_manager": {"ケアマネジャー", "care manager"}, "pharmacy": {"薬局", "pharmacy"},
	"alerts": {"注意事項", "alerts"}, "mobility": {"移動・歩行", "mobility"}, "communication": {"意思疎通", "communication"},
	"swallowing": {"嚥下・食事形態", "swallowing"}, "living": {"生活歴・住環境", "life and home"}, "adl": {"ADL", "activities of daily living"},
	"care_situation": {"療養・介護の状況", "care situation"}, "request_purpose": {"依頼目的", "purpose of the request"},
	"services": {"利用サービス", "services"}, "coordination": {"関係機関との連絡事項", "coordination"},

	"insurer_number": {"保険者番号", "insurer"}, "symbol": {"記号", "symbol"}, "HealthInsurance.number": {"番号", "number"},
	"branch": {"枝番", "branch"}, "payer_number": {"負担者番号", "payer"}, "recipient_number": {"受給者番号", "recipient"},
	"insured_number": {"被保険者番号", "insured"}, "applied": {"申請中", "applied for"},
	"main_carer": {"主な介護者", "main carer"}, "lives_with": {"同居", "lives with"},
	"temperature_tenths_c": {"体温", "T"}, "pulse_per_min": {"脈拍", "P"}, "respirations_per_min": {"呼吸", "R"},
	"systolic_mmhg": {"収縮期血圧", "systolic"}, "diastolic_mmhg": {"拡張期血圧", "diastolic"}, "spo2_percent": {"SpO2", "SpO2"},
	"oxygen": {"酸素", "oxygen"}, "supplemental": {"投与中", "given"}, "flow_tenths_l_per_min": {"流量", "flow"},
	"fio2_percent": {"FiO2", "FiO2"}, "device": {"器具", "device"}, "weight_g": {"体重", "weight"},
	"rh_positive": {"Rh", "Rh"}, "size": {"サイズ", "size"}, "changed_on": {"交換日", "changed"}, "change_due": {"次回交換", "change due"},
	"scale": {"スケール", "scale"}, "low_percent": {"下限", "from"}, "high_percent": {"上限", "to"},

	"category": {"区分", "category"}, "none_known": {"該当なし", "none known"}, "criticality": {"重篤度", "criticality"},
	"reactions": {"反応", "reactions"}, "verification": {"確認", "verification"}, "occurred": {"発現日", "occurred"},

	"Condition.name": {"傷病名", "condition"}, "abatement": {"転帰日", "ended"}, "principal": {"主傷病名", "principal"},
	"suspected": {"疑い", "suspected"}, "uninformed": {"未告知", "patient not told"}, "undelivered": {"未提供", "not to be passed on"},
	"body_site": {"部位", "site"}, "course": {"経過", "course"}, "diagnosed_by": {"診断者", "diagnosed by"},
	"history": {"既往歴", "history"}, "long_term": {"長期保存", "kept long"},

	"PhysicianInstruction.type": {"指示書の種類", "sheet"}, "PhysicianInstruction.period_from": {"指示期間 開始", "from"},
	"PhysicianInstruction.period_to": {"指示期間 終了", "until"}, "diagnoses": {"主たる傷病名", "diagnoses"},
	"clinical_state": {"病状・治療状態", "state and treatment"}, "medicines": {"投与中の薬剤", "medicines on the sheet"},
	"bedridden": {"寝たきり度", "bedridden degree"}, "dementia": {"認知症自立度", "dementia degree"},
	"pressure_ulcer": {"褥瘡の深さ", "pressure ulcer"}, "design_r": {"DESIGN-R", "DESIGN-R"}, "npuap": {"NPUAP", "NPUAP"},
	"living_guidance": {"療養生活指導上の留意事項", "guidance"}, "rehabilitation": {"リハビリテーション", "rehabilitation"},
	"therapists": {"職種", "by"}, "minutes_per_day": {"1日", "a day"}, "times_per_week": {"週", "a week"},
	"ulcer_care": {"褥瘡の処置等", "care of ulcers"}, "device_care": {"医療機器の操作援助・管理", "care of devices"},
	"other_instructions": {"その他の指示", "other instructions"}, "infusion": {"点滴注射の指示", "drips"}, "days_per_week": {"週の日数", "days a week"},
	"emergency_contact": {"緊急時の連絡先", "in an emergency"}, "absence_contact": {"不在時の対応", "when absent"},
	"special_notes": {"特記すべき留意事項", "special notes"}, "other_station": {"他の訪問看護ステーションへの指示", "to another station"},
	"suction_office": {"たん吸引等の訪問介護事業所への指示", "to an office for suction"}, "PhysicianInstruction.physician": {"指示医", "physician"},
	"clinic": {"医療機関", "clinic"}, "clinic_contact": {"医療機関の連絡先", "contact of the clinic"}, "issued": {"交付日", "issued"},
	"addressee": {"宛先", "addressee"}, "frequent_visits_reason": {"頻回訪問の理由", "why frequent visits"},
	"second_special_reason": {"月2回目の理由", "why a second one in the month"}, "several_visitors": {"複数名訪問", "several visitors"},
	"short_visits": {"短時間訪問", "short visits"}, "observe": {"観察項目", "to observe"}, "withdrawn_reason": {"取り消しの理由", "why withdrawn"},
	"form": {"受領形態", "form"},

	"AdvanceDirective.type": {"種類", "type"}, "wishes": {"本人の意向", "wishes"}, "limits": {"治療の希望", "limits of treatment"},
	"stated_on": {"表明日", "stated on"}, "signer": {"署名者", "signer"}, "signed_by_patient": {"本人署名", "signed by the patient"},
	"signer_relation": {"続柄", "relation"}, "AdvanceDirective.physician": {"説明医師", "physician"}, "present": {"同席者", "present"},
	"paper_location": {"書面の場所", "where the paper is"}, "review_on": {"見直し予定日", "review on"}, "withdrawn_on": {"撤回日", "withdrawn on"},
	"proxy": {"代理判断者", "proxy"}, "what_to_do": {"急変時の対応", "what to do"},

	"drug": {"薬剤", "drug"}, "yj_code": {"YJコード", "YJ code"}, "dosage": {"用法・用量", "dosage"}, "amount_thousandths": {"1回量", "dose"},
	"route": {"経路", "route"}, "usage_code": {"用法コード", "usage code"}, "supplement_codes": {"補足用法", "supplementary codes"},
	"slots": {"時点", "when"}, "prn": {"頓用", "when needed"}, "indication": {"適応", "for"}, "min_interval_minutes": {"間隔", "at least"},
	"max_per_day": {"1日の上限", "at most a day"}, "per_calendar_day": {"暦日で数える", "counted by calendar day"},
	"max_consecutive_days": {"連続日数の上限", "days in a row"}, "given_by": {"与薬者", "given by"}, "recheck_minutes": {"効果確認まで", "look again after"},
	"start_date": {"開始日", "start"}, "end_date": {"終了日", "end"}, "prescriber": {"処方医", "prescriber"}, "rp_number": {"RP番号", "RP"},
	"order_in_rp": {"RP内順序", "order in RP"}, "state_reason": {"状態の理由", "why"}, "missed_dose_rule": {"飲み忘れ時", "if missed"},
	"hold_rule": {"保留の条件", "hold if"}, "care_staff_may_assist": {"介護職員の介助", "care staff may help"}, "confirmed_by": {"確認者", "confirmed by"},
	"confirmed_at": {"確認日時", "confirmed at"}, "instructions": {"指示", "instructions"}, "prescribed_on": {"処方日", "prescribed"},
	"days_supplied": {"日数", "days supplied"}, "MedicationOrder.category": {"区分", "category"}, "packed": {"一包化", "packed by dose"},

	"title": {"件名", "title"}, "Task.detail": {"内容", "detail"}, "due": {"期限", "due"}, "assignee": {"担当", "for"}, "progress": {"進み具合", "progress"},
	"done_by": {"実施者", "done by"}, "done_at": {"実施日時", "done at"}, "urgent": {"至急", "urgent"},

	"CareEpisode.kind": {"種類", "kind"}, "period": {"期間", "period"}, "start": {"開始", "start"}, "end": {"終了", "end"},
	"planned_end": {"終了予定", "planned end"}, "place": {"場所", "place"}, "suspends_doses": {"与薬を止める", "no doses meanwhile"},
	"suspends_visits": {"訪問を止める", "no visits meanwhile"}, "contact": {"連絡先", "contact"}, "outcome": {"転帰", "outcome"},
}
