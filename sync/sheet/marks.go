package sheet

import (
	"strconv"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/sync/care"
)

// mark writes one thing that a reader has to know beside the values.
func (p *page) mark(said both) { p.text(`<div class="mark">`, said.title(), "</div>") }

// marks say what a reader has to know beside the values.
func (p *page) marks(item *chartv1.TimelineItem, class carev1.StreamClass) {
	rec := item.GetRecord()
	if reason := rec.GetLastChange().GetReason(); reason != "" {
		p.mark(both{"理由：" + reason + bracketed(rec.GetLastChange().GetAuthor().GetName()), "reason of the last change"})
	}
	p.candidates(rec)
	for _, r := range item.GetRemarks() {
		p.mark(both{r.GetJa(), r.GetEn()})
	}
	if len(item.GetPossibleDuplicates()) > 0 {
		p.mark(both{"同じ内容の記録がほかにあります", "another record may be about the same thing"})
	}
	if rec.GetArrival().GetTimeUncertain() {
		p.mark(both{"時刻不確か：サーバー受信 " + when(rec.GetArrival().GetReceived().AsTime()), "time uncertain; it reached the server then"})
	}
	if rec.GetArrival().GetForReview() {
		p.mark(both{"書く権限を端末の時計だけで判断しました。確認してください", "the right to write rests on the device's clock: to be reviewed"})
	}
	p.envelope(rec.GetEnvelope())
	if class == carev1.StreamClass_STREAM_CLASS_INTERNAL {
		p.mark(both{"事業所内の記録", "internal to the organisation"})
	}
}

// candidates are the values that wait beside the current one.
func (p *page) candidates(rec *carev1.Record) {
	for _, c := range rec.GetCandidates() {
		ja, en := care.Summary(c.GetBody())
		switch {
		case c.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED:
			ja, en = "取り消し", "retraction"
		case c.GetBody() == nil && c.GetEnvelope() != nil:
			ja, en = "日時や関連の変更", "a change of time or references"
		}
		p.mark(both{
			"要判断：別の値「" + ja + "」" + bracketed(c.GetAuthor().GetName()) + " " + when(c.GetReceived().AsTime()),
			"needs a decision: another value, " + en,
		})
		care.Texts(&carev1.Record{Body: c.GetBody()}, func(text string) { p.further(ja, en, text) })
	}
}

// envelope says what stands beside the content: who typed it in, spoken orders, another zone, files, another chart.
func (p *page) envelope(e *carev1.Envelope) {
	if by := e.GetEnterer(); by != nil {
		said := both{"代行入力：" + by.GetName() + "（未確認）", "typed in on behalf of the performer, not confirmed yet"}
		if e.GetConfirmation() != nil {
			said = both{"代行入力：" + by.GetName() + "（確認：" + e.GetConfirmation().GetBy().GetName() + "）", "typed in on behalf of the performer, and confirmed"}
		}
		p.mark(said)
	}
	if o := e.GetSpokenOrder(); o != nil {
		said := both{"口頭指示：" + o.GetOrderedBy().GetName() + "（未確認）", "spoken order, not confirmed yet"}
		if o.GetConfirmation() != nil {
			said = both{"口頭指示：" + o.GetOrderedBy().GetName() + "（確認済み）", "spoken order, confirmed"}
		}
		p.mark(said)
	}
	if z := e.GetZone(); z != "" && z != homeZone {
		p.mark(both{"記録の時間帯：" + z + "（上の時刻は日本時間）", "recorded in this zone; the time above is Japan's"})
	}
	for _, b := range e.GetBlobs() {
		p.mark(both{
			"添付（この写しには含まれません）：" + b.GetTitle() + " " + b.GetMediaType() + " " + strconv.FormatUint((b.GetSize()+1023)/1024, 10) + " KiB",
			"a file, not in this copy",
		})
	}
	for _, l := range e.GetLinks() {
		switch l.GetRelation() {
		case carev1.LinkRelation_LINK_RELATION_MOVED_TO:
			p.mark(both{"正しい方のカルテへ移しました", "moved to the chart of the right patient"})
		case carev1.LinkRelation_LINK_RELATION_MOVED_FROM:
			p.mark(both{"別の方のカルテから移しました", "moved from another patient's chart"})
		}
	}
}

func bracketed(name string) string {
	if name == "" {
		return ""
	}
	return "（" + name + "）"
}
