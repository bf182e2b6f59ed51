package hub

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// position in a timeline over several streams: latest first, then by stream, then newest version first.
type position struct {
	EffectiveMs int64  `json:"t"`
	Stream      string `json:"s"`
	Seq         uint64 `json:"q"`
	Filter      uint64 `json:"f"`
}

func (p position) compare(o position) int {
	return cmp.Or(cmp.Compare(o.EffectiveMs, p.EffectiveMs), cmp.Compare(p.Stream, o.Stream), cmp.Compare(o.Seq, p.Seq))
}

// GetTimeline reads one page of a chart's timeline over all streams that the caller may read.
func (h *Hub) GetTimeline(ctx context.Context, c Call, req *chartv1.GetTimelineRequest) (*chartv1.GetTimelineResponse, error) {
	if err := h.serving(); err != nil {
		return nil, err
	}
	streams := h.readableCharts(c)[req.GetChartId()]
	if len(streams) == 0 {
		return nil, errNotFound
	}
	t := &timeline{
		hub: h, tenant: c.Session.Tenant, req: req, size: pageSize(req.GetPageSize(), defaultTimeline, maxTimeline), room: maxPageBytes,
		budget: max(maxTimelineScan/len(streams), 1), now: c.Now,
	}
	if err := t.begin(); err != nil {
		return nil, err
	}
	resp := &chartv1.GetTimelineResponse{}
	err := h.store.View(ctx, func(r store.Reader) error {
		t.reader, t.found, t.frontier = r, nil, nil
		for _, ref := range streams {
			if err := t.scan(ref.ID); err != nil {
				return err
			}
		}
		if _, err := t.page(resp); err != nil {
			return err
		}
		return t.remark(resp.Items)
	})
	return resp, outward(err)
}

// timeline is one call of GetTimeline.
type timeline struct {
	hub    *Hub
	tenant string
	req    *chartv1.GetTimelineRequest
	size   int // of a page, in items
	room   int // on a page, in bytes of records; it ends after the record that fills it
	kinds  map[uint32]bool
	filter uint64
	after  *position // of the page before
	now    time.Time // for what is said beside a record
	// keep and only, if set, are two more filters: one of the record alone, asked early, and one of the whole item.
	keep func(*carev1.Record) bool
	only func(*chartv1.TimelineItem) bool

	reader   store.Reader
	budget   int    // of places that are looked at in each stream
	looked   int    // at, in all streams
	entry    []byte // that is looked at
	found    []located
	frontier *position // the earliest of the places that a stream's scan ended at early; nothing past it is complete
	buffer   []byte    // of the record that is looked at
}

type located struct {
	position
	item  *chartv1.TimelineItem
	bytes int // of the record
}

// begin reads filters and token.
func (t *timeline) begin() error {
	if len(t.req.GetKinds()) > 0 {
		t.kinds = map[uint32]bool{}
	}
	for _, name := range t.req.GetKinds() {
		k, ok := care.KindByName(name)
		if !ok {
			return refuse(InvalidArgument, "kinds: there is no such kind of record; use the field names of care.v1.Body, such as vital_signs")
		}
		t.kinds[k.Number] = true
	}
	t.filter = t.fingerprint()
	if t.req.GetPageToken() == "" {
		return nil
	}
	t.after = &position{}
	raw, err := base64.RawURLEncoding.DecodeString(t.req.GetPageToken())
	if err != nil || json.Unmarshal(raw, t.after) != nil || t.after.Filter != t.filter {
		return refuse(InvalidArgument, "page_token: not one of this timeline and these filters; start again without a token")
	}
	return nil
}

// fingerprint of chart and filters, so that a token is not used with others.
func (t *timeline) fingerprint() uint64 {
	r := proto.CloneOf(t.req)
	r.PageToken, r.PageSize = "", 0
	raw, err := ledger.Marshal(r)
	if err != nil {
		return 0
	}
	sum := sha256.Sum256(raw)
	return binary.BigEndian.Uint64(sum[:8])
}

// start returns the place before which the scan of a stream begins.
func (t *timeline) start(stream string) store.Place {
	start := store.Place{EffectiveMs: math.MaxInt64, Seq: math.MaxUint64}
	if t.req.GetUntil() != nil {
		start = store.Place{EffectiveMs: t.req.GetUntil().AsTime().UnixMilli()}
	}
	if a := t.after; a != nil && a.EffectiveMs <= start.EffectiveMs {
		switch cmp.Compare(stream, a.Stream) {
		case 0:
			return store.Place{EffectiveMs: a.EffectiveMs, Seq: a.Seq}
		case 1:
			return store.Place{EffectiveMs: a.EffectiveMs, Seq: math.MaxUint64}
		default:
			return store.Place{EffectiveMs: a.EffectiveMs}
		}
	}
	return start
}

