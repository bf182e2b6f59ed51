package sheet

import (
	"html"
	"io"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/sync/care"
)

// page writes HTML for people.
type page struct {
	printer
	about About
	kind  string // of the standing records that are being written
	open  bool   // a table is open
	day   day    // of the timeline that is being gathered
}

// NewHTML writes one HTML file in Japanese and English that can be read and printed without anything else.
func NewHTML(out io.Writer, a About) Writer { return &page{printer: printer{out: out}, about: a} }

func (p *page) MediaType() string  { return "text/html; charset=utf-8" }
func (p *page) WantsHistory() bool { return false }

const style = `body{font:14px/1.5 "Noto Sans CJK JP","Hiragino Sans","Yu Gothic",sans-serif;margin:2em auto;max-width:60em;padding:0 1em;color:#1c1c1c}
h1{font-size:1.5em;margin:0}h2{font-size:1.1em;border-bottom:2px solid #356;margin:1.6em 0 .3em;color:#245}
h3{font-size:1em;margin:1.2em 0 .2em}table{border-collapse:collapse;width:100%}
td{border-top:1px solid #ccd;padding:.3em .5em;vertical-align:top}td.t{white-space:nowrap;width:4em;color:#456}
td.w{width:12em;color:#456}.en{color:#667;font-size:.88em}.gone{text-decoration:line-through;color:#777}
.mark{background:#fff3cd;border-left:4px solid #c80;padding:.1em .5em;margin:.2em 0}.copy{border:1px solid #c80;padding:.4em .8em;margin:1em 0}
@media print{body{margin:0;max-width:none;font-size:11px}tr{break-inside:avoid}h2,h3{break-after:avoid}}`

func (p *page) Begin() error {
	esc := html.EscapeString
	p.text("<!doctype html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\">\n",
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
		"\n<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"referrer\" content=\"no-referrer\">\n<title>",
		esc(p.about.Patient), "</title><style>", style, dayStyle, "</style></head><body>\n<h1>", esc(p.about.Patient),
		" <span class=\"en\">", esc(p.about.Chart), "</span></h1>\n")
	by := p.about.By
	ja, en := care.RoleTitle(by.GetRole())
	p.text(`<p class="copy">これは写しです。`, esc(when(p.about.At)), " 現在、出力者：", esc(by.GetName()), "（", esc(ja), "）",
		`<br><span class="en">This is a copy, as of `, esc(when(p.about.At)), ", written by ", esc(by.GetName()), " (", esc(en), ").</span>",
		`<br>時刻は日本時間です。 <span class="en">Times are Japan Standard Time.</span>`)
	if p.about.ForFamily {
		p.text(`<br>ご家族用：未告知の傷病名、事業所内の記録、お渡しする前に職員の確認が要る記録は含みません <span class="en">for the family: without diagnoses that the patient was not told, internal records, and records that are given out on request only</span>`)
	}
	if p.about.From != nil || p.about.Until != nil {
		p.text("<br>期間 <span class=\"en\">period</span>: ", esc(bound(p.about.From)), " – ", esc(bound(p.about.Until)))
	}
	p.text("</p>\n")
	return p.err
}

// momentOf is when, of seconds since 1970.
func momentOf(seconds int64) string { return when(time.Unix(seconds, 0)) }

