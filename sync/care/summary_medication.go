package care

import (
	"strconv"
	"strings"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// orderSummary writes "アムロジピン錠5mg 1回1錠 朝食後", and what whoever gives it has to know: limits of a drug given
// when needed, when to hold it, instructions, its days. When is taken from the words of the dosage, else from its slots.
// An order that is not in force says so first, and why.
func orderSummary(o *carev1.MedicationOrder) title {
	var p phrase
	switch o.GetState() {
	case carev1.OrderState_ORDER_STATE_ON_HOLD:
		p.add("【保留】", "[on hold]")
	case carev1.OrderState_ORDER_STATE_STOPPED:
		p.add("【中止】", "[stopped]")
	}
	addNamed(&p, "理由: ", "reason: ", o.GetStateReason())
	p.addSame(o.GetDrug().GetName())
	d := o.GetDosage()
	if d.GetAmountThousandths() > 0 {
		dose := amount(d.GetAmountThousandths(), d.GetUnit())
		p.add("1回"+dose, dose+" a dose")
	}
	p.addSame(d.GetText())
	if d.GetText() == "" && len(d.GetSlots()) > 0 {
		var ja, en []string
		for _, s := range d.GetSlots() {
			j, e := SlotTitle(s)
			ja, en = append(ja, j), append(en, e)
		}
		p.add(strings.Join(ja, "・"), strings.Join(en, ", "))
	}
	for _, code := range d.GetSupplementCodes() {
		if one, err := ParseSupplementCode(code); err == nil && one.Kind != SupplementOther {
			p.add(one.Title(d.GetUnit()))
		} else {
			addNamed(&p, "補足用法 ", "supplement ", code)
		}
	}
	addPrn(&p, d.GetPrn())
	if o.GetPacked() {
		p.add("一包化", "packed by intake time")
	}
	addNamed(&p, "保留の条件: ", "hold if: ", o.GetHoldRule())
	p.addSame(o.GetInstructions())
	if o.GetEndDate() != "" {
		p.add(o.GetEndDate()+"まで", "until "+o.GetEndDate())
	}
	return p.title()
}

// addNamed adds a text with what it is, if there is one.
func addNamed(p *phrase, ja, en, text string) {
	if text != "" {
		p.add(ja+text, en+text)
	}
}

func addPrn(p *phrase, prn *carev1.Prn) {
	if prn == nil {
		return
	}
	p.add("頓用 "+prn.GetIndication(), "when needed: "+prn.GetIndication())
	if m := prn.GetMinIntervalMinutes(); m > 0 {
		ja, en := strconv.FormatUint(uint64(m), 10)+"分", strconv.FormatUint(uint64(m), 10)+" min"
		if m%minutesPerHour == 0 {
			h := strconv.FormatUint(uint64(m/minutesPerHour), 10)
			ja, en = h+"時間", h+" h"
		}
		p.add(ja+"以上あける", "at least "+en+" apart")
	}
	if n := prn.GetMaxPerDay(); n > 0 {
		times := strconv.FormatUint(uint64(n), 10)
		p.add("1日"+times+"回まで", "at most "+times+" a day")
	}
	addNamed(p, "与薬者: ", "given by ", prn.GetGivenBy())
}

// logSummary writes "2026-11-23 朝食後 与薬", with what was otherwise than ordered.
func logSummary(l *carev1.MedicationLog) title {
	var p phrase
	if day, slot, ok := strings.Cut(l.GetSlot(), "/"); ok {
		ja, en := SlotTitle(slot)
		p.add(day+" "+ja, day+" "+en)
	}
	if l.GetPrnIndication() != "" {
		p.add("頓用 "+l.GetPrnIndication(), "when needed: "+l.GetPrnIndication())
	}
	p.addSame(l.GetDrug().GetName())
	addEnum(&p, l.GetOutcome())
	if l.AmountThousandths != nil {
		p.addSame(amount(l.GetAmountThousandths(), l.GetUnit()))
	}
	if len(l.GetRemainderOf()) > 0 {
		p.add("（残りの分）", "(remainder)")
	}
	if l.GetReason() != "" {
		p.add("理由: "+l.GetReason(), "reason: "+l.GetReason())
	}
	return p.title()
}

// amount writes thousandths of a unit: 2500 mL/1000 is "2.5mL".
func amount(thousandths uint32, unit string) string {
	return decimal(int64(thousandths), 1000, 0) + unit
}