// scan collects what one stream has for the page.
func (t *timeline) scan(name string) error {
	stream := store.Stream{Tenant: t.tenant, Name: name}
	found, looked, used := 0, 0, 0
	var last position // that was looked at
	return t.reader.Timeline(stream, t.start(name), func(p store.Place) error {
		if t.req.GetFrom() != nil && p.EffectiveMs < t.req.GetFrom().AsTime().UnixMilli() {
			return store.ErrStop
		}
		if looked > 0 && (found >= t.size || used >= t.room || looked >= t.budget) {
			if t.frontier == nil || last.compare(*t.frontier) < 0 {
				t.frontier = &last
			}
			return store.ErrStop
		}
		looked++
		t.looked++
		last = position{EffectiveMs: p.EffectiveMs, Stream: name, Seq: p.Seq, Filter: t.filter}
		item, err := t.item(stream, p.Seq)
		if err != nil || item == nil {
			return err
		}
		found, used = found+1, used+len(t.buffer)
		t.found = append(t.found, located{last, item, len(t.buffer)})
		return nil
	})
}

// item returns the record at a place, nil if it is not current or filtered out. What the bytes alone rule out is passed
// over first: a sparse filter passes over nearly everything.
func (t *timeline) item(stream store.Stream, seq uint64) (*chartv1.TimelineItem, error) {
	raw, err := t.reader.Entry(stream, seq)
	if err != nil {
		return nil, err
	}
	g, parts, err := ledger.Skim(raw)
	if err != nil {
		return nil, store.ErrDamaged
	}
	t.entry = raw
	t.buffer = parts.AppendTo(t.buffer[:0])
	if len(t.buffer) == 0 || t.ruledOut(t.buffer) {
		return nil, nil
	}
	rec := &carev1.Record{}
	if proto.Unmarshal(t.buffer, rec) != nil {
		return nil, store.ErrDamaged
	}
	if t.keep != nil && !t.keep(rec) {
		return nil, nil
	}
	if old, err := t.reader.Superseded(stream, seq); err != nil || old {
		return nil, err
	}
	kind, known := care.KindOf(rec.GetBody())
	switch {
	case t.kinds != nil && (!known || !t.kinds[kind.Number]),
		t.req.GetConflictsOnly() && len(rec.GetCandidates()) == 0,
		t.req.GetHideRetracted() && rec.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED:
		return nil, nil
	}
	sum := sha256.Sum256(t.buffer)
	item := &chartv1.TimelineItem{
		StreamId: stream.Name, Record: rec,
		Version: &syncv1.RecordVersion{Version: &syncv1.Version{Epoch: g.Epoch, Seq: g.Seq}, Sha256: sum[:]},
	}
	if item.PossibleDuplicates, err = t.duplicates(stream, kind, rec); err != nil {
		return nil, err
	}
	if t.only != nil && !t.only(item) {
		return nil, nil
	}
	return item, nil
}

// ruledOut tells whether the bytes of a record show that it is filtered out.
func (t *timeline) ruledOut(record []byte) bool {
	if t.kinds == nil && !t.req.GetConflictsOnly() {
		return false
	}
	g := glimpseOf(record)
	return t.kinds != nil && !g.mayBeOf(t.kinds) || t.req.GetConflictsOnly() && !g.mayConflict()
}

// duplicates returns the records that may be the same thing written twice, or done twice.
func (t *timeline) duplicates(stream store.Stream, kind *care.Kind, rec *carev1.Record) ([][]byte, error) {
	if kind == nil || rec.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED {
		return nil, nil
	}
	key, ok := care.DomainKey(kind, rec.GetBody())
	if !ok {
		return nil, nil
	}
	ids, err := t.reader.Keyed(stream, key)
	if err != nil || len(ids) < 2 {
		return nil, err
	}
	var others [][]byte
	for _, id := range ids[:min(len(ids), maxDuplicates)] {
		if sameID(id[:], rec.GetId()) {
			continue
		}
		other, err := t.record(stream, id)
		if err != nil {
			return nil, err
		}
		if other != nil && care.PossibleDuplicate(rec, other) {
			others = append(others, id[:])
		}
	}
	return others, nil
}

// record returns the newest version of a record; nil if there is none.
func (t *timeline) record(stream store.Stream, id store.ID) (*carev1.Record, error) {
	state, err := readState(t.reader, stream, id)
	if err != nil || state == nil {
		return nil, err
	}
	raw, err := t.reader.Entry(stream, state.GetVersion().GetSeq())
	if err != nil {
		return nil, err
	}
	g, err := ledger.Look(raw)
	rec := &carev1.Record{}
	if err != nil || proto.Unmarshal(g.Record, rec) != nil {
		return nil, store.ErrDamaged
	}
	return rec, nil
}

// page puts what was found in order and cuts it to size. It says how many bytes of records it has.
func (t *timeline) page(resp *chartv1.GetTimelineResponse) (used int, err error) {
	slices.SortFunc(t.found, func(a, b located) int { return a.compare(b.position) })
	resp.Items, resp.NextPageToken = nil, ""
	last := t.frontier // everything up to it was looked at
	for i := range t.found {
		if t.frontier != nil && t.found[i].compare(*t.frontier) > 0 {
			break
		}
		if len(resp.Items) == t.size || used >= t.room {
			last = &t.found[i-1].position
			break
		}
		resp.Items, used = append(resp.Items, t.found[i].item), used+t.found[i].bytes
	}
	if last == nil {
		return used, nil
	}
	raw, err := json.Marshal(last)
	resp.NextPageToken = base64.RawURLEncoding.EncodeToString(raw)
	return used, err
}
