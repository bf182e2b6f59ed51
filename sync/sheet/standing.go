package sheet

import (
	"strings"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/sync/care"
)

// sections writes the standing records kind by kind: those that hold, then those that do not any more.
func (p *page) sections() {
	for from := 0; from < len(p.standing); {
		until := from
		for until < len(p.standing) && Order(p.standing[until].item) == Order(p.standing[from].item) {
			until++
		}
		p.section(p.standing[from:until])
		from = until
	}
}

func (p *page) section(items []dated) {
	ja, en := titleOf(items[0].item.GetRecord().GetBody())
	p.text("<section><h2>", both{ja, en}.title(), "</h2>\n")
	var holds, past []dated
	for _, one := range items {
		if p.over(one.item.GetRecord()) {
			past = append(past, one)
		} else {
			holds = append(holds, one)
		}
	}
	p.standingTable(holds)
	if len(past) > 0 {
		p.text("<h3>", both{"以前のもの・終わったもの", "past or ended"}.title(), "</h3>\n")
		p.standingTable(past)
	}
	p.text("</section>\n")
}

func (p *page) standingTable(items []dated) {
	if len(items) == 0 {
		return
	}
	p.text("<table>\n")
	for _, one := range items {
		p.standingRow(one)
	}
	p.text("</table>\n")
}

// over tells whether a standing record holds no more on the day of the page. What is not understood still holds.
func (p *page) over(rec *carev1.Record) bool {
	if rec.GetStatus() > carev1.RecordStatus_RECORD_STATUS_ACTIVE {
		return true
	}
	day, b := p.today(), rec.GetBody()
	switch {
	case b.GetMedicationOrder() != nil:
		o := b.GetMedicationOrder()
		return o.GetState() == carev1.OrderState_ORDER_STATE_STOPPED || o.GetEndDate() != "" && o.GetEndDate() < day
	case b.GetInstruction() != nil:
		s := care.InstructionStatusAt(b.GetInstruction(), day)
		return s == care.InstructionExpired || s == care.InstructionWithdrawn
	case b.GetCondition() != nil:
		c := b.GetCondition()
		return c.GetHistory() || c.GetStatus() == carev1.ConditionStatus_CONDITION_STATUS_RESOLVED
	case b.GetAllergy() != nil:
		a := b.GetAllergy()
		return a.GetVerification() == carev1.AllergyVerification_ALLERGY_VERIFICATION_REFUTED ||
			a.GetStatus() == carev1.AllergyStatus_ALLERGY_STATUS_RESOLVED || a.GetStatus() == carev1.AllergyStatus_ALLERGY_STATUS_INACTIVE
	case b.GetAdvanceDirective() != nil:
		s := b.GetAdvanceDirective().GetState()
		return s == carev1.DirectiveState_DIRECTIVE_STATE_WITHDRAWN || s == carev1.DirectiveState_DIRECTIVE_STATE_REPLACED
	case b.GetTask() != nil:
		return !care.TaskOpen(b.GetTask())
	case b.GetEpisode() != nil:
		end := b.GetEpisode().GetPeriod().GetEnd()
		return end != nil && !end.AsTime().After(p.about.At)
	}
	return false
}

func (p *page) standingRow(one dated) {
	rec := one.item.GetRecord()
	p.text(`<tr><td class="t">`, one.at.Format("2006-01-02"), "</td><td>")
	p.standingBody(rec)
	p.marks(one.item, one.class)
	p.text(`</td>`, writerCell(rec), "</tr>\n")
}

// standingBody writes all of a standing record: its summary, then every field that the summary does not say.
func (p *page) standingBody(rec *carev1.Record) {
	open, end := struck(rec)
	p.text(open)
	if i := rec.GetBody().GetInstruction(); i != nil {
		ja, en := care.InstructionStatusTitle(care.InstructionStatusAt(i, p.today()))
		p.text("<b>【", shown(ja), "】</b>", english("["+en+"]"), " ")
	}
	ja, en := care.Summary(rec.GetBody())
	if rec.GetBody().GetPatientProfile() != nil {
		ja = "" // the form says all of it, in order
	} else {
		p.text("<b>", shown(ja), "</b><br>", english(en))
	}
	p.form(rec.GetBody(), ja)
	p.text(end)
}

// form writes the fields of a record, one below the other, but those that are said already.
func (p *page) form(b *carev1.Body, said string) {
	message := care.Message(b)
	if message == nil {
		return
	}
	m := message.ProtoReflect()
	for i := range m.Descriptor().Fields().Len() {
		f := m.Descriptor().Fields().Get(i)
		label, _ := labelOf(f)
		all := lines(m, f)
		if len(all) == 0 || saysAll(said, label, all) {
			continue
		}
		if f.Name() == "birth_date" {
			all[0][0].value = p.born(all[0][0].value.ja)
		}
		p.text(`<div class="field"><span class="label">`, label.title(), "</span><div>")
		for k, line := range all {
			if k > 0 {
				p.text("<br>")
			}
			p.parts(line)
		}
		p.text("</div></div>\n")
	}
}

// parts writes one value, part by part.
func (p *page) parts(line []part) {
	for _, one := range line {
		p.text(`<span class="part">`)
		if one.label != (both{}) {
			p.text(`<span class="label">`, one.label.title(), "</span> ")
		}
		switch {
		case one.flag && one.label == (both{}):
			p.text(both{"はい", "yes"}.title())
		case !one.flag:
			p.text(one.value.title())
		}
		p.text("</span>")
	}
}

// leastSaid is the length of a text, in bytes, that is not taken for said because it happens to stand in another one.
const leastSaid = 4

// saysAll tells whether a summary already has every value of a field. Numbers are never taken for said.
func saysAll(said string, label both, all [][]part) bool {
	for _, line := range all {
		for _, one := range line {
			switch {
			case one.flag && strings.Contains(said, spaced(label.ja, one.label.ja)):
			case !one.flag && len(one.value.ja) >= leastSaid && strings.Contains(said, one.value.ja):
			default:
				return false
			}
		}
	}
	return true
}

// titleOf names the kind of a body.
func titleOf(b *carev1.Body) (ja, en string) {
	if kind, known := care.KindOf(b); known {
		return care.KindTitle(kind)
	}
	return "記録", "record"
}
