package care

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// Systems of the numbers of a profile, for exports and imports. JP Core names those of the health insurance; the care
// insurance has none there, and its numbers have a namespace of this project.
const (
	jpIDSystem = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/"

	SystemInsurer       = jpIDSystem + "InsurerNumber"
	SystemInsuredSymbol = jpIDSystem + "InsuredPersonSymbol"
	SystemInsuredNumber = jpIDSystem + "InsuredPersonNumber"
	SystemInsuredBranch = jpIDSystem + "InsuredPersonSubnumber"
	SystemPublicPayer   = jpIDSystem + "PublicPayerNumber"
	SystemPublicInsured = jpIDSystem + "PublicInsuredPersonNumber"
	SystemCareInsurer   = "urn:tsunagu:care-insurance:insurer"
	SystemCareInsured   = "urn:tsunagu:care-insurance:insured"
)

// The SpO2 scales of NEWS2.
const (
	DefaultSpo2Scale     = 1 // where nobody decided otherwise
	HypercapnicSpo2Scale = 2 // confirmed hypercapnic respiratory failure
)

// Spo2Scale returns the SpO2 scale of NEWS2 that counts for the patient: the one that was decided, else scale 1. It
// is never inferred from a diagnosis or from readings.
func Spo2Scale(p *carev1.PatientProfile) (scale int, decided bool) {
	if d := p.GetSpo2Scale(); d != nil && d.GetScale() == HypercapnicSpo2Scale {
		return HypercapnicSpo2Scale, true
	}
	return DefaultSpo2Scale, p.GetSpo2Scale() != nil
}

// CareLevelTitle names a care level. One that this build does not know is "see record".
func CareLevelTitle(l carev1.CareLevel) (ja, en string) { return titleOf(careLevels, l, seeRecord) }

var careLevels = map[carev1.CareLevel]title{
	carev1.CareLevel_CARE_LEVEL_INDEPENDENT: {"非該当", "no care level"},
	carev1.CareLevel_CARE_LEVEL_SUPPORT_1:   {"要支援1", "support level 1"},
	carev1.CareLevel_CARE_LEVEL_SUPPORT_2:   {"要支援2", "support level 2"},
	carev1.CareLevel_CARE_LEVEL_CARE_1:      {"要介護1", "care level 1"},
	carev1.CareLevel_CARE_LEVEL_CARE_2:      {"要介護2", "care level 2"},
	carev1.CareLevel_CARE_LEVEL_CARE_3:      {"要介護3", "care level 3"},
	carev1.CareLevel_CARE_LEVEL_CARE_4:      {"要介護4", "care level 4"},
	carev1.CareLevel_CARE_LEVEL_CARE_5:      {"要介護5", "care level 5"},
	carev1.CareLevel_CARE_LEVEL_PENDING:     {"認定前（申請中）", "care level applied for"},
}

// SexTitle names a sex. One that this build does not know is "other".
func SexTitle(s carev1.Sex) (ja, en string) { return titleOf(sexes, s, title{"その他", "other"}) }

var sexes = map[carev1.Sex]title{
	carev1.Sex_SEX_MALE: {"男", "male"}, carev1.Sex_SEX_FEMALE: {"女", "female"},
	carev1.Sex_SEX_OTHER: {"その他", "other"}, carev1.Sex_SEX_UNKNOWN: {"不明", "not known"},
}

// BedriddenTitle names a degree of 寝たきり度.
func BedriddenTitle(d carev1.BedriddenDegree) (ja, en string) {
	return titleOf(bedridden, d, seeRecord)
}

var bedridden = map[carev1.BedriddenDegree]title{
	carev1.BedriddenDegree_BEDRIDDEN_DEGREE_INDEPENDENT: {"自立", "independent"},
	carev1.BedriddenDegree_BEDRIDDEN_DEGREE_J1:          {"J1", "J1"}, carev1.BedriddenDegree_BEDRIDDEN_DEGREE_J2: {"J2", "J2"},
	carev1.BedriddenDegree_BEDRIDDEN_DEGREE_A1: {"A1", "A1"}, carev1.BedriddenDegree_BEDRIDDEN_DEGREE_A2: {"A2", "A2"},
	carev1.BedriddenDegree_BEDRIDDEN_DEGREE_B1: {"B1", "B1"}, carev1.BedriddenDegree_BEDRIDDEN_DEGREE_B2: {"B2", "B2"},
	carev1.BedriddenDegree_BEDRIDDEN_DEGREE_C1: {"C1", "C1"}, carev1.BedriddenDegree_BEDRIDDEN_DEGREE_C2: {"C2", "C2"},
}

// DementiaTitle names a degree of 認知症高齢者の日常生活自立度.
func DementiaTitle(d carev1.DementiaDegree) (ja, en string) { return titleOf(dementia, d, seeRecord) }

var dementia = map[carev1.DementiaDegree]title{
	carev1.DementiaDegree_DEMENTIA_DEGREE_INDEPENDENT: {"自立", "independent"},
	carev1.DementiaDegree_DEMENTIA_DEGREE_I:           {"Ⅰ", "I"},
	carev1.DementiaDegree_DEMENTIA_DEGREE_IIA:         {"Ⅱa", "IIa"}, carev1.DementiaDegree_DEMENTIA_DEGREE_IIB: {"Ⅱb", "IIb"},
	carev1.DementiaDegree_DEMENTIA_DEGREE_IIIA: {"Ⅲa", "IIIa"}, carev1.DementiaDegree_DEMENTIA_DEGREE_IIIB: {"Ⅲb", "IIIb"},
	carev1.DementiaDegree_DEMENTIA_DEGREE_IV: {"Ⅳ", "IV"}, carev1.DementiaDegree_DEMENTIA_DEGREE_M: {"M", "M"},
}

