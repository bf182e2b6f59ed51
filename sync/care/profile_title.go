package care

import "google.golang.org/protobuf/reflect/protoreflect"

// profileTitles are those of a profile.
var profileTitles = map[protoreflect.Name][]title{
	"Sex": {{"その他", "other"}, {"男", "male"}, {"女", "female"}, {"その他", "other"}, {"不明", "not known"}},
	"CareLevel": {{"記録を参照", "see record"}, {"非該当", "no care level"}, {"要支援1", "support level 1"},
		{"要支援2", "support level 2"}, {"要介護1", "care level 1"}, {"要介護2", "care level 2"},
		{"要介護3", "care level 3"}, {"要介護4", "care level 4"}, {"要介護5", "care level 5"},
		{"認定前（申請中）", "care level applied for"}},
	"AboGroup": {{"血液型は記録を参照", "blood group: see record"}, {"A型", "A"}, {"B型", "B"}, {"O型", "O"}, {"AB型", "AB"}},
	"AlertKind": {{"注意", "attention"}, {"抗凝固薬・抗血小板薬", "anticoagulant"}, {"インスリン", "insulin"},
		{"ステロイド", "steroid"}, {"透析・シャント肢", "dialysis, shunt arm"}, {"ペースメーカー", "pacemaker"},
		{"在宅酸素・CO2ナルコーシス", "home oxygen, CO2 narcosis"}, {"感染対策", "infection precautions"},
		{"気道確保困難", "difficult airway"}, {"ラテックス", "latex"}, {"その他の注意", "other attention"}},
	"DeviceKind": {{"その他の機器", "other device"}, {"気管カニューレ", "tracheostomy"}, {"人工呼吸器", "ventilator"},
		{"在宅酸素", "home oxygen"}, {"吸引器", "suction"}, {"胃瘻", "gastrostomy"}, {"経鼻胃管", "nasal feeding tube"},
		{"CVポート・中心静脈", "central line"}, {"輸液ポンプ", "infusion pump"}, {"留置カテーテル", "urinary catheter"},
		{"腎瘻・膀胱瘻", "nephrostomy, cystostomy"}, {"人工肛門・人工膀胱", "stoma"}, {"ペースメーカー・ICD", "pacemaker, ICD"},
		{"透析・シャント", "dialysis, shunt"}, {"その他の機器", "other device"}},
	"BedriddenDegree": {{"記録を参照", "see record"}, {"自立", "independent"}, {"J1", "J1"}, {"J2", "J2"}, {"A1", "A1"}, {"A2", "A2"},
		{"B1", "B1"}, {"B2", "B2"}, {"C1", "C1"}, {"C2", "C2"}},
	"DementiaDegree": {{"記録を参照", "see record"}, {"自立", "independent"}, {"Ⅰ", "I"}, {"Ⅱa", "IIa"}, {"Ⅱb", "IIb"}, {"Ⅲa", "IIIa"},
		{"Ⅲb", "IIIb"}, {"Ⅳ", "IV"}, {"M", "M"}, {"Ⅱ", "II"}, {"Ⅲ", "III"}},
}
