package care

// clinicalRules are the rules over several fields of allergies, conditions, instructions, directives, laboratory
// results, documents and inquiries.
var clinicalRules = map[string]sentence{
	"allergy.substance": {
		ja:    "原因となる物質を入力するか、「アレルギーなし」のどちらか一方だけを選んでください。",
		en:    "Enter the substance, or say that no allergy is known: one of the two.",
		field: "substance"},
	"allergy.none_known": {
		ja:    "「アレルギーなし」には症状や重篤度を付けられないので、消してください。",
		en:    "The statement that no allergy is known has no reactions and no criticality; remove them.",
		field: "none_known"},
	"allergy.verification": {
		ja:    "否定されたアレルギーは「あり」のままにできないので、状態を選び直してください。",
		en:    "An allergy that was refuted is no longer active; choose its status again.",
		field: "status"},
	"condition.period": {
		ja:    "転帰日は発症日以降の日付で入力し直してください。",
		en:    "The condition must not end before it began; check both dates.",
		field: "abatement"},
	"condition.abatement": {
		ja:    "継続中の傷病名には転帰日を付けられないので、状態か転帰日を直してください。",
		en:    "A condition that is still active has no last day; change its status or remove the day.",
		field: "abatement"},
	"condition.suspected": {
		ja:    "疑い病名は主傷病名にできないので、どちらかを外してください。",
		en:    "A suspected condition is not the principal diagnosis; remove one of the two marks.",
		field: "suspected"},
	"physician_instruction.order": {
		ja:    "指示期間の終わりは始まり以降の日付で入力し直してください。",
		en:    "The last day must not be before the first day; check both dates.",
		field: "period_to"},
	"physician_instruction.to_required": {
		ja:    "特別指示書と点滴注射の指示書には、指示期間の終わりを入力してください。",
		en:    "A special instruction and one for drips need their last day; enter it from the sheet.",
		field: "period_to"},
	"physician_instruction.six_months": {
		ja:    "指示期間は6か月以内なので、指示書の日付を確かめて入力し直してください。",
		en:    "An instruction lasts six months at most; check both dates on the sheet.",
		field: "period_to"},
	"physician_instruction.fourteen_days": {
		ja:    "特別指示の期間は14日以内なので、指示書の日付を確かめて入力し直してください。",
		en:    "A special instruction lasts fourteen days at most; check both dates on the sheet.",
		field: "period_to"},
	"physician_instruction.seven_days": {
		ja:    "点滴注射の指示期間は7日以内なので、指示書の日付を確かめて入力し直してください。",
		en:    "An instruction for drips lasts seven days at most; check both dates on the sheet.",
		field: "period_to"},
	"physician_instruction.infusion": {
		ja:    "点滴注射の薬剤と投与方法を入力してください。",
		en:    "Enter the drug of the drip and how it is given.",
		field: "infusion"},
	"physician_instruction.frequent_reason": {
		ja:    "頻回の訪問看護が必要な理由を入力してください。",
		en:    "Enter why frequent visits are needed.",
		field: "frequent_visits_reason"},
	"pressure_ulcer.depth": {
		ja:    "褥瘡の深さを、DESIGN-R・NPUAP・文のいずれかで入力してください。",
		en:    "Enter the depth of the pressure ulcer on DESIGN-R, on NPUAP or in words.",
		field: "pressure_ulcer"},
	"infusion.order": {
		ja:    "点滴注射の指示期間の終わりは始まり以降の日付で入力し直してください。",
		en:    "The last day of the drips must not be before the first day; check both dates.",
		field: "infusion"},
	"infusion.seven_days": {
		ja:    "点滴注射の指示期間は7日以内なので、指示書の日付を確かめて入力し直してください。",
		en:    "Drips are ordered for seven days at most; check both dates on the sheet.",
		field: "infusion"},
	"advance_directive.signer": {
		ja:    "本人以外が署名したときは、本人との続柄を入力してください。",
		en:    "If somebody else signed, enter how they are related to the patient.",
		field: "signer_relation"},
	"advance_directive.limits": {
		ja:    "治療の制限を一つ以上入力してください。",
		en:    "Enter at least one limit of treatment.",
		field: "limits"},
	"advance_directive.withdrawn": {
		ja:    "撤回された日を入力してください。",
		en:    "Enter the day on which it was withdrawn.",
		field: "withdrawn_on"},
	"lab_result.number": {
		ja:    "数値には印字どおりの値を、以上・以下などの記号には数値を入力してください。",
		en:    "A number needs the value as printed, and a comparator needs a number; enter what is missing.",
		field: "value_text"},
	"lab_result.value": {
		ja:    "検査値を入力するか、検査中止を選んでください。",
		en:    "Enter the value, or choose that the test was cancelled.",
		field: "value_text"},
	"lab_result.reference": {
		ja:    "基準値の上限は下限以上の値で入力し直してください。",
		en:    "The upper reference limit must not be below the lower one; check both.",
		field: "reference_high_thousandths"},
	"inquiry.settled": {
		ja:    "どのように解決したかを入力してください。",
		en:    "Enter how it was settled.",
		field: "settled_how"},
	"inquiry.addressee": {
		ja:    "宛先の職種か人を選んでください。",
		en:    "Choose the roles or the people it is for.",
		field: "to_roles"},
	"inquiry.prescription": {
		ja:    "どの処方についての疑義照会かを選ぶか、入力してください。",
		en:    "Choose or enter the prescription that the inquiry is about.",
		field: "prescription"},
	"inquiry.not_urgent": {
		ja:    "トレーシングレポートは急ぎの連絡に使えないので、疑義照会か電話で連絡してください。",
		en:    "A tracing report is not for urgent matters; ask by an inquiry or by telephone.",
		field: "urgent"},
}

