package care

import (
	"strconv"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// vitalsSummary writes "体温36.8 脈拍72 血圧120/70 SpO2 97%": readings, then what could not be measured.
func vitalsSummary(v *carev1.VitalSigns) title {
	var p phrase
	addNumber(&p, "temperature_tenths_c", v, "体温", "T ", "")
	addNumber(&p, "pulse_per_min", v, "脈拍", "P ", "")
	if v.PulseIrregular != nil && v.GetPulseIrregular() {
		p.add("不整", "irregular")
	}
	addNumber(&p, "respirations_per_min", v, "呼吸", "R ", "")
	if v.SystolicMmhg != nil || v.DiastolicMmhg != nil {
		pressure := orDash(v.SystolicMmhg) + "/" + orDash(v.DiastolicMmhg)
		p.add("血圧"+pressure, "BP "+pressure)
	}
	addNumber(&p, "spo2_percent", v, "SpO2 ", "SpO2 ", "%")
	addOxygen(&p, v)
	addNumber(&p, "weight_g", v, "体重", "weight ", "kg")
	addNumber(&p, "height_mm", v, "身長", "height ", "cm")
	addGlucose(&p, v)
	addConsciousness(&p, v)
	addPain(&p, v.GetPain())
	for _, a := range v.GetAbsent() {
		ja, en := ItemTitle(a.GetItem())
		whyJa, whyEn := EnumTitle(a.GetReason())
		p.add(ja+" "+whyJa, en+" "+whyEn)
	}
	p.addSame(v.GetObservation())
	return p.title()
}

func addNumber(p *phrase, field string, v *carev1.VitalSigns, ja, en, unit string) {
	l := limitOf(field)
	if value, ok := l.read(v); ok {
		p.add(ja+l.text(value)+unit, en+l.text(value)+unit)
	}
}

func orDash(v *uint32) string {
	if v == nil {
		return "–"
	}
	return strconv.FormatUint(uint64(*v), 10)
}

func addOxygen(p *phrase, v *carev1.VitalSigns) {
	o := v.GetOxygen()
	if o == nil {
		return
	}
	if !o.GetSupplemental() {
		p.add("室内気", "room air")
		return
	}
	flow := ""
	if o.FlowTenthsLPerMin != nil {
		flow = " " + limitOf("oxygen.flow_tenths_l_per_min").text(int64(o.GetFlowTenthsLPerMin())) + "L/min"
	}
	if o.Fio2Percent != nil {
		flow += " FiO2 " + strconv.FormatUint(uint64(o.GetFio2Percent()), 10) + "%"
	}
	p.add("酸素"+flow, "O2"+flow)
}

func addGlucose(p *phrase, v *carev1.VitalSigns) {
	switch v.GetGlucose().GetReading().(type) {
	case *carev1.Glucose_MgPerDl:
		addNumber(p, "glucose.mg_per_dl", v, "血糖", "glucose ", "mg/dL")
	case *carev1.Glucose_OutOfRange:
		addEnumAs(p, "血糖", "glucose ", v.GetGlucose().GetOutOfRange())
	}
	addEnum(p, v.GetGlucose().GetTiming())
}

func addConsciousness(p *phrase, v *carev1.VitalSigns) {
	if j := v.GetJcs(); j != nil {
		p.addSame("JCS " + FormatJCS(j))
	}
	addEnum(p, v.GetConsciousness())
	if g := v.GetGcs(); g != nil {
		verbal := "T" // with a tube
		if g.Verbal != nil {
			verbal = orDash(g.Verbal)
		}
		p.addSame("GCS E" + orDash(&g.Eye) + "V" + verbal + "M" + orDash(&g.Motor))
	}
}

// painScales by number of the enum; 0 means NRS.
var painScales = map[carev1.PainScale]string{
	carev1.PainScale_PAIN_SCALE_UNSPECIFIED: "NRS", carev1.PainScale_PAIN_SCALE_NRS: "NRS",
	carev1.PainScale_PAIN_SCALE_ABBEY: "Abbey", carev1.PainScale_PAIN_SCALE_PAINAD: "PAINAD",
	carev1.PainScale_PAIN_SCALE_FACES: "FACES",
}

func addPain(p *phrase, pain *carev1.Pain) {
	switch f := pain.GetFinding().(type) {
	case *carev1.Pain_Score:
		score := painScales[pain.GetScale()] + " " + orDash(&f.Score)
		p.add("疼痛"+score, "pain "+score)
	case *carev1.Pain_NotAssessable:
		p.add("疼痛 評価不能", "pain not assessable")
	default:
		return
	}
	p.addSame(pain.GetSite())
	if pain.GetOnMovement() {
		p.add("体動時", "on movement")
	}
	p.addSame(pain.GetCharacter())
	if pain.GetAfterRescue() {
		p.add("（レスキュー後の再評価）", "(after a rescue dose)")
	}
}
