package alerts

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// part is what of an answer goes into one stream. An answer ends only alerts of its own stream, and a chart that another
// one was merged into has several: such an answer is written once for each stream that has alerts of it.
type part struct {
	stream string
	id     []byte // of the answer that is written
	alerts [][]byte
}

// parts are those of an answer to alerts of a chart that the caller may read, in order of stream, whatever the order of the
// alerts. The first one has the id that the caller gave, and each other one an id that follows from it, so that the same
// call again writes nothing twice. What an erased record was cannot be told any more; its escalation has to end all the
// same.
func (s *Service) parts(ctx context.Context, c hub.Call, chart string, id []byte, alerts [][]byte) ([]part, error) {
	in := map[string][][]byte{}
	for _, alert := range alerts {
		item, err := s.locate(ctx, c, chart, alert)
		if err != nil {
			return nil, err
		}
		erased := item.GetRecord().GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED
		if _, is := item.GetRecord().GetBody().GetKind().(*carev1.Body_Alert); !is && !erased {
			return nil, errNotFound
		}
		in[item.GetStreamId()] = append(in[item.GetStreamId()], alert)
	}
	if len(in) == 0 {
		return []part{{id: id}}, nil // the contract says what is wrong with it
	}
	var all []part
	for i, stream := range slices.Sorted(maps.Keys(in)) {
		p := part{stream: stream, id: id, alerts: in[stream]}
		if i > 0 {
			p.id = partID(id, stream)
		}
		all = append(all, p)
	}
	return all, nil
}

// partID is the id of a further part: a UUIDv7 of the time of the given one, and else a hash of it and the stream.
func partID(id []byte, stream string) []byte {
	sum := sha256.Sum256(slices.Concat([]byte("tsunagu/answer-part/v1/"), id, []byte("/"+stream)))
	copy(sum[:6], id)
	sum[6], sum[8] = sum[6]&0x0f|0x70, sum[8]&0x3f|0x80
	return sum[:16]
}

// locate reads a record of a chart in whichever stream has it, by the caller's rights.
func (s *Service) locate(ctx context.Context, c hub.Call, chart string, id []byte) (*chartv1.TimelineItem, error) {
	for _, stream := range slices.Sorted(maps.Keys(s.readable(c)[chart])) {
		item, err := s.record(ctx, c, chart, stream, id)
		if err == nil || hub.CodeOf(err) != hub.NotFound {
			return item, err
		}
	}
	return nil, errNotFound
}

// respond writes the parts of an answer and returns what became of the first one. If one cannot be written those before it
// stand, and the same call again makes up for the rest.
func (s *Service) respond(ctx context.Context, c hub.Call, chart string, parts []part, r *carev1.AlertResponse) (first *chartv1.WriteResponse, moved []hub.Moved, err error) {
	for _, p := range parts {
		some := &carev1.AlertResponse{}
		if r != nil {
			some = proto.CloneOf(r)
		}
		some.AlertIds = p.alerts
		resp, also, err := s.create(ctx, c, &chartv1.WriteRequest{
			ChartId: chart, StreamId: p.stream, MutationId: p.id, Body: &carev1.Body{Kind: &carev1.Body_AlertResponse{AlertResponse: some}},
		})
		moved = append(moved, also...)
		if err != nil {
			return nil, moved, err
		}
		if first == nil {
			first = resp
		}
	}
	return first, moved, nil
}