// AlertTitle names what an alert is about. One that this build does not know is "attention".
func AlertTitle(k carev1.AlertKind) (ja, en string) {
	return titleOf(alerts, k, title{"注意", "attention"})
}

var alerts = map[carev1.AlertKind]title{
	carev1.AlertKind_ALERT_KIND_ANTICOAGULANT:    {"抗凝固薬・抗血小板薬", "anticoagulant"},
	carev1.AlertKind_ALERT_KIND_INSULIN:          {"インスリン", "insulin"},
	carev1.AlertKind_ALERT_KIND_STEROID:          {"ステロイド", "steroid"},
	carev1.AlertKind_ALERT_KIND_DIALYSIS:         {"透析・シャント肢", "dialysis, shunt arm"},
	carev1.AlertKind_ALERT_KIND_PACEMAKER:        {"ペースメーカー", "pacemaker"},
	carev1.AlertKind_ALERT_KIND_CO2_NARCOSIS:     {"在宅酸素・CO2ナルコーシス", "home oxygen, CO2 narcosis"},
	carev1.AlertKind_ALERT_KIND_PRECAUTIONS:      {"感染対策", "infection precautions"},
	carev1.AlertKind_ALERT_KIND_DIFFICULT_AIRWAY: {"気道確保困難", "difficult airway"},
	carev1.AlertKind_ALERT_KIND_LATEX:            {"ラテックス", "latex"},
	carev1.AlertKind_ALERT_KIND_OTHER:            {"その他の注意", "other attention"},
}

// DeviceTitle names a device. One that this build does not know is "other device".
func DeviceTitle(k carev1.DeviceKind) (ja, en string) {
	return titleOf(patientDevices, k, title{"その他の機器", "other device"})
}

var patientDevices = map[carev1.DeviceKind]title{
	carev1.DeviceKind_DEVICE_KIND_TRACHEOSTOMY:     {"気管カニューレ", "tracheostomy"},
	carev1.DeviceKind_DEVICE_KIND_VENTILATOR:       {"人工呼吸器", "ventilator"},
	carev1.DeviceKind_DEVICE_KIND_OXYGEN:           {"在宅酸素", "home oxygen"},
	carev1.DeviceKind_DEVICE_KIND_SUCTION:          {"吸引器", "suction"},
	carev1.DeviceKind_DEVICE_KIND_GASTROSTOMY:      {"胃瘻", "gastrostomy"},
	carev1.DeviceKind_DEVICE_KIND_NASAL_TUBE:       {"経鼻胃管", "nasal feeding tube"},
	carev1.DeviceKind_DEVICE_KIND_CENTRAL_LINE:     {"CVポート・中心静脈", "central line"},
	carev1.DeviceKind_DEVICE_KIND_INFUSION_PUMP:    {"輸液ポンプ", "infusion pump"},
	carev1.DeviceKind_DEVICE_KIND_URINARY_CATHETER: {"留置カテーテル", "urinary catheter"},
	carev1.DeviceKind_DEVICE_KIND_NEPHROSTOMY:      {"腎瘻・膀胱瘻", "nephrostomy, cystostomy"},
	carev1.DeviceKind_DEVICE_KIND_STOMA:            {"人工肛門・人工膀胱", "stoma"},
	carev1.DeviceKind_DEVICE_KIND_PACEMAKER:        {"ペースメーカー・ICD", "pacemaker, ICD"},
	carev1.DeviceKind_DEVICE_KIND_DIALYSIS:         {"透析・シャント", "dialysis, shunt"},
	carev1.DeviceKind_DEVICE_KIND_OTHER:            {"その他の機器", "other device"},
}

// profileSummary writes "田中 花子（タナカ ハナコ） 女 1938-05-02生 要介護3", what a stranger must know, and the devices.
func profileSummary(b *carev1.PatientProfile) title {
	var p phrase
	p.addSame(b.GetName().GetText())
	if kana := b.GetName().GetKana(); kana != "" {
		p.add("（"+kana+"）", "("+kana+")")
	}
	addTitle(&p, sexes, b.GetSex(), title{"その他", "other"}, "", "")
	if day := b.GetBirthDate(); day != "" {
		p.add(day+"生", "born "+day)
	}
	addTitle(&p, careLevels, b.GetCareLevel().GetLevel(), seeRecord, "", "")
	addTitle(&p, bedridden, b.GetBedriddenDegree(), seeRecord, "寝たきり度", "bedridden degree ")
	addTitle(&p, dementia, b.GetDementiaDegree(), seeRecord, "認知症自立度", "dementia degree ")
	for _, a := range b.GetAlerts() {
		ja, en := AlertTitle(a.GetKind())
		p.add("【"+ja+"】"+a.GetText(), "["+en+"] "+a.GetText())
	}
	for _, d := range b.GetDevices() {
		ja, en := DeviceTitle(d.GetKind())
		p.add(ja+d.GetSize(), en+" "+d.GetSize())
	}
	if scale, decided := Spo2Scale(b); decided && scale == HypercapnicSpo2Scale {
		p.add("SpO2スケール2", "SpO2 scale 2")
	}
	if len(p.ja) == 0 {
		return title{"（未記入）", "(nothing filled in)"}
	}
	return p.title()
}
