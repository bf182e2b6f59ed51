package sdk

import (
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Keep is the choice to keep the current value.
const Keep = -1

// Resolve decides a conflict: the current value stays (Keep), or the value of the candidate with that number takes
// its place. The other values that were shown are dropped, and stay in the history.
func (t *Tablet) Resolve(stream string, record replica.ID, choice int, reason string) (Saved, error) {
	shown, err := t.Record(stream, record)
	if err != nil {
		return Saved{}, err
	}
	return t.ResolveSeen(shown, choice, reason)
}

// ResolveSeen decides a conflict as its author had it before them: the choice is a number of that list, and only what
// stood there is decided.
func (t *Tablet) ResolveSeen(shown Item, choice int, reason string) (Saved, error) {
	stream, record := shown.StreamID, shown.ID
	candidates := shown.Record.GetCandidates()
	if len(candidates) == 0 {
		return Saved{}, ErrNoConflict
	}
	kind, known := care.KindOf(shown.Record.GetBody())
	if !known || choice < Keep || choice >= len(candidates) {
		return Saved{}, ErrNoRecord
	}
	d := replica.Draft{
		StreamID: stream, RecordID: record, Operation: syncv1.Operation_OPERATION_RESOLVE, Reason: reason,
		Record: &carev1.Record{Body: proto.CloneOf(shown.Record.GetBody()), Status: shown.Record.GetStatus()}, Seen: shown.Seen,
	}
	if choice != Keep {
		take(d.Record, shown.Record, candidates[choice])
	}
	if !kind.WholeRecord() {
		for _, c := range candidates {
			if !slices.Contains(d.Groups, c.GetGroup()) {
				d.Groups = append(d.Groups, c.GetGroup())
			}
		}
		slices.Sort(d.Groups)
		if slices.Contains(d.Groups, uint32(carev1.Group_GROUP_ENVELOPE)) && d.Record.Envelope == nil {
			d.Record.Envelope = proto.CloneOf(shown.Record.GetEnvelope())
		}
	}
	return t.write(d)
}

// take puts a candidate's value into what is written.
func take(rec, shown *carev1.Record, c *carev1.Candidate) {
	switch c.GetGroup() {
	case uint32(carev1.Group_GROUP_UNSPECIFIED):
		if c.GetBody() != nil {
			rec.Body = proto.CloneOf(c.GetBody())
		}
		rec.Envelope = proto.CloneOf(c.GetEnvelope())
		if c.GetStatus() != carev1.RecordStatus_RECORD_STATUS_UNSPECIFIED {
			rec.Status = c.GetStatus()
		}
	case uint32(carev1.Group_GROUP_STATUS):
		rec.Status = c.GetStatus()
	case uint32(carev1.Group_GROUP_ENVELOPE):
		rec.Envelope = proto.CloneOf(c.GetEnvelope())
	default:
		care.CopyGroup(rec.Body, c.GetBody(), c.GetGroup())
	}
}
