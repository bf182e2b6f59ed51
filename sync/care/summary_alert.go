package care

import (
	"strconv"
	"strings"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// alertSummary writes "【緊急】 NEWS2 7点です。": the reason as the rule gave it.
func alertSummary(a *carev1.ClinicalAlert) title {
	ja, en := EnumTitle(a.GetSeverity())
	return title{"【" + ja + "】 " + a.GetReasonJa(), "[" + en + "] " + a.GetReasonEn()}
}

// answerSummary writes "指示あり …"; what it is an answer to says the title of the kind.
func answerSummary(a *carev1.AlertResponse) title {
	var p phrase
	ja, en := EnumTitle(a.GetAnswer())
	p.add(ja, en)
	p.addSame(a.GetWords())
	return p.title()
}

// thresholdSummary writes "SpO2 88 %以下で要報告 2026-12-31まで …".
func thresholdSummary(t *carev1.AlertThreshold) title {
	var p phrase
	if t.GetWithdrawn() {
		p.add("【取り消し】", "[withdrawn]")
	}
	itemJa, itemEn := ItemTitle(t.GetItem())
	operatorJa, operatorEn := EnumTitle(t.GetOperator())
	severityJa, severityEn := EnumTitle(t.GetSeverity())
	value := Amount(t.GetItem(), t.GetValue())
	p.add(itemJa+" "+value+operatorJa+"で"+severityJa, itemEn+" "+operatorEn+" "+value+": "+severityEn)
	if n := t.GetReadings(); n > 1 {
		times := strconv.Itoa(int(n))
		p.add(times+"回続けて", times+" readings in a row")
	}
	if n := t.GetMinutes(); n > 0 {
		minutes := strconv.Itoa(int(n))
		p.add(minutes+"分以上続くとき", "lasting "+minutes+" minutes")
	}
	if until := t.GetValidUntil(); until != nil {
		day := until.AsTime().In(japan).Format("2006-01-02")
		p.add(day+"まで", "until "+day)
	}
	p.addSame(t.GetAction())
	return p.title()
}

// temporarySummary writes "【臨時指示】 … 連絡の目安: … 2026-11-25 09:00まで".
func temporarySummary(t *carev1.TemporaryInstruction) title {
	var p phrase
	switch {
	case t.GetWithdrawn():
		p.add("【取り消し】", "[withdrawn]")
	case t.GetUrgent():
		p.add("【至急】", "[urgent]")
	}
	p.addSame(t.GetText())
	addNamed(&p, "連絡の目安: ", "call when: ", t.GetCallWhen())
	if until := t.GetUntil(); until != nil {
		at := until.AsTime().In(japan).Format("2006-01-02 15:04")
		p.add(at+"まで", "until "+at)
	}
	return p.title()
}

// receiptSummary writes "指示を確認しました …".
func receiptSummary(r *carev1.InstructionReceipt) title {
	var p phrase
	p.add("指示を受けました", "the instruction was received")
	p.addSame(r.GetWords())
	return p.title()
}

// Amount writes a reading, as Reading gives it, with its unit: "38.2 ℃", "88 %", "JCS 10".
func Amount(item carev1.VitalItem, value int64) string {
	unit, per := ReadingUnit(item)
	text := strconv.FormatInt(value, 10)
	if per > 1 {
		text = strings.TrimSuffix(strconv.FormatFloat(float64(value)/float64(per), 'f', 1, 64), ".0")
	}
	switch item {
	case carev1.VitalItem_VITAL_ITEM_CONSCIOUSNESS:
		return "JCS " + text
	case carev1.VitalItem_VITAL_ITEM_PAIN:
		return "NRS " + text
	case carev1.VitalItem_VITAL_ITEM_TEMPERATURE:
		return strconv.FormatFloat(float64(value)/float64(per), 'f', 1, 64) + " ℃"
	case carev1.VitalItem_VITAL_ITEM_SYSTOLIC, carev1.VitalItem_VITAL_ITEM_DIASTOLIC:
		unit = "mmHg"
	case carev1.VitalItem_VITAL_ITEM_PULSE, carev1.VitalItem_VITAL_ITEM_RESPIRATIONS:
		return text + unit
	}
	return text + " " + unit
}
