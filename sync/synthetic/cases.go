package synthetic

// trait marks what a case needs beyond its drugs and values.
type trait uint

const (
	insulin trait = 1 << iota // glucose is measured, doses can be too strong for what is eaten
	heart                     // weighed at every visit
	frail                     // swallows badly: may catch a pneumonia
	cancer                    // near the end of life
	copd
	dementia
	oxygen // home oxygen
	irregular
	bedridden
	pain
	woundCare
)

// baseline are somebody's own usual values. Temperature in hundredths of a degree, everything else in tenths of the
// unit that people write.
type baseline struct {
	temperature, pulse, respirations, systolic, diastolic, spo2, weight, glucose int
	jcs                                                                          uint32
}

// diagnosis with its code of ICD-10.
type diagnosis struct{ icd, name string }

// condition is what somebody lives with: the frame from which a person is drawn.
type condition struct {
	label     string // for tests and statistics
	diagnoses []diagnosis
	traits    trait
	usual     baseline
	drugs     []string
	visits    int // a week
	level     int // 要介護, 1 to 5
	focus     string
	goal      string
}

// patientCases are dealt to patients twenty at a time, so that every twenty have all of them.
var patientCases = []condition{
	{"stroke", []diagnosis{{"I69.3", "脳梗塞後遺症"}, {"R13", "嚥下障害"}, {"I10", "本態性高血圧症"}}, frail, usual(0, 72, 17, 132, 76, 96, 520), []string{"clopidogrel", "amlodipine", "lansoprazole", "carbocisteine"}, 3, 4, "嚥下・口腔ケア", "誤嚥性肺炎を起こさず自宅で過ごす"},
	{"heart failure", []diagnosis{{"I50.9", "慢性心不全"}, {"I48", "心房細動"}}, heart | irregular, usual(0, 78, 18, 116, 66, 96, 548), []string{"furosemide", "spironolactone", "bisoprolol", "apixaban"}, 3, 2, "体重・浮腫の観察", "体重の増えを早く見つけ入院を防ぐ"},
	{"diabetes on insulin", []diagnosis{{"E11.9", "2型糖尿病"}, {"I10", "本態性高血圧症"}}, insulin, usual(0, 74, 16, 134, 74, 97, 560), []string{"glargine", "glimepiride", "amlodipine", "atorvastatin"}, 5, 2, "血糖・インスリン手技の確認", "低血糖を起こさず血糖を保つ"},
	{"cancer", []diagnosis{{"C25.9", "膵癌"}, {"C78.7", "転移性肝癌"}}, cancer | pain, usual(10, 82, 17, 112, 66, 96, 448), []string{"oxycodone", "oxycodone-prn", "lansoprazole", "magnesium"}, 4, 3, "疼痛と看取りの支援", "痛みが少なく、望む自宅で過ごす"},
	{"copd", []diagnosis{{"J44.9", "慢性閉塞性肺疾患"}, {"J96.1", "慢性呼吸不全"}}, copd | oxygen, usual(0, 86, 20, 126, 72, 89, 472), []string{"tiotropium", "carbocisteine", "lansoprazole"}, 3, 2, "呼吸状態・在宅酸素の管理", "息切れを抑えて自宅で動ける"},
	{"alzheimer", []diagnosis{{"G30.1", "アルツハイマー型認知症"}, {"I10", "本態性高血圧症"}}, dementia, usual(0, 70, 16, 136, 78, 97, 468).at(2), []string{"donepezil", "amlodipine", "magnesium"}, 3, 3, "服薬と生活リズムの支援", "薬を飲み忘れず穏やかに過ごす"},
	{"slow pulse", []diagnosis{{"I20.9", "狭心症"}, {"I10", "本態性高血圧症"}}, 0, usual(0, 49, 15, 124, 66, 97, 582), []string{"bisoprolol", "amlodipine", "atorvastatin", "clopidogrel"}, 3, 1, "徐脈と胸部症状の観察", "発作なく過ごす"},
	{"parkinson", []diagnosis{{"G20", "パーキンソン病"}, {"K59.0", "便秘症"}}, frail, usual(0, 70, 16, 104, 60, 97, 502), []string{"levodopa", "magnesium", "sennoside"}, 4, 3, "動作・内服時間・転倒予防", "転ばずに過ごす"},
	{"knees", []diagnosis{{"M17.9", "変形性膝関節症"}, {"I10", "本態性高血圧症"}}, pain, usual(0, 72, 15, 138, 80, 98, 605), []string{"amlodipine", "loxoprofen", "lansoprazole"}, 2, 1, "膝の痛みと歩行", "近所まで歩ける"},
	{"bedsore", []diagnosis{{"L89.2", "仙骨部褥瘡"}, {"M62.5", "廃用症候群"}}, frail | bedridden | woundCare, usual(10, 78, 17, 114, 64, 96, 412), []string{"magnesium", "sennoside", "lansoprazole", "acetaminophen"}, 5, 5, "褥瘡処置", "褥瘡が小さくなる"},
	{"kidney", []diagnosis{{"N18.4", "慢性腎臓病"}, {"D63.8", "腎性貧血"}}, 0, usual(-10, 76, 16, 144, 78, 97, 531), []string{"amlodipine", "enalapril", "furosemide"}, 3, 2, "血圧・浮腫・食事", "腎機能を保つ"},
	{"fracture", []diagnosis{{"S72.0", "大腿骨頸部骨折術後"}, {"M81.9", "骨粗鬆症"}}, pain, usual(0, 74, 16, 130, 74, 97, 453), []string{"alendronate", "eldecalcitol", "acetaminophen", "magnesium"}, 3, 2, "歩行訓練・転倒予防", "トイレまで一人で歩く"},
	{"heart failure", []diagnosis{{"I50.0", "うっ血性心不全"}, {"I25.9", "虚血性心疾患"}}, heart, usual(0, 70, 17, 108, 62, 96, 506), []string{"furosemide", "enalapril", "bisoprolol", "clopidogrel"}, 4, 3, "体重・浮腫・塩分", "息切れなく過ごす"},
	{"diabetes on tablets", []diagnosis{{"E11.9", "2型糖尿病"}, {"H26.9", "白内障"}}, insulin, usual(0, 76, 16, 136, 76, 97, 628), []string{"glimepiride", "metformin", "eyedrops"}, 3, 1, "血糖と食事", "血糖を保つ"},
	{"copd", []diagnosis{{"J44.9", "慢性閉塞性肺疾患"}}, copd, usual(0, 82, 19, 128, 74, 92, 515), []string{"tiotropium", "carbocisteine"}, 3, 1, "息切れと吸入手技", "増悪を防ぐ"},
	{"stroke", []diagnosis{{"I69.1", "脳出血後遺症"}, {"I10", "本態性高血圧症"}}, frail | bedridden, usual(0, 74, 17, 140, 80, 96, 497).at(1), []string{"amlodipine", "enalapril", "lansoprazole", "magnesium"}, 4, 5, "体位変換・吸引・口腔ケア", "肺炎と褥瘡を起こさない"},
	{"lewy body", []diagnosis{{"G31.8", "レビー小体型認知症"}}, dementia | frail, usual(0, 68, 16, 112, 64, 97, 486).at(1), []string{"donepezil", "yokukansan", "magnesium"}, 3, 3, "幻視と転倒の観察", "安心して過ごす"},
	{"rheumatism", []diagnosis{{"M06.9", "関節リウマチ"}, {"M81.9", "骨粗鬆症"}}, pain, usual(10, 76, 16, 124, 72, 97, 441), []string{"acetaminophen", "eldecalcitol", "lansoprazole"}, 3, 2, "関節痛と日常動作", "痛みが少なく家事ができる"},
	{"atrial fibrillation", []diagnosis{{"I48", "心房細動"}, {"I10", "本態性高血圧症"}}, irregular, usual(0, 80, 16, 128, 74, 97, 577), []string{"apixaban", "bisoprolol", "amlodipine"}, 3, 1, "脈拍と出血の観察", "内服を続ける"},
	{"cancer", []diagnosis{{"C34.9", "肺癌"}, {"C79.5", "転移性骨腫瘍"}}, cancer | pain, usual(10, 84, 19, 118, 68, 95, 471), []string{"oxycodone", "oxycodone-prn", "magnesium"}, 4, 3, "疼痛・呼吸苦の緩和", "家族と自宅で過ごす"},
}

