package hub

import (
	"context"
	"crypto/sha256"
	"strconv"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// GetRecordHistory reads what changed a record, newest first.
func (h *Hub) GetRecordHistory(ctx context.Context, c Call, req *chartv1.GetRecordHistoryRequest) (*chartv1.GetRecordHistoryResponse, error) {
	if err := h.serving(); err != nil {
		return nil, err
	}
	var from uint64
	if req.GetPageToken() != "" {
		var err error
		if from, err = strconv.ParseUint(req.GetPageToken(), 10, 64); err != nil {
			return nil, refuse(InvalidArgument, "page_token: not one of this history; start again without a token")
		}
	}
	if len(req.GetRecordId()) != 16 {
		return nil, errNotFound
	}
	resp := &chartv1.GetRecordHistoryResponse{}
	err := h.store.View(ctx, func(r store.Reader) error {
		resp.Items, resp.NextPageToken = nil, ""
		for _, ref := range h.readableCharts(c)[req.GetChartId()] {
			if req.GetStreamId() != "" && req.GetStreamId() != ref.ID {
				continue
			}
			stream := store.Stream{Tenant: c.Session.Tenant, Name: ref.ID}
			state, err := readState(r, stream, store.ID(req.GetRecordId()))
			if err != nil || state == nil {
				if err != nil {
					return err
				}
				continue
			}
			if from == 0 {
				from = state.GetVersion().GetSeq()
			}
			return history(r, stream, req, from, resp)
		}
		return errNotFound
	})
	if err != nil {
		return nil, outward(err)
	}
	return resp, nil
}

// history follows the record's entries back from seq. A seq that is not one of the record's is not found.
func history(r store.Reader, stream store.Stream, req *chartv1.GetRecordHistoryRequest, seq uint64, resp *chartv1.GetRecordHistoryResponse) error {
	size, used := pageSize(req.GetPageSize(), defaultHistory, maxHistory), 0
	for ; seq != 0; size-- {
		if size == 0 || used > maxHistoryBytes {
			resp.NextPageToken = strconv.FormatUint(seq, 10)
			return nil
		}
		raw, err := r.Entry(stream, seq)
		if err != nil {
			return err
		}
		if raw == nil {
			return errNotFound
		}
		e := &storev1.Entry{}
		if proto.Unmarshal(raw, e) != nil {
			return store.ErrDamaged
		}
		if !sameID(e.GetRecordId(), req.GetRecordId()) || !ledger.Changed(e.GetEffect()) {
			return errNotFound
		}
		item, err := historyItem(r, stream, e)
		if err != nil {
			return err
		}
		resp.Items = append(resp.Items, item)
		used += len(raw)
		seq = e.GetPreviousSeq()
	}
	return nil
}

func historyItem(r store.Reader, stream store.Stream, e *storev1.Entry) (*chartv1.HistoryItem, error) {
	if ledger.Erased(e) {
		return erasedItem(e)
	}
	raw, err := ledger.Record(e)
	if err != nil {
		return nil, store.ErrDamaged
	}
	rec := &carev1.Record{}
	if proto.Unmarshal(raw, rec) != nil {
		return nil, store.ErrDamaged
	}
	written := e
	if e.GetHeldSeq() != 0 {
		if written, err = readEntry(r, stream, e.GetHeldSeq()); err != nil {
			return nil, err
		}
	}
	m := &syncv1.Mutation{}
	if proto.Unmarshal(written.GetPayload(), m) != nil {
		return nil, store.ErrDamaged
	}
	if ledger.Derived(e) {
		m.Operation = syncv1.Operation_OPERATION_CREATE
		if e.GetPreviousSeq() != 0 {
			m.Operation = syncv1.Operation_OPERATION_PATCH
		}
	}
	author := e.GetAuthor()
	if author == nil {
		author = rec.GetArrival().GetAuthor()
	}
	sum := sha256.Sum256(raw)
	return &chartv1.HistoryItem{
		Version: &syncv1.RecordVersion{Version: e.GetVersion(), Sha256: sum[:]}, Outcome: e.GetEffect(),
		Operation: m.GetOperation(), MutationId: e.GetMutationId(), Author: author,
		Recorded: m.GetRecord().GetEnvelope().GetRecorded(), Received: timestamppb.New(time.UnixMilli(e.GetArrivedMs())),
		Reason: m.GetReason(), Record: rec,
	}, nil
}

// erasedItem is what is left of a version: that there was one, and when. The stub itself has its record.
func erasedItem(e *storev1.Entry) (*chartv1.HistoryItem, error) {
	rec := &carev1.Record{Id: e.GetRecordId(), Status: carev1.RecordStatus_RECORD_STATUS_ERASED}
	if len(e.GetRecord()) > 0 && proto.Unmarshal(e.GetRecord(), rec) != nil {
		return nil, store.ErrDamaged
	}
	return &chartv1.HistoryItem{
		Version: &syncv1.RecordVersion{Version: e.GetVersion()}, Outcome: e.GetEffect(), MutationId: e.GetMutationId(),
		Author: e.GetAuthor(), Received: timestamppb.New(time.UnixMilli(e.GetArrivedMs())), Record: rec,
	}, nil
}