func when(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04") }

func bound(t *timestamppb.Timestamp) string {
	if t == nil {
		return ""
	}
	return when(t.AsTime())
}

// heading closes the table before it.
func (p *page) heading(level, ja, en string) {
	p.close()
	p.text("<", level, ">", html.EscapeString(ja), " <span class=\"en\">", html.EscapeString(en), "</span></", level, ">\n<table>\n")
	p.open = true
}

func (p *page) close() {
	if p.open {
		p.text("</table>\n")
	}
	p.open = false
}

func (p *page) Timeline() error {
	p.close()
	p.kind = "timeline"
	p.text(`<h2>経過 <span class="en">timeline</span></h2>`, "\n")
	return p.err
}

func (p *page) Changed() error {
	p.endDay()
	p.close()
	p.kind = "timeline"
	p.text(`<h2>出力中に変更された記録 <span class="en">changed while this was written; these count</span></h2>`, "\n")
	return p.err
}

func (p *page) Record(item *chartv1.TimelineItem, class carev1.StreamClass, _ []*chartv1.HistoryItem) error {
	at := item.GetRecord().GetEnvelope().GetEffective().AsTime().In(zone)
	if p.kind == "timeline" {
		p.gather(at, item, class)
		return p.err
	}
	ja, en := "記録", "record"
	if kind, known := care.KindOf(item.GetRecord().GetBody()); known {
		ja, en = care.KindTitle(kind)
		if kind.Name != p.kind {
			p.kind = kind.Name
			p.heading("h2", ja, en)
		}
	}
	p.row(at.Format("2006-01-02"), ja, en, item, class)
	return p.err
}

func (p *page) row(first, ja, en string, item *chartv1.TimelineItem, class carev1.StreamClass) {
	esc, rec := html.EscapeString, item.GetRecord()
	p.text(`<tr><td class="t">`, esc(first), `</td><td>`)
	open, end := "", ""
	if rec.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED {
		open, end = `<span class="gone">`, `</span> 取り消し <span class="en">retracted</span>`
	}
	if rec.GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED {
		p.text(`消去された記録 <span class="en">a record that was erased by order</span></td><td class="w"></td></tr>`, "\n")
		return
	}
	if p.kind == "timeline" {
		p.text("<b>", esc(ja), `</b> <span class="en">`, esc(en), "</span><br>")
	}
	p.text(open)
	if !p.note(rec.GetBody()) {
		sja, sen := care.Summary(rec.GetBody())
		p.text(esc(sja), `<br><span class="en">`, esc(sen), "</span>")
		p.details(rec)
	}
	if p.kind != "timeline" {
		p.fields(rec.GetBody())
	}
	p.text(end)
	p.marks(item, class)
	by := author(rec)
	rja, ren := care.RoleTitle(by.GetRole())
	p.text(`</td><td class="w">`, esc(by.GetName()), "<br>", esc(rja), ` <span class="en">`, esc(ren), "</span></td></tr>\n")
}

// details are the texts that a summary cuts off.
func (p *page) details(rec *carev1.Record) {
	sja, sen := care.Summary(rec.GetBody())
	care.Texts(&carev1.Record{Body: rec.GetBody()}, func(text string) {
		if !strings.Contains(sja, text) && !strings.Contains(sen, text) {
			p.text("<br>", strings.ReplaceAll(html.EscapeString(text), "\n", "<br>"))
		}
	})
}

// marks say what a reader has to know beside the values.
func (p *page) marks(item *chartv1.TimelineItem, class carev1.StreamClass) {
	esc, rec := html.EscapeString, item.GetRecord()
	mark := func(ja, en string) {
		p.text(`<div class="mark">`, ja, ` <span class="en">`, en, "</span></div>")
	}
	if reason := rec.GetLastChange().GetReason(); reason != "" {
		mark("理由："+esc(reason)+"（"+esc(rec.GetLastChange().GetAuthor().GetName())+"）", "reason of the last change")
	}
	for _, c := range rec.GetCandidates() {
		ja, en := care.Summary(c.GetBody())
		if c.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED {
			ja, en = "取り消し", "retraction"
		}
		mark("要判断：別の値「"+esc(ja)+"」（"+esc(c.GetAuthor().GetName())+"）", "needs a decision: another value, "+esc(en))
	}
	if len(item.GetPossibleDuplicates()) > 0 {
		mark("同じ内容の記録がほかにあります", "another record may be about the same thing")
	}
	if rec.GetArrival().GetTimeUncertain() {
		mark("時刻不確か：サーバー受信 "+esc(when(rec.GetArrival().GetReceived().AsTime())), "time uncertain; reached the server then")
	}
	if class == carev1.StreamClass_STREAM_CLASS_INTERNAL {
		mark("事業所内の記録", "internal to the organisation")
	}
}

func (p *page) End() error {
	p.endDay()
	p.close()
	p.text("</body></html>\n")
	return p.err
}