// residentCases are dealt nine at a time.
var residentCases = []condition{
	{"alzheimer", []diagnosis{{"G30.1", "アルツハイマー型認知症"}, {"I10", "本態性高血圧症"}}, dementia, usual(0, 72, 16, 132, 76, 97, 452).at(2), []string{"donepezil", "amlodipine", "magnesium"}, 1, 3, "見守りと声かけ", "役割をもって暮らす"},
	{"alzheimer", []diagnosis{{"G30.1", "アルツハイマー型認知症"}, {"N39.4", "尿失禁"}}, dementia, usual(0, 74, 16, 126, 72, 97, 431).at(3), []string{"memantine", "magnesium", "ramelteon"}, 1, 4, "排泄の支援", "清潔に暮らす"},
	{"vascular dementia", []diagnosis{{"F01.9", "血管性認知症"}, {"I69.3", "脳梗塞後遺症"}}, dementia | frail, usual(0, 70, 16, 136, 78, 96, 488).at(1), []string{"clopidogrel", "amlodipine", "lansoprazole"}, 1, 3, "嚥下の見守り", "むせずに食べる"},
	{"alzheimer", []diagnosis{{"G30.1", "アルツハイマー型認知症"}, {"M17.9", "変形性膝関節症"}}, dementia | pain, usual(0, 68, 15, 128, 72, 97, 512).at(2), []string{"donepezil", "loxoprofen", "lansoprazole"}, 1, 2, "歩行の見守り", "転ばずに歩く"},
	{"lewy body", []diagnosis{{"G31.8", "レビー小体型認知症"}, {"K59.0", "便秘症"}}, dementia, usual(0, 66, 16, 108, 62, 97, 470).at(1), []string{"donepezil", "yokukansan", "magnesium"}, 1, 3, "幻視への対応", "不安なく暮らす"},
	{"alzheimer", []diagnosis{{"G30.1", "アルツハイマー型認知症"}, {"E11.9", "2型糖尿病"}}, dementia, usual(0, 76, 16, 134, 74, 97, 536).at(2), []string{"donepezil", "voglibose", "magnesium"}, 1, 2, "食事の見守り", "食べすぎない"},
	{"alzheimer", []diagnosis{{"G30.1", "アルツハイマー型認知症"}, {"I50.9", "慢性心不全"}}, dementia | heart, usual(0, 74, 17, 118, 66, 96, 445).at(2), []string{"furosemide", "memantine", "lansoprazole"}, 1, 3, "体重と足のむくみ", "息切れなく暮らす"},
	{"vascular dementia", []diagnosis{{"F01.9", "血管性認知症"}, {"I48", "心房細動"}}, dementia | irregular, usual(0, 80, 16, 126, 74, 97, 497).at(1), []string{"apixaban", "bisoprolol", "amlodipine"}, 1, 2, "脈と服薬", "薬を続ける"},
	{"alzheimer", []diagnosis{{"G30.1", "アルツハイマー型認知症"}, {"M81.9", "骨粗鬆症"}}, dementia, usual(0, 70, 15, 122, 70, 98, 408).at(3), []string{"memantine", "eldecalcitol", "ramelteon"}, 1, 4, "睡眠と活動", "昼夜のリズムを整える"},
}

// usual writes a baseline as people say it: pulse, breaths, pressures and SpO2 in whole units, weight in tenths of a
// kilogram; the temperature as a difference from 36.4 °C in hundredths.
func usual(temperature, pulse, respirations, systolic, diastolic, spo2, weight int) baseline {
	return baseline{
		temperature: 3640 + temperature, pulse: 10 * pulse, respirations: 10 * respirations, systolic: 10 * systolic,
		diastolic: 10 * diastolic, spo2: 10 * spo2, weight: weight, glucose: 1380,
	}
}

// at is the baseline with a usual level of consciousness (JCS).
func (b baseline) at(jcs uint32) baseline {
	b.jcs = jcs
	return b
}
