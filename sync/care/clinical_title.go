package care

import "google.golang.org/protobuf/reflect/protoreflect"

// EnumTitle names a value of an enum of the clinical kinds for people: allergies, conditions, instructions,
// directives, laboratory results and inquiries. A value that this build does not know reads as the comment of its enum
// in the contract says. Empty: the value is unset, or the enum has no words here.
func EnumTitle(e protoreflect.Enum) (ja, en string) {
	words, ok := enumTitles[e.Descriptor().Name()]
	if !ok || e.Number() == 0 {
		return "", ""
	}
	if n := int(e.Number()); n > 0 && n < len(words) {
		return words[n].ja, words[n].en
	}
	return words[0].ja, words[0].en
}

// addEnum adds the title of a value, if it has one.
func addEnum(p *phrase, e protoreflect.Enum) {
	if ja, en := EnumTitle(e); ja != "" {
		p.add(ja, en)
	}
}

// enumTitles holds the titles of an enum by number; position 0 is for the values that this build does not know.
var enumTitles = map[protoreflect.Name][]title{
	"AllergyCategory": {{"その他", "other"}, {"薬剤", "drug"}, {"食物", "food"}, {"環境", "environment"}, {"その他", "other"}},
	"AllergyCriticality": {{"重篤度 高", "high risk"}, {"重篤度 低", "low risk"}, {"重篤度 高", "high risk"},
		{"重篤度 判定不能", "risk not assessable"}},
	"AllergyStatus": {{"あり", "active"}, {"あり", "active"}, {"非活動性", "inactive"}, {"解消", "resolved"}},
	"AllergyVerification": {{"未確認", "unconfirmed"}, {"未確認", "unconfirmed"}, {"推定", "presumed"}, {"確認済み", "confirmed"},
		{"否定", "refuted"}},
	"ReactionSeverity": {{"重度", "severe"}, {"軽度", "mild"}, {"中等度", "moderate"}, {"重度", "severe"}},
	"ConditionStatus": {{"継続", "active"}, {"継続", "active"}, {"再発", "recurrence"}, {"再燃", "relapse"}, {"症状なし", "inactive"},
		{"寛解", "in remission"}, {"治癒", "resolved"}},
	"InstructionType": {{"その他の指示書", "other instruction"}, {"訪問看護指示書", "visiting nurse instruction"},
		{"特別訪問看護指示書", "special visiting nurse instruction"}, {"在宅患者訪問点滴注射指示書", "instruction for drips at home"},
		{"精神科訪問看護指示書", "psychiatric visiting nurse instruction"},
		{"精神科特別訪問看護指示書", "special psychiatric visiting nurse instruction"}},
	"InstructionState": {{"記録を参照", "see record"}, {"交付済み", "issued"}, {"取り消し", "withdrawn"}},
	"SecondSpecialReason": {{"記録を参照", "see record"}, {"気管カニューレを使用している状態", "uses a tracheal cannula"},
		{"真皮を越える褥瘡の状態", "pressure ulcer beyond the dermis"}},
	"BedriddenLevel": {{"記録を参照", "see record"}, {"自立", "independent"}, {"J1", "J1"}, {"J2", "J2"}, {"A1", "A1"}, {"A2", "A2"},
		{"B1", "B1"}, {"B2", "B2"}, {"C1", "C1"}, {"C2", "C2"}},
	"DementiaLevel": {{"記録を参照", "see record"}, {"自立", "independent"}, {"Ⅰ", "I"}, {"Ⅱa", "IIa"}, {"Ⅱb", "IIb"}, {"Ⅲa", "IIIa"},
		{"Ⅲb", "IIIb"}, {"Ⅳ", "IV"}, {"M", "M"}, {"Ⅱ", "II"}, {"Ⅲ", "III"}},
	"DesignRDepth": {{"記録を参照", "see record"}, {"d0", "d0"}, {"d1", "d1"}, {"d2", "d2"}, {"D3", "D3"}, {"D4", "D4"}, {"D5", "D5"},
		{"DDTI", "DDTI"}, {"DU", "DU"}},
	"NpuapStage": {{"記録を参照", "see record"}, {"Ⅰ度", "stage I"}, {"Ⅱ度", "stage II"}, {"Ⅲ度", "stage III"}, {"Ⅳ度", "stage IV"}},
	"DeviceType": {{"医療機器", "device"}, {"自動腹膜灌流装置", "automated peritoneal dialysis"}, {"透析液供給装置", "dialysate supply"},
		{"酸素療法", "oxygen therapy"}, {"吸引器", "suction"}, {"中心静脈栄養", "central venous nutrition"}, {"輸液ポンプ", "infusion pump"},
		{"経管栄養", "tube feeding"}, {"留置カテーテル", "indwelling catheter"}, {"人工呼吸器", "ventilator"},
		{"気管カニューレ", "tracheal cannula"}, {"人工肛門", "stoma"}, {"人工膀胱", "urostomy"}, {"ドレーン", "drain"}, {"その他", "other"}},
	"Therapist": {{"療法士", "therapist"}, {"理学療法士", "physical therapist"}, {"作業療法士", "occupational therapist"},
		{"言語聴覚士", "speech therapist"}},
	"DirectiveType": {{"本人の意向", "wishes"}, {"人生会議（ACP）", "advance care planning (ACP)"},
		{"心肺蘇生を試みない（DNAR）", "no resuscitation (DNAR)"}, {"治療の制限", "limits of treatment"},
		{"事前指示書（リビング・ウィル）", "living will"}},
	"DirectiveState": {{"書面を確認", "see the paper"}, {"話し合い中", "under discussion"}, {"有効", "in force"}, {"撤回", "withdrawn"},
		{"差し替え済み", "replaced"}},
	"LimitedTreatment": {{"治療", "treatment"}, {"心肺蘇生", "resuscitation"}, {"気管挿管・人工呼吸器", "intubation and ventilator"},
		{"非侵襲的陽圧換気（NPPV）", "mask ventilation (NPPV)"}, {"昇圧薬", "vasopressors"}, {"透析", "dialysis"},
		{"輸血", "transfusion"}, {"経管栄養・胃瘻", "tube feeding"}, {"点滴・輸液", "drips"}, {"抗菌薬", "antibiotics"},
		{"救急搬送・入院", "ambulance and hospital"}, {"その他", "other"}},
	"LimitDecision": {{"書面を確認", "see the paper"}, {"希望しない", "not wanted"}, {"条件付きで希望", "wanted under a condition"},
		{"希望する", "wanted"}, {"未定", "undecided"}},
	"LabComparator": {{"（記録を参照）", "(see record)"}, {"未満", "below"}, {"以下", "at most"}, {"以上", "at least"}, {"超", "above"}},
	"LabFlag": {{"異常", "abnormal"}, {"基準値内", "normal"}, {"L（低）", "L (low)"}, {"H（高）", "H (high)"},
		{"LL（パニック値・低）", "LL (critically low)"}, {"HH（パニック値・高）", "HH (critically high)"}, {"異常", "abnormal"}},
	"LabStatus": {{"中間報告", "interim"}, {"中間報告", "interim"}, {"最終報告", "final"}, {"訂正報告", "corrected"},
		{"検査中止", "cancelled"}},
	"InquiryType": {{"連絡", "message"}, {"疑義照会", "prescription inquiry"}, {"質問", "question"},
		{"トレーシングレポート", "tracing report"}, {"連絡", "message"}},
	"InquiryOutcome": {{"回答を参照", "see the answer"}, {"変更なし", "no change"}, {"処方変更", "prescription changed"},
		{"次回受診時に判断", "decided at the next visit"}, {"処方中止", "prescription stopped"}},
	"ReportCategory": {{"その他", "other"}, {"服薬状況", "adherence"}, {"残薬", "leftover drugs"}, {"副作用の疑い", "suspected side effect"},
		{"市販薬・健康食品", "over-the-counter and health food"}, {"使用困難", "difficulty of use"}, {"処方提案", "proposal"},
		{"その他", "other"}},
	"ReportConsent": {{"記録を参照", "see record"}, {"同意あり", "patient agreed"},
		{"同意なし（処方医が知るべき情報）", "patient not asked, prescriber should know"}},
}