// clinicalFields name the fields of the same kinds for people.
var clinicalFields = map[string]string{
	"category": "分類", "substance": "原因物質", "none_known": "アレルギーなし", "criticality": "重篤度",
	"reactions": "症状", "status": "状態", "verification": "確からしさ", "onset": "発症日", "note": "備考",
	"source_document_id": "元の文書", "name": "名称", "abatement": "転帰日", "principal": "主傷病名", "suspected": "疑い病名",
	"uninformed": "未告知", "undelivered": "未提供", "body_site": "部位", "course": "経過", "diagnosed_by": "診断した医師",
	"history": "既往歴", "long_term": "長期保存", "form": "指示書の形", "subtype_code": "文書の細区分", "type": "種類", "period_from": "指示期間の始まり", "period_to": "指示期間の終わり",
	"diagnoses": "主たる傷病名", "clinical_state": "病状・治療状態", "medicines": "投与中の薬剤", "bedridden": "寝たきり度",
	"dementia": "認知症の日常生活自立度", "care_level": "要介護認定の状況", "pressure_ulcer": "褥瘡の深さ",
	"devices": "装着・使用医療機器等", "living_guidance": "療養生活指導上の留意事項", "rehabilitation": "リハビリテーション",
	"ulcer_care": "褥瘡の処置等", "device_care": "医療機器の操作援助・管理", "other_instructions": "その他の指示",
	"infusion": "点滴注射の指示", "emergency_contact": "緊急時の連絡先", "absence_contact": "不在時の対応",
	"special_notes": "特記すべき留意事項", "other_station": "他の訪問看護ステーションへの指示",
	"suction_office": "たん吸引等の事業所への指示", "physician": "医師氏名", "clinic": "医療機関名",
	"clinic_contact": "医療機関の連絡先", "issued": "交付日", "addressee": "宛先",
	"frequent_visits_reason": "頻回の訪問が必要な理由", "second_special_reason": "月2回目の特別指示の理由",
	"several_visitors": "複数名訪問の必要性", "short_visits": "短時間訪問の必要性", "observe": "観察項目",
	"withdrawn_reason": "取り消しの理由", "renews_id": "更新前の指示書", "wishes": "本人の意向", "limits": "治療の制限",
	"stated_on": "表明日", "signer": "署名者", "signer_relation": "署名者の続柄", "present": "同席者",
	"paper_location": "書面の保管場所", "review_on": "見直しの日", "withdrawn_on": "撤回日", "proxy": "代理の意思決定者",
	"what_to_do": "対応", "jlac10": "JLAC10コード", "value_text": "検査値", "value_thousandths": "検査値（数値）",
	"comparator": "以上・以下", "reference_text": "基準値", "reference_low_thousandths": "基準値の下限",
	"reference_high_thousandths": "基準値の上限", "flag": "判定", "specimen_time": "採取日時", "specimen": "検体",
	"report_id": "報告番号", "item_number": "項目番号", "laboratory": "検査機関", "comment": "コメント",
	"type_code": "文書種別コード", "title": "文書名", "sender_code": "発行機関コード", "sender": "発行機関", "author": "作成者",
	"bundle_identifier": "文書の識別子", "version": "版", "supersedes_id": "差し替え前の文書", "thread_id": "話題",
	"subject": "件名", "to_roles": "宛先の職種", "to_people": "宛先の人", "answer_to": "返信先", "urgent": "至急",
	"settled": "解決済み", "settled_how": "解決の内容", "signed_by_patient": "本人の署名", "created": "作成日時",
	"text_cut": "本文の抜粋", "outgoing": "送付", "prescription": "処方", "proposal": "提案", "consent": "本人の同意",
	"channel": "連絡方法",
}
