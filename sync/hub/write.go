package hub

import (
	"context"
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Write takes one typed mutation and treats it as if a device had sent it. Unlike a device its caller is there to
// hear of a mistake, so what would be held for being invalid or not allowed is refused instead.
func (h *Hub) Write(ctx context.Context, c Call, req *chartv1.WriteRequest) (*chartv1.WriteResponse, []Moved, error) {
	stream, err := h.target(c, req)
	if err != nil {
		return nil, nil, err
	}
	p, err := h.mutationOf(c, stream, req)
	if err != nil {
		return nil, nil, err
	}
	var result *syncv1.MutationResult
	var seq uint64
	update := func(tx store.Tx) error {
		w, err := h.writer(c, tx, stream)
		if err != nil {
			return err
		}
		before := w.head.GetVersion().GetSeq()
		if result, err = w.take(p); err != nil {
			return err
		}
		if refused := refusal(result); refused != nil {
			return refused // nothing of the closure is kept
		}
		if seq = w.head.GetVersion().GetSeq(); seq == before {
			seq = 0
		}
		return w.flush()
	}
	if err := h.store.Update(ctx, update)[0]; err != nil {
		return nil, nil, outward(err)
	}
	resp := &chartv1.WriteResponse{Result: result, Receipt: Receipt(stream, p.id[:], p.hash[:], result)}
	if seq == 0 {
		return resp, nil, nil
	}
	return resp, []Moved{{Tenant: c.Session.Tenant, StreamID: stream, Seq: seq}}, nil
}

// target finds the stream to write to: the one named, or the chart's default stream for the kind.
func (h *Hub) target(c Call, req *chartv1.WriteRequest) (string, error) {
	streams := h.readableCharts(c)[req.GetChartId()]
	if req.GetStreamId() != "" {
		if slices.ContainsFunc(streams, func(s StreamRef) bool { return s.ID == req.GetStreamId() }) {
			return req.GetStreamId(), nil
		}
		return "", errNotFound
	}
	class := carev1.StreamClass_STREAM_CLASS_CARE
	if kind, ok := care.KindOf(req.GetBody()); ok {
		class = kind.DefaultStream
	}
	for _, s := range streams {
		if s.Info.GetStreamClass() == class {
			return s.ID, nil
		}
	}
	return "", errNotFound
}

// mutationOf builds the mutation. Its payload depends on the request and the caller alone, so that the same call
// made again is known by its hash.
func (h *Hub) mutationOf(c Call, stream string, req *chartv1.WriteRequest) (*prepared, error) {
	if len(req.GetMutationId()) != 16 {
		return nil, refuse(InvalidArgument, "mutation_id: 16 bytes, a UUIDv7 that you make")
	}
	m := &syncv1.Mutation{
		Id: req.GetMutationId(), StreamId: stream, RecordId: req.GetRecordId(), Operation: req.GetOperation(),
		SchemaVersion: care.SchemaVersion, PersonId: c.Session.PersonID, DeviceId: c.Session.DeviceID,
		Trunk: req.GetSeen(), Groups: req.GetGroups(), Reason: req.GetReason(),
		Record: &carev1.Record{Envelope: req.GetEnvelope(), Body: req.GetBody(), Status: req.GetStatus()},
	}
	switch req.GetOperation() {
	case syncv1.Operation_OPERATION_CREATE:
		m.RecordId, m.Record.Id = nil, req.GetMutationId()
	case syncv1.Operation_OPERATION_RESOLVE:
		m.Resolution = &syncv1.Resolution{Seen: req.GetSeen(), Candidates: req.GetCandidates()}
	}
	payload, err := ledger.Marshal(m)
	if err != nil {
		return nil, outward(err)
	}
	key := h.seals.AuthorKey(c.Session.Tenant, c.Session.PersonID, c.Session.DeviceID)
	p := h.prepare(c, &syncv1.QueuedMutation{Payload: payload, AuthorSeal: seal.Author(key, payload)}, h.sealers())
	p.notBefore = c.Now // it is written here and now
	if p.reason != 0 {
		return nil, refuse(InvalidArgument, "nothing was stored; the contract does not allow this: "+p.detail)
	}
	return p, nil
}

// refusal turns what a device would be told with HELD into an error for a caller who is there to mend it. A repeated
// mutation keeps the answer that it got.
func refusal(r *syncv1.MutationResult) error {
	if r.GetOutcome() == syncv1.Outcome_OUTCOME_ID_REUSED {
		return refuse(InvalidArgument, "mutation_id: taken by other content; nothing was stored, make a new id and write again")
	}
	if r.GetOutcome() != syncv1.Outcome_OUTCOME_HELD || r.GetRepeated() {
		return nil
	}
	switch r.GetHeldReason() {
	case syncv1.HeldReason_HELD_REASON_ROLE, syncv1.HeldReason_HELD_REASON_NO_GRANT:
		return refuse(PermissionDenied, "nothing was stored; your role may not write this here")
	case syncv1.HeldReason_HELD_REASON_RESTORED:
		return errNotYet
	case syncv1.HeldReason_HELD_REASON_MISSING_RECORD:
		return errNotFound
	case syncv1.HeldReason_HELD_REASON_INVALID:
		return refuse(InvalidArgument, "nothing was stored; the contract does not allow this: "+r.GetDetail())
	default:
		return refuse(InvalidArgument, "nothing was stored; what this write builds on is held or missing")
	}
}
