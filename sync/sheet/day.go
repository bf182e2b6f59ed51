package sheet

import (
	"html"
	"strconv"
	"strings"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/sync/care"
)

// maxOfDay bounds the records that are gathered before they are written; a longer day goes on under the same heading.
const maxOfDay = 500

// day is one day of the timeline: its readings stand in one table, what else happened below it.
type day struct {
	date   string
	at     time.Time
	vitals []dated
	others []dated
}

// dated is a record with when it was, in the zone of the page.
type dated struct {
	at    time.Time
	item  *chartv1.TimelineItem
	class carev1.StreamClass
}

const dayStyle = `
table.v{width:auto;min-width:70%;margin-bottom:.4em}table.v th{font-weight:normal;text-align:left;color:#245;font-size:.88em;padding:.2em .6em;vertical-align:bottom}
table.v td{padding:.2em .6em;white-space:nowrap}table.v td.r{white-space:normal}b.l{color:#245}`

// gather keeps a record until its day is complete.
func (p *page) gather(at time.Time, item *chartv1.TimelineItem, class carev1.StreamClass) {
	date := at.Format(time.DateOnly)
	if date != p.day.date || len(p.day.vitals)+len(p.day.others) == maxOfDay {
		p.endDay()
		p.day = day{date: date, at: at}
	}
	one := dated{at, item, class}
	if item.GetRecord().GetBody().GetVitalSigns() != nil {
		p.day.vitals = append(p.day.vitals, one)
	} else {
		p.day.others = append(p.day.others, one)
	}
}

// endDay writes the day that was gathered.
func (p *page) endDay() {
	d := p.day
	p.day = day{}
	if d.date == "" {
		return
	}
	p.close()
	p.text("<h3>", d.date, "（", string([]rune("日月火水木金土")[d.at.Weekday()]), `） <span class="en">`, d.at.Format("Mon"), "</span></h3>\n")
	if len(d.vitals) > 0 {
		p.vitalsTable(d.vitals)
	}
	if len(d.others) == 0 {
		return
	}
	p.text("<table>\n")
	p.open = true
	for _, one := range d.others {
		ja, en := "記録", "record"
		if kind, known := care.KindOf(one.item.GetRecord().GetBody()); known {
			ja, en = care.KindTitle(kind)
		}
		p.row(one.at.Format("15:04"), ja, en, one.item, one.class)
	}
	p.close()
}

// columns are the readings that have one of their own.
var columns = []struct {
	ja, en string
	items  []carev1.VitalItem
}{
	{"体温 ℃", "T", []carev1.VitalItem{carev1.VitalItem_VITAL_ITEM_TEMPERATURE}},
	{"脈拍", "P", []carev1.VitalItem{carev1.VitalItem_VITAL_ITEM_PULSE}},
	{"呼吸", "R", []carev1.VitalItem{carev1.VitalItem_VITAL_ITEM_RESPIRATIONS}},
	{"血圧 mmHg", "BP", []carev1.VitalItem{carev1.VitalItem_VITAL_ITEM_SYSTOLIC, carev1.VitalItem_VITAL_ITEM_DIASTOLIC}},
	{"SpO2 %", "SpO2", []carev1.VitalItem{carev1.VitalItem_VITAL_ITEM_SPO2}},
}

// vitalsTable writes the readings of a day, newest first. The last column has the whole set in words: whatever has no
// column of its own, and what could not be measured.
func (p *page) vitalsTable(rows []dated) {
	p.text(`<table class="v"><tr><th>時刻<br><span class="en">time</span></th>`)
	for _, c := range columns {
		p.text("<th>", c.ja, `<br><span class="en">`, c.en, "</span></th>")
	}
	p.text(`<th>全項目 <span class="en">all of it</span></th><th>記録者<br><span class="en">by</span></th></tr>`, "\n")
	for _, one := range rows {
		p.vitalsRow(one)
	}
	p.text("</table>\n")
}

func (p *page) vitalsRow(one dated) {
	esc, rec := html.EscapeString, one.item.GetRecord()
	cell, said := `<td>`, ""
	if rec.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED {
		cell, said = `<td class="gone">`, `<br>取り消し <span class="en">retracted</span>`
	}
	p.text("<tr><td>", one.at.Format("15:04"), said, "</td>")
	for _, c := range columns {
		p.text(cell)
		for i, item := range c.items {
			if i > 0 {
				p.text("/")
			}
			p.text(reading(rec.GetBody().GetVitalSigns(), item))
		}
		p.text("</td>")
	}
	ja, en := care.Summary(rec.GetBody())
	p.text(`<td class="r">`, strings.Replace(cell, "td", "span", 1), esc(ja), `<br><span class="en">`, esc(en), "</span>")
	p.details(rec)
	p.text("</span>")
	p.marks(one.item, one.class)
	p.text(`</td><td class="r">`, esc(author(rec).GetName()), "</td></tr>\n")
}

// reading writes the main number of an item in its unit; "–" if there is none.
func reading(v *carev1.VitalSigns, item carev1.VitalItem) string {
	value, ok := care.Reading(v, item)
	if !ok {
		return "–"
	}
	if _, per := care.ReadingUnit(item); per == 10 {
		return strconv.FormatInt(value/10, 10) + "." + strconv.FormatInt(value%10, 10)
	}
	return strconv.FormatInt(value, 10)
}

// author returns who did or saw it, else who wrote it.
func author(rec *carev1.Record) *carev1.Actor {
	if performer := rec.GetEnvelope().GetPerformer(); performer != nil {
		return performer
	}
	return rec.GetArrival().GetAuthor()
}
