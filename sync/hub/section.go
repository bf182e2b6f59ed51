package hub

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// FetchSection reads a page of one section at one snapshot, in order of record id.
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
	resp := &syncv1.FetchSectionResponse{}
	err := h.store.View(ctx, func(r store.Reader) error {
		stream := s.stream(req.GetStreamId())
		head, err := readHead(r, stream)
		if err != nil {
			return err
		}
		at, _, err := h.stand(r, stream, head, &syncv1.StreamPosition{StreamId: req.GetStreamId(), Cursor: req.GetCursor()})
		if err != nil {
			return err
		}
		if at != fits {
			return errSyncFirst
		}
		resp.Records, resp.More = nil, false
		resp.Snapshot = h.cursor(stream, head.GetVersion(), head.GetHash())
		digest, err := r.Digest(stream, req.GetSection())
		if err != nil {
			return err
		}
		resp.Digest = &syncv1.SectionDigest{}
		if proto.Unmarshal(digest, resp.Digest) != nil {
			return store.ErrDamaged
		}
		resp.Digest.Section = req.GetSection()
		return readSection(r, stream, req, resp, s.budget())
	})
	return resp, outward(err)
}

// errSyncFirst: a section of this log would not fit what the device has.
var errSyncFirst = refuse(Aborted, "the stream has gone on otherwise than this device knows; nothing is lost: sync, then fetch again")

func readSection(r store.Reader, stream store.Stream, req *syncv1.FetchSectionRequest, resp *syncv1.FetchSectionResponse, budget int) error {
	used := 0
	return eachRecord(r, stream, req.GetAfterRecordId(), req.GetUntilRecordId(), func(_ store.ID, at ledger.Glance) error {
		if at.Section != req.GetSection() {
			return nil
		}
		g, err := entryOf(r, stream, at)
		if err != nil {
			return err
		}
		if used += len(g.Record) + recordOverhead; used > budget && len(resp.Records) > 0 {
			resp.More = true
			return store.ErrStop
		}
		resp.Records = append(resp.Records, pageRecord(&g))
		return nil
	})
}
