package replica

import (
	"bytes"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// overlaid lays a pending mutation over a record; it changes neither. What the server answered with CONFLICT stands
// beside the current value and not in its place.
func overlaid(rec *carev1.Record, own *devicev1.OwnMutation, m *syncv1.Mutation) *carev1.Record {
	if m.GetOperation() == opCreate {
		if rec != nil {
			return rec // confirmed already
		}
		return proto.CloneOf(m.GetRecord())
	}
	if rec == nil || own.GetResult().GetOutcome() == syncv1.Outcome_OUTCOME_CONFLICT {
		return rec
	}
	rec = proto.CloneOf(rec)
	kind, known := care.KindOf(rec.GetBody())
	switch {
	case m.GetOperation() == opRetract:
		rec.Status = carev1.RecordStatus_RECORD_STATUS_RETRACTED
	case known && kind.WholeRecord():
		overlayWhole(rec, m)
	case known:
		for _, g := range m.GetGroups() {
			overlayGroup(rec, m.GetRecord(), g)
		}
	}
	if m.GetOperation() == opResolve {
		rec.Candidates = slices.DeleteFunc(rec.Candidates, func(c *carev1.Candidate) bool {
			return slices.ContainsFunc(m.GetResolution().GetCandidates(), func(ref *syncv1.CandidateRef) bool {
				return ref.GetGroup() == c.GetGroup() && bytes.Equal(ref.GetMutationId(), c.GetMutationId())
			})
		})
	}
	return rec
}

func overlayWhole(rec *carev1.Record, m *syncv1.Mutation) {
	wrote := m.GetRecord()
	if wrote.GetBody() != nil {
		rec.Body = proto.CloneOf(wrote.GetBody())
	}
	if wrote.GetEnvelope().GetEffective() != nil {
		rec.Envelope = envelope(wrote.GetEnvelope(), rec.GetEnvelope())
	}
	if m.GetOperation() == opResolve && wrote.GetStatus() != 0 {
		rec.Status = wrote.GetStatus()
	}
}

func overlayGroup(rec, wrote *carev1.Record, group uint32) {
	switch group {
	case uint32(carev1.Group_GROUP_STATUS):
		rec.Status = wrote.GetStatus()
	case uint32(carev1.Group_GROUP_ENVELOPE):
		rec.Envelope = envelope(wrote.GetEnvelope(), rec.GetEnvelope())
	default:
		if wrote.GetBody() != nil {
			care.CopyGroup(rec.Body, wrote.GetBody(), group)
		}
	}
}

// envelope is the new content with the circumstances under which the record was first written.
func envelope(content, first *carev1.Envelope) *carev1.Envelope {
	e := proto.CloneOf(content)
	e.Recorded, e.MonotonicMs, e.BootId = first.GetRecorded(), first.GetMonotonicMs(), first.GetBootId()
	e.ClockOffsetMs, e.Enterer = nil, first.GetEnterer()
	if first != nil {
		e.ClockOffsetMs = first.ClockOffsetMs
	}
	return e
}
