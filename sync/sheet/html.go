package sheet

import (
	"io"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/sync/care"
)

// page writes HTML for people. The standing records are kept until the last of them is there, because the head of the
// page is made of them; the timeline is written day by day.
type page struct {
	printer
	about    About
	standing []dated
	drugs    map[string]string // of the orders, by the order's id
	timeline bool              // the standing records are written
	day      day               // of the timeline that is being gathered
}

// NewHTML writes one HTML file in Japanese and English that can be read and printed without anything else. What an
// ambulance crew has to know stands first, then what holds until it is changed, then the days, newest first.
func NewHTML(out io.Writer, a About) Writer {
	return &page{printer: printer{out: out}, about: a, drugs: map[string]string{}}
}

func (p *page) MediaType() string  { return "text/html; charset=utf-8" }
func (p *page) WantsHistory() bool { return false }

func (p *page) Begin() error {
	who := p.about.Patient + "  " + p.about.Chart
	p.text("<!doctype html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\">\n",
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
		"\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"referrer\" content=\"no-referrer\">\n<title>",
		shown(oneLine(p.about.Patient)), "</title><style>", style, paper(who, "写し / copy "+when(p.about.At)), "</style></head><body>\n")
	return p.err
}

// momentOf is when, of seconds since 1970.
func momentOf(seconds int64) string { return when(time.Unix(seconds, 0)) }

func when(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04") }

// today is the day of the page, in the zone of the page.
func (p *page) today() string { return p.about.At.In(zone).Format(time.DateOnly) }

func effective(item *chartv1.TimelineItem) time.Time {
	return item.GetRecord().GetEnvelope().GetEffective().AsTime().In(zone)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func bound(t *timestamppb.Timestamp) string {
	if t == nil {
		return ""
	}
	return when(t.AsTime())
}

func (p *page) Timeline() error {
	p.head()
	p.text("<main>\n")
	p.glance()
	p.sections()
	p.timeline = true
	p.text(`<h2>`, both{"経過", "timeline"}.title(), "</h2>\n")
	return p.err
}

func (p *page) Changed() error {
	p.endDay()
	p.text(`<h2>`, both{"出力中に変更された記録（こちらが新しい内容です）", "changed while this was written; these count"}.title(), "</h2>\n")
	return p.err
}

func (p *page) Record(item *chartv1.TimelineItem, class carev1.StreamClass, _ []*chartv1.HistoryItem) error {
	one := dated{effective(item), item, class}
	if p.timeline {
		p.gather(one)
	} else {
		p.standing = append(p.standing, one)
		if o := item.GetRecord().GetBody().GetMedicationOrder(); o != nil {
			p.drugs[string(item.GetRecord().GetId())] = o.GetDrug().GetName()
		}
	}
	return p.err
}

// struck puts what was retracted between signs that say so, in words too.
func struck(rec *carev1.Record) (open, end string) {
	if rec.GetStatus() != carev1.RecordStatus_RECORD_STATUS_RETRACTED {
		return "", ""
	}
	return "<b>" + both{"取り消し", "retracted"}.title() + `</b> <div class="gone">`, "</div>"
}

// row writes one record of the timeline, or of what changed meanwhile.
func (p *page) row(one dated) {
	rec := one.item.GetRecord()
	p.text(`<tr><td class="t">`, one.at.Format("15:04"), untilWhen(one), "</td><td>")
	if rec.GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED {
		p.text(both{"消去された記録", "a record that was erased by order"}.title(), `</td><td class="w"></td></tr>`, "\n")
		return
	}
	ja, en := titleOf(rec.GetBody())
	p.text("<b>", shown(ja), "</b> ", english(en))
	if isStanding(rec.GetBody()) {
		p.text("<br>")
		p.standingBody(rec)
	} else {
		p.happened(rec)
	}
	p.marks(one.item, one.class)
	p.text("</td>", writerCell(rec), "</tr>\n")
}

// untilWhen is the end of what took a while: its time of day, with the day if that is another one.
func untilWhen(one dated) string {
	end := one.item.GetRecord().GetEnvelope().GetEffectiveEnd()
	if end == nil {
		return ""
	}
	at := end.AsTime().In(zone)
	if at.Format(time.DateOnly) == one.at.Format(time.DateOnly) {
		return "–" + at.Format("15:04")
	}
	return "–" + at.Format("2006-01-02 15:04")
}

// happened writes the content of what happened: a note part by part, anything else in words.
func (p *page) happened(rec *carev1.Record) {
	open, end := struck(rec)
	p.text(" ", open)
	if !p.note(rec.GetBody()) {
		if drug := p.drug(rec.GetBody().GetMedicationLog()); drug != "" {
			p.text("<b>", shown(drug), "</b> ")
		}
		p.text(summary(rec).stacked())
		p.details(rec)
	}
	p.text(end)
}

// drug is what a dose was of, if the dose itself only names the order; empty if the page does not have that.
func (p *page) drug(dose *carev1.MedicationLog) string {
	if dose == nil || dose.GetDrug() != nil {
		return ""
	}
	return p.drugs[string(dose.GetOrderId())]
}

func isStanding(b *carev1.Body) bool {
	kind, ok := care.KindOf(b)
	return ok && kind.Section == carev1.SectionPolicy_SECTION_POLICY_STANDING
}

// writerCell says who did or saw it, and in what role.
func writerCell(rec *carev1.Record) string {
	by := author(rec)
	ja, en := care.AuthorTitle(by)
	cell := `<td class="w">` + shown(by.GetName()) + "<br>" + both{ja, en}.title()
	if wrote := rec.GetArrival().GetAuthor(); wrote.GetName() != "" && wrote.GetName() != by.GetName() {
		cell += "<br>" + both{"記入：" + wrote.GetName(), "written by"}.title()
	}
	return cell + "</td>"
}

// details are the texts that a summary cuts off.
func (p *page) details(rec *carev1.Record) {
	ja, en := care.Summary(rec.GetBody())
	care.Texts(&carev1.Record{Body: rec.GetBody()}, func(text string) { p.further(ja, en, text) })
}

// further writes a text, unless one of two summaries has it whole.
func (p *page) further(ja, en, text string) {
	if !strings.Contains(ja, text) && !strings.Contains(en, text) {
		p.text(`<div class="note">`, shown(text), "</div>")
	}
}

func (p *page) End() error {
	p.endDay()
	p.text("</main></body></html>\n")
	return p.err
}
