package hub

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

const (
	defaultWork = 50
	maxWork     = 500
	// workDays is how far back possible duplicates and reviews are looked for if the request does not say.
	workDays = 35
	// maxWorkScan bounds the records that one answer looks at in one stream.
	maxWorkScan = 20_000
)

// inboxStream is the name under which the walk through the streams comes to the inbox: after all of them. It is text that
// a token can carry: JSON would put something else in the place of a byte that is none.
const inboxStream = "\U0010ffff"

// workToken says where a list of work goes on.
type workToken struct {
	Stream string `json:"s"`
	After  []byte `json:"a,omitempty"` // a record's or mutation's id
	Seq    uint64 `json:"q,omitempty"`
	Page   string `json:"p,omitempty"`
	Kind   int32  `json:"k"`
	Chart  string `json:"c"`
	Since  int64  `json:"d"` // milliseconds since 1970; it stays what it was on the first page
}

var errWorkToken = refuse(InvalidArgument, "page_token: not one of this list; start again without a token")

// ListWork lists what waits for a person, over everything that the caller may read: stream by stream, and for what is held
// the inbox of the caller's organisation after that.
func (h *Hub) ListWork(ctx context.Context, c Call, req *chartv1.ListWorkRequest) (*chartv1.ListWorkResponse, error) {
	if err := h.serving(); err != nil {
		return nil, err
	}
	w := &work{hub: h, call: c, req: req, size: pageSize(req.GetPageSize(), defaultWork, maxWork)}
	since := c.Now.AddDate(0, 0, -workDays)
	if req.GetSince() != nil {
		since = req.GetSince().AsTime()
	}
	w.at = workToken{Kind: int32(req.GetKind()), Chart: req.GetChartId(), Since: since.UnixMilli()}
	if token := req.GetPageToken(); token != "" {
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil || json.Unmarshal(raw, &w.at) != nil || w.at.Kind != int32(req.GetKind()) || w.at.Chart != req.GetChartId() ||
			req.GetSince() != nil && w.at.Since != since.UnixMilli() {
			return nil, errWorkToken
		}
	}
	return w.run(ctx)
}

// work is one call of ListWork.
type work struct {
	hub  *Hub
	call Call
	req  *chartv1.ListWorkRequest
	size int
	used int // bytes of records in resp
	at   workToken
	resp chartv1.ListWorkResponse
}

func (w *work) run(ctx context.Context) (*chartv1.ListWorkResponse, error) {
	charts := w.hub.readableCharts(w.call)
	var streams []StreamRef
	for chart, refs := range charts {
		if w.req.GetChartId() == "" || w.req.GetChartId() == chart {
			streams = append(streams, refs...)
		}
	}
	if len(streams) == 0 && w.req.GetChartId() != "" {
		return nil, errNotFound
	}
	slices.SortFunc(streams, func(a, b StreamRef) int { return strings.Compare(a.ID, b.ID) })
	if w.req.GetKind() == chartv1.WorkKind_WORK_KIND_HELD && w.req.GetChartId() == "" {
		streams = append(streams, StreamRef{ID: inboxStream})
	}
	for _, ref := range streams {
		if ref.ID < w.at.Stream {
			continue
		}
		if ref.ID > w.at.Stream {
			w.at = workToken{Stream: ref.ID, Kind: w.at.Kind, Chart: w.at.Chart, Since: w.at.Since}
		}
		more, err := w.stream(ctx, ref)
		if err != nil {
			return nil, outward(err)
		}
		if more {
			raw, err := json.Marshal(w.at)
			w.resp.NextPageToken = base64.RawURLEncoding.EncodeToString(raw)
			return &w.resp, err
		}
	}
	return &w.resp, nil
}

// stream adds what waits in one stream. It answers whether the page ends before the stream does.
func (w *work) stream(ctx context.Context, ref StreamRef) (more bool, err error) {
	if len(w.resp.Items) >= w.size || w.used >= maxPageBytes {
		return true, nil
	}
	switch w.req.GetKind() {
	case chartv1.WorkKind_WORK_KIND_HELD:
		if ref.ID == inboxStream {
			return w.inbox(ctx)
		}
		return w.held(ctx, ref)
	case chartv1.WorkKind_WORK_KIND_CONFLICT:
		return w.conflicts(ctx, ref)
	default:
		return w.recent(ctx, ref)
	}
}

