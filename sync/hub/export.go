package hub

import (
	"context"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/sheet"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

const (
	// exportPiece is how much of a file goes into one message.
	exportPiece = 256 << 10
	// maxExportHistory bounds the pages of one record's history, and maxExportHistoryBytes what they come to: it is in memory
	// until the record is written.
	maxExportHistory      = 64
	maxExportHistoryBytes = 8 << 20
	// maxExportPages bounds the pages of a timeline that one export goes through.
	maxExportPages = 10_000
)

// ExportChart writes a chart out as far as the caller may read it, in pieces: what holds until it is changed first, then
// the timeline, newest first. An export that ends with an error is not whole, and its last piece never comes.
func (h *Hub) ExportChart(ctx context.Context, c Call, req *chartv1.ExportChartRequest, send func(*chartv1.ExportChartResponse) error) error {
	if err := h.serving(); err != nil {
		return err
	}
	streams := h.readableCharts(c)[req.GetChartId()]
	if len(streams) == 0 {
		return errNotFound
	}
	if err := checkPeriod(req.GetFrom(), req.GetUntil()); err != nil {
		return err
	}
	e := &export{hub: h, call: c, req: req, classes: map[string]carev1.StreamClass{}, out: &pieces{send: send}}
	for _, ref := range streams {
		e.classes[ref.ID] = ref.Info.GetStreamClass()
	}
	known, _ := h.dir.Chart(c.Session.Tenant, req.GetChartId())
	by, _ := h.dir.Person(c.Session.Tenant, c.Session.PersonID)
	about := sheet.About{
		Chart: req.GetChartId(), Patient: known.Name, At: c.Now, By: by, ForFamily: req.GetForFamily(),
		From: req.GetFrom(), Until: req.GetUntil(),
	}
	if err := e.head(ctx, &about); err != nil {
		return outward(err)
	}
	switch req.GetFormat() {
	case chartv1.ExportFormat_EXPORT_FORMAT_HTML:
		e.sheet = sheet.NewHTML(e.out, about)
	case chartv1.ExportFormat_EXPORT_FORMAT_JSON:
		e.sheet = sheet.NewJSON(e.out, about)
	case chartv1.ExportFormat_EXPORT_FORMAT_NDJSON:
		e.sheet = sheet.NewNDJSON(e.out, about)
	default:
		return refuse(InvalidArgument, "format: choose HTML, JSON or NDJSON; nothing was written")
	}
	e.out.mediaType = e.sheet.MediaType()
	return outward(e.written(ctx))
}

// errUnwritten: an export that nobody could account for is not made.
var errUnwritten = refuse(Unavailable, "who takes a chart out is written down, and the server cannot do that now; what was written is not whole and everything is safe: try again later, and tell whoever runs the server")

// written writes the file between two lines about it. The last piece goes out only when the second line is durable.
func (e *export) written(ctx context.Context) error {
	end, err := e.hub.exports.Begin(e.call, Export{
		ChartID: e.req.GetChartId(), Format: e.req.GetFormat(), ForFamily: e.req.GetForFamily(),
	})
	if err != nil {
		return errUnwritten
	}
	err = e.run(ctx)
	if unwritten := end(e.records, err == nil); unwritten != nil && err == nil {
		err = errUnwritten
	}
	if err != nil {
		return err
	}
	return e.out.close()
}

// export is one call of ExportChart.
type export struct {
	hub     *Hub
	call    Call
	req     *chartv1.ExportChartRequest
	classes map[string]carev1.StreamClass
	sheet   sheet.Writer
	out     *pieces
	records int // written so far
}

func (e *export) run(ctx context.Context) error {
	begun, _, err := e.hub.ChangedSince(ctx, e.call, &chartv1.WatchChartRequest{ChartId: e.req.GetChartId()})
	if err != nil {
		return err
	}
	if err := e.sheet.Begin(); err != nil {
		return err
	}
	if err := e.standing(ctx); err != nil {
		return err
	}
	if err := e.sheet.Timeline(); err != nil {
		return err
	}
	err = e.walk(ctx, nil, e.req.GetFrom(), e.req.GetUntil(), func(item *chartv1.TimelineItem) error {
		if isStanding(item) {
			return nil
		}
		return e.write(ctx, item)
	})
	if err != nil {
		return err
	}
	if err := e.changed(ctx, begun.GetAfter()); err != nil {
		return err
	}
	return e.sheet.End()
}

// changed writes what changed while the file was written: a record that was moved in time just then may have been
// passed by, and one that was amended stands in the file as it was. The newer of two versions counts.
func (e *export) changed(ctx context.Context, after []*syncv1.StreamPosition) error {
	req, any := &chartv1.WatchChartRequest{ChartId: e.req.GetChartId(), After: after}, false
	for range maxExportPages {
		resp, more, err := e.hub.ChangedSince(ctx, e.call, req)
		if err != nil {
			return err
		}
		for _, item := range resp.GetItems() {
			if e.hidden(item) || !isStanding(item) && !e.within(item) {
				continue
			}
			if !any {
				if err := e.sheet.Changed(); err != nil {
					return err
				}
			}
			any = true
			if err := e.write(ctx, item); err != nil {
				return err
			}
		}
		if req.After = resp.GetAfter(); !more {
			return nil
		}
	}
	return refuse(TooLarge, "the chart changes faster than it can be written out; what was written is not whole: export it again later")
}

// within tells whether a record is of the time that was asked for.
func (e *export) within(item *chartv1.TimelineItem) bool {
	at := item.GetRecord().GetEnvelope().GetEffective().AsTime()
	return (e.req.GetFrom() == nil || !at.Before(e.req.GetFrom().AsTime())) &&
		(e.req.GetUntil() == nil || at.Before(e.req.GetUntil().AsTime()))
}

func isStanding(item *chartv1.TimelineItem) bool {
	kind, ok := care.KindOf(item.GetRecord().GetBody())
	return ok && kind.Section == carev1.SectionPolicy_SECTION_POLICY_STANDING
}

// standingKinds are the kinds whose records hold until they are changed.
func standingKinds() (names []string) {
	for _, k := range care.Kinds() {
		if k.Section == carev1.SectionPolicy_SECTION_POLICY_STANDING {
			names = append(names, k.Name)
		}
	}
	return names
}

// walk calls fn for every record of the kinds, or of all, that is to be in the file, newest first.
func (e *export) walk(ctx context.Context, kinds []string, from, until *timestamppb.Timestamp, fn func(*chartv1.TimelineItem) error) error {
	req := &chartv1.GetTimelineRequest{
		ChartId: e.req.GetChartId(), Kinds: kinds, From: from, Until: until, PageSize: maxTimeline,
	}
	for range maxExportPages {
		page, err := e.hub.GetTimeline(ctx, e.call, req)
		if err != nil {
			return err
		}
		for _, item := range page.GetItems() {
			if e.hidden(item) {
				continue
			}
			if err := fn(item); err != nil {
				return err
			}
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return nil
		}
	}
	return refuse(TooLarge, "the chart is longer than one file holds; what was written is not whole: export a shorter time")
}

// hidden tells whether a record has no place in a file for the family: what is internal to an organisation, and what the
// patient was not told.
func (e *export) hidden(item *chartv1.TimelineItem) bool {
	internal := e.classes[item.GetStreamId()] == carev1.StreamClass_STREAM_CLASS_INTERNAL
	return e.req.GetForFamily() && (internal || !care.FamilyMaySee(item.GetRecord()))
}

func (e *export) write(ctx context.Context, item *chartv1.TimelineItem) error {
	e.records++
	var history []*chartv1.HistoryItem
	if e.sheet.WantsHistory() && !e.req.GetForFamily() {
		var err error
		if history, err = e.history(ctx, item); err != nil {
			return err
		}
	}
	return e.sheet.Record(item, e.classes[item.GetStreamId()], history)
}

// history returns every version of a record, newest first.
func (e *export) history(ctx context.Context, item *chartv1.TimelineItem) (history []*chartv1.HistoryItem, err error) {
	req := &chartv1.GetRecordHistoryRequest{
		ChartId: e.req.GetChartId(), StreamId: item.GetStreamId(), RecordId: item.GetRecord().GetId(), PageSize: maxHistory,
	}
	used := 0
	for range maxExportHistory {
		page, err := e.hub.GetRecordHistory(ctx, e.call, req)
		if err != nil {
			return nil, err
		}
		history = append(history, page.GetItems()...)
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return history, nil
		}
		if used += proto.Size(page); used > maxExportHistoryBytes {
			break
		}
	}
	return nil, refuse(TooLarge, "a record has more versions than one file holds; what was written is not whole: export as NDJSON, which holds the newest ones")
}

// pieces gathers what is written and sends it piece by piece.
type pieces struct {
	send      func(*chartv1.ExportChartResponse) error
	mediaType string
	buffer    []byte
}

// Write implements io.Writer.
func (p *pieces) Write(b []byte) (int, error) {
	p.buffer = append(p.buffer, b...)
	for len(p.buffer) > exportPiece {
		if err := p.piece(p.buffer[:exportPiece], false); err != nil {
			return 0, err
		}
		p.buffer = append([]byte{}, p.buffer[exportPiece:]...)
	}
	return len(b), nil
}

func (p *pieces) piece(content []byte, last bool) error {
	err := p.send(&chartv1.ExportChartResponse{Content: content, Last: last, MediaType: p.mediaType})
	p.mediaType = ""
	return err
}

func (p *pieces) close() error { return p.piece(p.buffer, true) }
