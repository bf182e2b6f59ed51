package sheet

import (
	"strconv"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/sync/care"
)

// glance writes what somebody who comes in an emergency reads first. It repeats what stands below; it judges nothing, and
// where there is nothing it says that this copy has none, never that there is none.
func (p *page) glance() {
	p.text(`<section class="glance"><h2>`, both{"要点", "at a glance"}.title(), "</h2>\n<table class=\"form\">\n")
	p.glanceRow(true, both{"注意事項", "alerts"}, p.alerts(), false)
	p.glanceRow(p.allergic(), both{"アレルギー", "allergies"}, p.summaries("allergy", both.stacked), true)
	p.glanceRow(true, both{"事前指示・DNAR", "directives"}, p.summaries("advance_directive", both.stacked), true)
	p.glanceRow(false, both{"傷病名", "conditions"}, p.summaries("condition", both.stacked), true)
	p.glanceRow(false, both{"現在の薬", "current medicines"}, p.summaries("medication_order", both.first), true)
	if !p.about.ForFamily {
		p.glanceRow(false, both{"有効な指示書", "instructions in force"}, p.inForce(), true)
		p.glanceRow(true, both{"臨時の指示", "temporary instructions"}, p.temporary(), false)
	}
	p.glanceRow(false, both{"入院・外泊など", "where the patient is"}, p.summaries("episode", both.stacked), false)
	p.profileRow("devices", "spo2_target", "spo2_scale")
	p.profileRow("usual_vitals", "baseline_jcs")
	p.profileRow("contacts")
	p.profileRow("physician", "station", "pharmacy")
	p.text("</table>\n")
	if len(p.about.Latest) > 0 {
		p.text("<h3>", both{"直近のバイタルサイン", "latest vital signs"}.title(), "</h3>\n")
		var latest []dated
		for _, item := range p.about.Latest {
			latest = append(latest, dated{at: effective(item), item: item})
		}
		p.vitalsTable(latest, "2006-01-02 15:04")
	}
	p.text("</section>\n")
}

// glanceRow writes one line of it; nothing where there is nothing to say and that says nothing either.
func (p *page) glanceRow(alarm bool, label both, cells []string, always bool) {
	if len(cells) == 0 && !always {
		return
	}
	class := ""
	if alarm && len(cells) > 0 {
		class = ` class="alarm"`
	}
	p.text("<tr", class, `><th scope="row">`, label.title(), "</th><td>")
	for _, cell := range cells {
		p.text(`<div class="line">`, cell, "</div>")
	}
	if len(cells) == 0 {
		p.text(both{"この写しには記録がありません（「ない」という意味ではありません）", "none in this copy, which does not mean that there is none"}.title())
	}
	p.text("</td></tr>\n")
}

// allergic tells whether an allergy stands, or one that nobody understood: "none known" is none.
func (p *page) allergic() bool {
	for _, one := range p.standing {
		if a := one.item.GetRecord().GetBody().GetAllergy(); a != nil && !a.GetNoneKnown() && !p.over(one.item.GetRecord()) {
			return true
		}
	}
	return false
}

// summaries are those of the standing records of one kind that hold.
func (p *page) summaries(kind string, write func(both) string) (cells []string) {
	for _, one := range p.standing {
		rec := one.item.GetRecord()
		if k, ok := care.KindOf(rec.GetBody()); ok && k.Name == kind && !p.over(rec) {
			cells = append(cells, write(summary(rec))+undecided(rec))
		}
	}
	return cells
}

func summary(rec *carev1.Record) (b both) {
	b.ja, b.en = care.Summary(rec.GetBody())
	return b
}

// undecided is the mark of a record that has several values.
func undecided(rec *carev1.Record) string {
	if len(rec.GetCandidates()) == 0 {
		return ""
	}
	return ` <span class="mark">` + both{"要判断（下に別の値があります）", "needs a decision: another value stands below"}.title() + "</span>"
}

// alerts are those of the profile: what a stranger has to know.
func (p *page) alerts() (cells []string) {
	for _, a := range p.profile().GetAlerts() {
		cells = append(cells, "<b>"+enumWords(a.GetKind()).title()+"</b> "+shown(a.GetText()))
	}
	return cells
}

// inForce are the instructions on which somebody may visit on the day of the page.
func (p *page) inForce() (cells []string) {
	for _, one := range p.standing {
		rec := one.item.GetRecord()
		i := rec.GetBody().GetInstruction()
		if i == nil || rec.GetStatus() > carev1.RecordStatus_RECORD_STATUS_ACTIVE {
			continue
		}
		status := care.InstructionStatusAt(i, p.today())
		if !status.InForce() {
			continue
		}
		ja, en := care.InstructionStatusTitle(status)
		cells = append(cells, "<b>【"+both{ja, en}.title()+"】</b> "+summary(rec).first()+undecided(rec))
	}
	return cells
}

// temporary are the temporary instructions that count when the page is written.
func (p *page) temporary() (cells []string) {
	for _, one := range p.standing {
		rec := one.item.GetRecord()
		t := rec.GetBody().GetTemporaryInstruction()
		if t == nil || rec.GetStatus() > carev1.RecordStatus_RECORD_STATUS_ACTIVE || t.GetWithdrawn() ||
			p.about.At.Before(t.GetFrom().AsTime()) || !p.about.At.Before(t.GetUntil().AsTime()) {
			continue
		}
		cells = append(cells, summary(rec).first()+undecided(rec))
	}
	return cells
}

// profile is the newest profile that stands; nil if there is none.
func (p *page) profile() (newest *carev1.PatientProfile) {
	for _, one := range p.standing {
		if b := one.item.GetRecord().GetBody().GetPatientProfile(); b != nil && !p.over(one.item.GetRecord()) {
			newest = b
		}
	}
	return newest
}

// profileRow writes some fields of the profile, as far as they are set.
func (p *page) profileRow(names ...protoreflect.Name) {
	m := p.profile().ProtoReflect()
	for _, name := range names {
		f := m.Descriptor().Fields().ByName(name)
		if !m.Has(f) {
			continue
		}
		label, _ := labelOf(f)
		p.text(`<tr><th scope="row">`, label.title(), "</th><td>")
		for _, line := range lines(m, f) {
			p.text(`<div class="line">`)
			p.parts(line)
			p.text("</div>")
		}
		p.text("</td></tr>\n")
	}
}

// born writes a day of birth with its era, as insurance cards have it, and the age on the day of the page.
func (p *page) born(date string) both {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return same(date)
	}
	at := p.about.At.In(zone)
	age := at.Year() - day.Year()
	if at.Format("01-02") < day.Format("01-02") {
		age--
	}
	years := strconv.Itoa(age)
	return both{date + era(date) + " " + years + "歳", "aged " + years}
}

// eras of the Japanese calendar, newest first, each with its first day.
var eras = []struct{ name, from string }{
	{"令和", "2019-05-01"}, {"平成", "1989-01-08"}, {"昭和", "1926-12-25"}, {"大正", "1912-07-30"}, {"明治", "1868-10-23"},
}

// era names the year of a date in the Japanese calendar: "（昭和24年）"; empty before all of them.
func era(date string) string {
	for _, e := range eras {
		if date < e.from {
			continue
		}
		year, _ := strconv.Atoi(date[:4])
		first, _ := strconv.Atoi(e.from[:4])
		if year == first {
			return "（" + e.name + "元年）"
		}
		return "（" + e.name + strconv.Itoa(year-first+1) + "年）"
	}
	return ""
}