func (w *work) held(ctx context.Context, ref StreamRef) (more bool, err error) {
	err = w.hub.store.View(ctx, func(r store.Reader) error {
		items, next, err := w.hub.heldIn(r, store.Stream{Tenant: w.call.Session.Tenant, Name: ref.ID}, w.at.Seq, w.left())
		if err != nil {
			return err
		}
		for _, item := range items {
			one := &chartv1.WorkItem{Kind: w.req.GetKind(), ChartId: ref.Info.GetChartId(), StreamId: ref.ID, Held: w.heldMutation(&item, true)}
			w.add(one, proto.Size(one.GetHeld().GetProposed()))
		}
		w.at.Seq, more = next, next != 0
		return nil
	})
	return more, err
}

// inbox adds what stands in the inbox of the caller's organisation, if the caller looks after it.
func (w *work) inbox(ctx context.Context) (more bool, err error) {
	box, ok := w.hub.mayOpenInbox(w.call)
	if !ok {
		return false, nil
	}
	var after store.ID
	copy(after[:], w.at.After)
	readable := map[string]bool{}
	for _, ref := range w.hub.dir.Readable(w.call.Session.Tenant, w.call.Session.PersonID, w.call.Now) {
		readable[ref.ID] = true
	}
	err = w.hub.store.View(ctx, func(r store.Reader) (err error) {
		items, rest, err := w.hub.heldOutsideOf(w.call, r, box, after, w.left())
		for _, item := range items {
			shown := item.p.m != nil && readable[item.p.m.GetStreamId()]
			one := &chartv1.WorkItem{Kind: w.req.GetKind(), Held: w.heldMutation(&item, shown)}
			w.add(one, proto.Size(one.GetHeld().GetProposed()))
			w.at.After = slices.Clone(item.id[:])
		}
		more = rest
		return err
	})
	return more, err
}

// heldMutation says what a held mutation is; what it would write only to who may read its stream.
func (w *work) heldMutation(item *heldItem, shown bool) *chartv1.HeldMutation {
	p := item.p
	m := &chartv1.HeldMutation{
		MutationId: item.id[:], RecordId: p.record[:], Reason: item.reason, Detail: item.detail, DeviceId: p.device,
		Received: timestamppb.New(p.arrived), Waits: len(item.waitsFor) > 0,
	}
	if p.m == nil || p.placeless {
		m.RecordId = nil
		return m
	}
	m.Operation = p.m.GetOperation()
	m.Author, _ = w.hub.dir.Person(w.call.Session.Tenant, p.m.GetPersonId())
	if shown {
		m.Proposed = p.m.GetRecord()
	}
	return m
}

// conflicts adds the records that have candidates. A stream that has none is not gone through.
func (w *work) conflicts(ctx context.Context, ref StreamRef) (more bool, err error) {
	err = w.hub.store.View(ctx, func(r store.Reader) error {
		s := store.Stream{Tenant: w.call.Session.Tenant, Name: ref.ID}
		head, err := readHead(r, s)
		if err != nil || head.GetConflicts() == 0 {
			return err
		}
		var after store.ID
		copy(after[:], w.at.After)
		t := &timeline{hub: w.hub, tenant: s.Tenant, req: &chartv1.GetTimelineRequest{}, reader: r}
		looked := 0
		return r.Records(s, after, func(id store.ID, raw []byte) error {
			if looked++; len(w.resp.Items) == w.size || w.used >= maxPageBytes || looked > maxWorkScan {
				more = true
				return store.ErrStop
			}
			w.at.After = slices.Clone(id[:])
			state := &storev1.RecordState{}
			if proto.Unmarshal(raw, state) != nil {
				return store.ErrDamaged
			}
			if !state.GetConflict() {
				return nil
			}
			item, err := t.item(s, state.GetVersion().GetSeq())
			if err == nil && item != nil {
				w.add(w.about(ref, item), proto.Size(item.GetRecord()))
			}
			return err
		})
	})
	return more, err
}

