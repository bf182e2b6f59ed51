package synthetic

import (
	"time"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// visit is what a nurse writes at a patient's home: the visit itself, the readings, what became of the doses, and the
// note.
func (p *page) visit(v stop) {
	w, c := p.world, p.chart
	d := w.dice(c, "at the visit", p.day)
	s := c.at(v.at)
	g := gauge{
		breaths: d.percent(75) || s.bad() || c.is(copd), pressure: true, consciousness: c.is(dementia) || s.jcs > 0 || d.percent(40),
		weight: c.is(heart) || d.percent(12), glucose: c.is(insulin), pain: c.is(pain) || c.is(cancer),
		timing: carev1.GlucoseTiming_GLUCOSE_TIMING_AFTER_MEAL,
	}
	if v.at.In(tokyo).Hour() < 9 {
		g.timing = carev1.GlucoseTiming_GLUCOSE_TIMING_FASTING
	}
	at := v.at.Add(time.Duration(d.between(4, 7)) * time.Minute)
	if s.kind == Hypoglycaemia && s.stage == severe {
		at = v.at.Add(12 * time.Minute)
	}
	signs := w.vitals(c, at, g)
	if s.stage != severe {
		p.gap(signs, d)
	}
	first := p.add(vitalsBody(signs), entry{by: v.nurse, at: at, later: d.between(1, 4), name: "vitals " + w.date(p.day)})
	p.again(v, signs, first, s, at, d)
	p.visitDoses(v, s)
	p.careAtVisit(v, s, w.dice(c, "care at visit", p.day))
	end := v.at.Add(time.Duration(v.minutes) * time.Minute)
	_, emergency := w.emergency(c, p.day)
	p.nursingVisit(v.nurse, v.at, end, emergency)
	p.add(p.soap(v, c.at(at), first, signs), entry{by: v.nurse, at: v.at, end: end, later: v.minutes + d.between(2, 18), name: "note " + w.date(p.day)})
	if s.bad() && s.kind != EndOfLife {
		internal := InternalStream(c.id, station)
		told := p.add(handover(toldOn(s), "次の訪問看護師", true), entry{
			by: v.nurse, at: end, later: d.between(20, 30), stream: internal, name: "handover " + w.date(p.day),
		})
		p.read(told, p.someNurse(), end.Add(time.Duration(d.between(40, 80))*time.Minute), internal)
	}
}

func vitalsBody(v *carev1.VitalSigns) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: v}}
}

// gap leaves out what could not be measured that day.
func (p *page) gap(v *carev1.VitalSigns, d *dice) {
	switch d.below(60) {
	case 0: // cold fingers
		v.Spo2Percent = nil
		v.Absent = append(v.Absent, absent(carev1.VitalItem_VITAL_ITEM_SPO2, carev1.AbsentReason_ABSENT_REASON_NOT_MEASURABLE))
		v.Observation = "手指の冷感が強くSpO2は測定できず。チアノーゼなし。"
	case 1:
		if p.chart.is(dementia) && v.SystolicMmhg != nil {
			v.SystolicMmhg, v.DiastolicMmhg = nil, nil
			v.Absent = append(v.Absent, absent(carev1.VitalItem_VITAL_ITEM_SYSTOLIC, carev1.AbsentReason_ABSENT_REASON_DECLINED))
			v.Observation = "血圧測定は嫌がられ中止。"
		}
	}
	v.Confirmed = nil
	confirm(v)
}

func absent(item carev1.VitalItem, reason carev1.AbsentReason) *carev1.AbsentReading {
	return &carev1.AbsentReading{Item: item, Reason: reason}
}

// again is what happens to a set of readings afterwards: a second look after sugar was given, a pressure that was
// only the stairs, or a slip of the pen that is put right.
func (p *page) again(v stop, signs *carev1.VitalSigns, first ID, s state, at time.Time, d *dice) {
	w, c := p.world, p.chart
	switch {
	case s.kind == Hypoglycaemia && c.at(at).stage == severe:
		later := at.Add(16 * time.Minute)
		p.add(vitalsBody(w.vitals(c, later, gauge{glucose: true, pressure: true, consciousness: true})), entry{
			by: v.nurse, at: later, later: 2, name: "vitals again " + w.date(p.day), about: first,
		})
	case signs.GetSystolicMmhg() >= 160:
		later := at.Add(14 * time.Minute)
		rested := w.vitals(c, later, gauge{pressure: true})
		rested.Observation = "安静後に再測定。"
		p.add(vitalsBody(rested), entry{by: v.nurse, at: later, later: 1, name: "vitals again " + w.date(p.day), about: first})
	case d.percent(1) && signs.PulsePerMin != nil:
		right := proto.CloneOf(signs)
		right.PulsePerMin = proto.Uint32(signs.GetPulsePerMin() + 2)
		p.change(first, vitalsBody(confirm(clean(right))), entry{by: v.nurse, at: at, later: 25, name: "vitals put right " + w.date(p.day)}, "脈拍の入力間違い")
	}
}

func clean(v *carev1.VitalSigns) *carev1.VitalSigns {
	v.Confirmed = nil
	return v
}

// toldOn is what the next nurse has to know, before the worst and after it.
func toldOn(s state) string {
	if s.stage != easing {
		return sickWords(s.kind)
	}
	switch s.kind {
	case Pneumonia:
		return "抗菌薬を内服中です。体温・SpO2・呼吸数と食事量を続けてみてください。"
	case HeartFailure:
		return "利尿薬を増量中です。同じ服装で体重測定、尿量・血圧・ふらつきの確認をお願いします。"
	default:
		return "減量後の経過をみています。訪問時に血糖と食事量を確認してください。"
	}
}

// sickWords is what the station tells itself about somebody who is getting worse.
func sickWords(k Kind) string {
	switch k {
	case Pneumonia:
		return "発熱と呼吸状態の悪化あり。訪問時はまずSpO2と呼吸数を確認し、主治医へ報告してください。"
	case HeartFailure:
		return "体重増加と浮腫が続いています。訪問時は同じ服装で体重測定をお願いします。"
	case Hypoglycaemia:
		return "食事量が減っています。注射の前に必ず血糖と朝食量を確認してください。"
	default:
		return "状態が変化しています。前回の記録を読んでから訪問してください。"
	}
}
