package hub

import (
	"bytes"
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// maxSectionViews bounds the views of one page; what one view goes through is one of the Limits.
const maxSectionViews = 64

var (
	// errSyncFirst: a section of this log would not fit what the device has.
	errSyncFirst  = refuse(Aborted, "the stream has gone on otherwise than this device knows; nothing is lost: sync, then fetch again")
	errFetchMoved = refuse(Unavailable, "the stream went on while it was looked through; nothing is lost: fetch again, or a smaller part")
	errSparse     = refuse(TooLarge, "too many records of other sections lie in between; nothing is lost: fetch a smaller part")
)

// FetchSection reads a page of one section at one snapshot, in order of record id. A page ends where one view has gone
// through its share of the stream, if it has a record by then. If not, further views of the same snapshot look on, so that
// a page which is not the last one is never empty.
func (h *Hub) FetchSection(ctx context.Context, c Call, req *syncv1.FetchSectionRequest) (*syncv1.FetchSectionResponse, error) {
	if err := h.serving(); err != nil {
		return nil, err
	}
	if !boundsFit(req.GetAfterRecordId(), req.GetUntilRecordId()) {
		return nil, errNoRecordID
	}
	s := h.newStep(c, &syncv1.SyncRequest{MaxResponseBytes: req.GetMaxResponseBytes()})
	if _, ok := s.readable[req.GetStreamId()]; !ok {
		return nil, errNotFound
	}
	p := &sectionPage{step: s, req: req, after: req.GetAfterRecordId()}
	for range maxSectionViews {
		if err := h.store.View(ctx, p.view); err != nil {
			return nil, outward(err)
		}
		if !p.resp.More || len(p.resp.Records) > 0 {
			return p.resp, nil
		}
		p.snapshot, p.after = p.resp.Snapshot, p.reached
	}
	return nil, errSparse
}

// sectionPage is one call of FetchSection.
type sectionPage struct {
	step *step
	req  *syncv1.FetchSectionRequest
	// resp is of the last view: those before it found nothing up to after.
	resp     *syncv1.FetchSectionResponse
	snapshot *syncv1.Cursor
	after    []byte
	reached  []byte // the last record that this view looked at
}

func (p *sectionPage) view(r store.Reader) error {
	h, stream := p.step.hub, p.step.stream(p.req.GetStreamId())
	head, err := readHead(r, stream)
	if err != nil {
		return err
	}
	at, _, err := h.stand(r, stream, head, &syncv1.StreamPosition{StreamId: p.req.GetStreamId(), Cursor: p.req.GetCursor()})
	if err != nil {
		return err
	}
	if at != fits {
		return errSyncFirst
	}
	p.resp = &syncv1.FetchSectionResponse{Snapshot: h.cursor(stream, head.GetVersion(), head.GetHash()), Digest: &syncv1.SectionDigest{}}
	if p.snapshot != nil && !proto.Equal(p.snapshot, p.resp.Snapshot) {
		return errFetchMoved
	}
	digest, err := r.Digest(stream, p.req.GetSection())
	if err != nil {
		return err
	}
	if proto.Unmarshal(digest, p.resp.Digest) != nil {
		return store.ErrDamaged
	}
	p.resp.Digest.Section = p.req.GetSection()
	return p.read(r, stream)
}

// read takes up the records of the section, until the page is full or the view has gone through its share.
func (p *sectionPage) read(r store.Reader, stream store.Stream) error {
	used, left, budget := 0, p.step.hub.limits.Compared, p.step.budget()
	return eachRecord(r, stream, p.after, p.req.GetUntilRecordId(), func(id store.ID, at ledger.Glance) error {
		if left == 0 {
			p.resp.More = true
			return store.ErrStop
		}
		left, p.reached = left-1, bytes.Clone(id[:])
		if at.Section != p.req.GetSection() {
			return nil
		}
		g, err := entryOf(r, stream, at)
		if err != nil {
			return err
		}
		if used += len(g.Record) + recordOverhead; used > budget && len(p.resp.Records) > 0 {
			p.resp.More = true
			return store.ErrStop
		}
		p.resp.Records = append(p.resp.Records, pageRecord(&g))
		return nil
	})
}
