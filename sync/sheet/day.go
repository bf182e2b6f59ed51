package sheet

import (
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

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

// gather keeps a record until its day is complete.
func (p *page) gather(one dated) {
	date := one.at.Format(time.DateOnly)
	if date != p.day.date || len(p.day.vitals)+len(p.day.others) == maxOfDay {
		p.endDay()
		p.day = day{date: date, at: one.at}
	}
	if one.item.GetRecord().GetBody().GetVitalSigns() != nil {
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
	p.text("<section><h3>", d.date, "（", string([]rune("日月火水木金土")[d.at.Weekday()]), "） ", english(d.at.Format("Mon")), "</h3>\n")
	if len(d.vitals) > 0 {
		p.vitalsTable(d.vitals, "15:04")
	}
	if len(d.others) > 0 {
		p.text("<table>\n")
		for _, one := range d.others {
			p.row(one)
		}
		p.text("</table>\n")
	}
	p.text("</section>\n")
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

// vitalsTable writes readings, newest first, with their time in a layout. One column says what has
// none of its own: oxygen, consciousness, weight, what could not be measured and why, what was seen.
func (p *page) vitalsTable(rows []dated, layout string) {
	p.text(`<table class="v"><thead><tr><th scope="col">`, both{"時刻", "time"}.stacked(), "</th>")
	for _, c := range columns {
		p.text(`<th scope="col">`, both{c.ja, c.en}.stacked(), "</th>")
	}
	p.text(`<th scope="col">`, both{"その他", "other"}.stacked(), `</th><th scope="col">`, both{"記録者", "by"}.stacked(), "</th></tr></thead>\n")
	for _, one := range rows {
		p.vitalsRow(one, layout)
	}
	p.text("</table>\n")
}

func (p *page) vitalsRow(one dated, layout string) {
	rec := one.item.GetRecord()
	cell := "<td>"
	if rec.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED {
		cell = `<td class="gone">`
	}
	p.text("<tr><td>", one.at.Format(layout), "</td>")
	for _, c := range columns {
		p.text(cell, readings(rec.GetBody().GetVitalSigns(), c.items), "</td>")
	}
	open, end := struck(rec)
	p.text(`<td class="r">`, open)
	p.otherReadings(rec)
	p.text(end)
	p.marks(one.item, one.class)
	p.text(`</td><td class="r by">`, shown(author(rec).GetName()), "</td></tr>\n")
}

// otherReadings says in words what the columns do not.
func (p *page) otherReadings(rec *carev1.Record) {
	rest := proto.CloneOf(rec.GetBody().GetVitalSigns())
	rest.TemperatureTenthsC, rest.PulsePerMin, rest.RespirationsPerMin = nil, nil, nil
	rest.SystolicMmhg, rest.DiastolicMmhg, rest.Spo2Percent = nil, nil, nil
	other := &carev1.Record{Body: &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: rest}}}
	p.text(summary(other).stacked())
	p.details(other)
}

// readings writes the numbers of a column, parted by a stroke; "–" if there is none of them.
func readings(v *carev1.VitalSigns, items []carev1.VitalItem) string {
	var all []string
	none := true
	for _, item := range items {
		text := reading(v, item)
		none = none && text == "–"
		all = append(all, text)
	}
	if none {
		return "–"
	}
	return strings.Join(all, "/")
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
