package hub

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

const (
	// maxChanged and maxChangedBytes bound the records of one message to a watcher of a chart; the rest comes with the
	// next one.
	maxChanged      = 200
	maxChangedBytes = 512 << 10
	// maxChangedScan bounds the entries that one such message looks at.
	maxChangedScan = 2000
)

// errReadAgain: what the watcher has seen is not in this log any more.
var errReadAgain = refuse(Aborted, "the chart has gone on otherwise than this watcher knows; nothing is lost: read the timeline again, then watch from now on")

// ChangedSince reads what changed in a chart after where a watcher stands, as it stands now, and where the watcher
// stands then. A stream that the watcher does not name begins with what comes from now on, one that it may no longer
// read is left out of the answer. More tells that there is more already. Aborted: what the watcher has seen is not in
// the log; it has to read the timeline again.
func (h *Hub) ChangedSince(ctx context.Context, c Call, req *chartv1.WatchChartRequest) (resp *chartv1.WatchChartResponse, more bool, err error) {
	if err := h.serving(); err != nil {
		return nil, false, err
	}
	streams := h.readableCharts(c)[req.GetChartId()]
	if len(streams) == 0 {
		return nil, false, errNotFound
	}
	after := map[string]*syncv1.StreamPosition{}
	for _, p := range req.GetAfter() {
		after[p.GetStreamId()] = p
	}
	w := &changes{hub: h, tenant: c.Session.Tenant}
	err = h.store.View(ctx, func(r store.Reader) error {
		w.begin(r)
		for _, ref := range streams {
			if err := w.stream(ref.ID, after[ref.ID]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, false, outward(err)
	}
	return &chartv1.WatchChartResponse{Items: w.items, After: w.after, At: timestamppb.New(c.Now)}, w.more, nil
}

// changes is one call of ChangedSince.
type changes struct {
	hub    *Hub
	tenant string

	items   []*chartv1.TimelineItem
	after   []*syncv1.StreamPosition
	more    bool
	used    int
	scanned int
	reader  *timeline
}

// begin starts anew with a snapshot.
func (w *changes) begin(r store.Reader) {
	w.items, w.after, w.more, w.used, w.scanned = nil, nil, false, 0, 0
	w.reader = &timeline{hub: w.hub, tenant: w.tenant, req: &chartv1.GetTimelineRequest{}, reader: r}
}

// stream adds what changed in one stream after a position; nil stands for its end.
func (w *changes) stream(name string, p *syncv1.StreamPosition) error {
	r, stream := w.reader.reader, store.Stream{Tenant: w.tenant, Name: name}
	head, err := readHead(r, stream)
	if err != nil {
		return err
	}
	if p == nil {
		w.stand(stream, head.GetVersion(), head.GetHash())
		return nil
	}
	at, _, err := w.hub.stand(r, stream, head, &syncv1.StreamPosition{StreamId: name, Cursor: p.GetCursor()})
	if err != nil {
		return err
	}
	if at == lost {
		return errReadAgain
	}
	last, hash, ended := p.GetCursor().GetVersion(), p.GetCursor().GetHash(), true
	err = r.Current(stream, last.GetSeq(), func(seq uint64, raw []byte) error {
		if w.full() {
			ended = false
			return store.ErrStop
		}
		g, err := ledger.Look(raw)
		if err != nil {
			return store.ErrDamaged
		}
		w.scanned++
		last, hash = &syncv1.Version{Epoch: g.Epoch, Seq: g.Seq}, append([]byte(nil), g.Hash...)
		return w.take(stream, seq, &g)
	})
	if ended {
		last, hash = head.GetVersion(), head.GetHash()
	}
	w.more = w.more || !ended
	w.stand(stream, last, hash)
	return err
}

func (w *changes) full() bool {
	return len(w.items) >= maxChanged || w.used >= maxChangedBytes || w.scanned >= maxChangedScan
}

// take adds a record, if the entry changed one.
func (w *changes) take(stream store.Stream, seq uint64, g *ledger.Glance) error {
	if g.Record == nil {
		return nil
	}
	item, err := w.reader.item(stream, seq)
	if err != nil || item == nil {
		return err
	}
	w.used += len(g.Record)
	w.items = append(w.items, item)
	return nil
}

// stand puts down where the watcher stands in a stream.
func (w *changes) stand(stream store.Stream, v *syncv1.Version, hash []byte) {
	w.after = append(w.after, &syncv1.StreamPosition{StreamId: stream.Name, Cursor: w.hub.cursor(stream, v, hash)})
}