// add puts an item on the page, with the bytes of its record.
func (w *work) add(item *chartv1.WorkItem, bytes int) {
	w.resp.Items, w.used = append(w.resp.Items, item), w.used+bytes
}

// left is what the page still has room for.
func (w *work) left() room {
	return room{items: w.size - len(w.resp.Items), bytes: maxPageBytes - w.used}
}

// room bounds what one look brings: it ends with the item that fills it.
type room struct{ items, bytes int }

// full tells whether nothing more fits.
func (r *room) full() bool { return r.items <= 0 || r.bytes <= 0 }

func (r *room) take(bytes int) { r.items, r.bytes = r.items-1, r.bytes-bytes }

func (w *work) about(ref StreamRef, item *chartv1.TimelineItem) *chartv1.WorkItem {
	return &chartv1.WorkItem{Kind: w.req.GetKind(), ChartId: ref.Info.GetChartId(), StreamId: ref.ID, Record: item}
}

// recent adds the possible duplicates, or what is to be reviewed, of the last weeks.
func (w *work) recent(ctx context.Context, ref StreamRef) (more bool, err error) {
	since := timestamppb.New(time.UnixMilli(w.at.Since))
	t := &timeline{
		hub: w.hub, tenant: w.call.Session.Tenant, budget: maxWorkScan, size: w.size - len(w.resp.Items), room: maxPageBytes - w.used,
		req: &chartv1.GetTimelineRequest{ChartId: ref.ID, From: since, HideRetracted: true, PageToken: w.at.Page},
	}
	if err := t.begin(); err != nil {
		return false, errWorkToken
	}
	t.only = func(item *chartv1.TimelineItem) bool { return w.wanted(item, t.entry) }
	page, used := &chartv1.GetTimelineResponse{}, 0
	err = w.hub.store.View(ctx, func(r store.Reader) (err error) {
		t.reader, t.found, t.frontier = r, nil, nil
		if err := t.scan(ref.ID); err != nil {
			return err
		}
		used, err = t.page(page)
		return err
	})
	for _, item := range page.GetItems() {
		w.add(w.about(ref, item), 0)
	}
	w.used += used
	w.at.Page = page.GetNextPageToken()
	return w.at.Page != "", err
}

// wanted tells whether a record is of the work that was asked for. Of records that may be the same thing, only the one
// with the smallest id is listed: it names the others. A record is to be reviewed if the right to create it, or to change
// it last, rests on the device's clock; the entry says the second.
func (w *work) wanted(item *chartv1.TimelineItem, entry []byte) bool {
	rec := item.GetRecord()
	if rec.GetStatus() > carev1.RecordStatus_RECORD_STATUS_ACTIVE {
		return false
	}
	if w.req.GetKind() == chartv1.WorkKind_WORK_KIND_FOR_REVIEW {
		return rec.GetArrival().GetForReview() || entryForReview(entry)
	}
	others := item.GetPossibleDuplicates()
	return len(others) > 0 && !slices.ContainsFunc(others, func(id []byte) bool { return string(id) < string(rec.GetId()) })
}

// entryForReview tells whether the right to write an entry rests on the device's own clock.
func entryForReview(entry []byte) (review bool) {
	eachField(entry, func(n protowire.Number, _ []byte) { review = review || n == entryReview })
	return review
}

// entryReview is the number of for_review in an entry, which stands there only if it is true.
const entryReview protowire.Number = 15

// HeldNow counts the mutations of a stream that are held and wait for a decision, or for another one. It looks at every
// entry that ever held one.
func HeldNow(r store.Reader, s store.Stream) (waiting uint64, err error) {
	err = r.Held(s, func(seq uint64) error {
		e, err := readEntry(r, s, seq)
		if err != nil {
			return err
		}
		newest, err := r.Mutation(s, store.ID(e.GetMutationId()))
		if err == nil && newest == seq && !ledger.Erased(e) {
			waiting++
		}
		return err
	})
	return waiting, err
}
