package alerts

import (
	"context"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// maxVersions bounds the versions of a record that are gone through for its first one.
const maxVersions = 1000

var (
	errInstructed  = refuse(hub.InvalidArgument, "answer: an answer by instruction is written together with it; nothing was stored, call Instruct")
	errResponseID  = refuse(hub.InvalidArgument, "response_id: 16 bytes, a UUIDv7 of its own, if the instruction names alerts; nothing was stored, make one and call again")
	errNothingToID = refuse(hub.InvalidArgument, "response_id: the instruction names no alert that it answers; nothing was stored, name the alerts or leave response_id empty")
)

// Acknowledge answers alerts of one chart, in each stream that has some of them. The receipt is that of the first.
func (s *Service) Acknowledge(ctx context.Context, c hub.Call, req *alertv1.AcknowledgeRequest) (*alertv1.AcknowledgeResponse, []hub.Moved, error) {
	if req.GetResponse().GetAnswer() == carev1.AlertAnswer_ALERT_ANSWER_INSTRUCTED {
		return nil, nil, errInstructed
	}
	chart := s.kept(c, req.GetChartId())
	parts, err := s.parts(ctx, c, chart, req.GetMutationId(), req.GetResponse().GetAlertIds())
	if err != nil {
		return nil, nil, err
	}
	resp, moved, err := s.respond(ctx, c, chart, parts, req.GetResponse())
	if err != nil {
		return nil, moved, err
	}
	return &alertv1.AcknowledgeResponse{Result: resp.GetResult(), Receipt: resp.GetReceipt()}, moved, nil
}

// Instruct writes an instruction, and then the answer to the alerts that it names. If the second write fails the first one
// stands, and the same call again makes up for it.
func (s *Service) Instruct(ctx context.Context, c hub.Call, req *alertv1.InstructRequest) (*alertv1.InstructResponse, []hub.Moved, error) {
	answers := req.GetInstruction().GetAlertIds()
	switch {
	case len(answers) == 0 && len(req.GetResponseId()) > 0:
		return nil, nil, errNothingToID
	case len(answers) > 0 && (len(req.GetResponseId()) != 16 || string(req.GetResponseId()) == string(req.GetInstructionId())):
		return nil, nil, errResponseID
	}
	chart := s.kept(c, req.GetChartId())
	parts, err := s.parts(ctx, c, chart, req.GetResponseId(), answers)
	if err != nil {
		return nil, nil, err
	}
	written, moved, err := s.create(ctx, c, &chartv1.WriteRequest{
		ChartId: chart, StreamId: parts[0].stream, MutationId: req.GetInstructionId(),
		Body: &carev1.Body{Kind: &carev1.Body_TemporaryInstruction{TemporaryInstruction: req.GetInstruction()}},
	})
	if err != nil {
		return nil, moved, err
	}
	resp := &alertv1.InstructResponse{Instruction: written.GetReceipt()}
	if len(answers) == 0 {
		return resp, moved, nil
	}
	answered, also, err := s.respond(ctx, c, chart, parts, &carev1.AlertResponse{
		Answer: carev1.AlertAnswer_ALERT_ANSWER_INSTRUCTED, InstructionId: req.GetInstructionId(),
	})
	moved = append(moved, also...)
	if err != nil {
		return nil, moved, err
	}
	resp.Response = answered.GetReceipt()
	return resp, moved, nil
}

// create writes a new record, effective now unless its envelope says otherwise, and wakes the dispatcher. A call that is
// made again has to be the same to the byte: it takes the time that the record got from the first one.
func (s *Service) create(ctx context.Context, c hub.Call, req *chartv1.WriteRequest) (*chartv1.WriteResponse, []hub.Moved, error) {
	req.Operation = syncv1.Operation_OPERATION_CREATE
	given := req.GetEnvelope()
	for {
		first, err := s.firstVersion(ctx, c, req.GetChartId(), req.GetMutationId())
		if err != nil {
			return nil, nil, err
		}
		req.Envelope = at(given, first, c)
		resp, moved, err := s.Hub.Write(ctx, c, req)
		s.Wake()
		// Of two calls at once one finds that the other was first: once the record is there its time is known.
		if first == nil && hub.CodeOf(err) == hub.InvalidArgument {
			if first, again := s.firstVersion(ctx, c, req.GetChartId(), req.GetMutationId()); again == nil && first != nil {
				continue
			}
		}
		return resp, moved, err
	}
}

// at is an envelope with its effective time. Whoever types in what somebody signed says themselves when that was.
func at(given *carev1.Envelope, first *carev1.Record, c hub.Call) *carev1.Envelope {
	e := &carev1.Envelope{}
	if given != nil {
		e = proto.CloneOf(given)
	}
	switch {
	case e.GetEffective() != nil || e.GetEnterer() != nil:
	case first != nil:
		e.Effective = first.GetEnvelope().GetEffective()
	default:
		e.Effective = timestamppb.New(c.Now)
	}
	return e
}

// firstVersion is a record as it was created; nil if there is none that the caller may read.
func (s *Service) firstVersion(ctx context.Context, c hub.Call, chart string, id []byte) (*carev1.Record, error) {
	history, err := s.Hub.GetRecordHistory(ctx, c, &chartv1.GetRecordHistoryRequest{ChartId: chart, RecordId: id, PageSize: maxVersions})
	if hub.CodeOf(err) == hub.NotFound && err != nil {
		return nil, nil
	}
	if err != nil || len(history.GetItems()) == 0 {
		return nil, err
	}
	return history.GetItems()[len(history.GetItems())-1].GetRecord(), nil
}
