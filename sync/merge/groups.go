package merge

import (
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/planted"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Numbers of the groups that are not body fields.
const (
	whole    = uint32(carev1.Group_GROUP_UNSPECIFIED)
	status   = uint32(carev1.Group_GROUP_STATUS)
	envelope = uint32(carev1.Group_GROUP_ENVELOPE)
)

// Written returns the groups that a mutation writes, each once.
func Written(k *care.Kind, m *syncv1.Mutation) ([]uint32, error) {
	retract := m.GetOperation() == syncv1.Operation_OPERATION_RETRACT
	switch {
	case len(m.GetGroups()) > 0 && (retract || k.WholeRecord()):
		return nil, ErrGroups
	case k.WholeRecord():
		return []uint32{whole}, nil
	case retract:
		return []uint32{status}, nil
	case len(m.GetGroups()) == 0:
		return nil, ErrGroups
	}
	groups := slices.Compact(slices.Sorted(slices.Values(m.GetGroups())))
	for _, g := range groups {
		patchesStatus := g == status && m.GetOperation() == syncv1.Operation_OPERATION_PATCH
		if patchesStatus || !slices.Contains(k.Groups(), g) {
			return nil, ErrGroups
		}
	}
	return groups, nil
}

// checkContent makes sure that what the groups need is there.
func checkContent(in Input, groups []uint32) error {
	m, rec := in.Mutation, in.Mutation.GetRecord()
	if m.GetOperation() == syncv1.Operation_OPERATION_RETRACT {
		return nil
	}
	onlyStatus := retracts(rec.GetStatus()) && m.GetOperation() == syncv1.Operation_OPERATION_RESOLVE && rec.GetBody() == nil
	for _, g := range groups {
		switch {
		case g == status && rec.GetStatus() == carev1.RecordStatus_RECORD_STATUS_UNSPECIFIED,
			g == envelope && rec.GetEnvelope().GetEffective() == nil:
			return ErrBody
		case g == status || g == envelope || g == whole && onlyStatus:
		default:
			if k, ok := care.KindOf(rec.GetBody()); !ok || k != in.Kind {
				return ErrBody
			}
		}
	}
	return nil
}

func retracts(s carev1.RecordStatus) bool { return s == carev1.RecordStatus_RECORD_STATUS_RETRACTED }

// status is the status that the mutation wants for a whole record: only a person's decision brings one back, and only
// a RETRACT, or a decision, takes one away.
func (m *merging) status() carev1.RecordStatus {
	if m.in.Mutation.GetOperation() != syncv1.Operation_OPERATION_RESOLVE {
		return carev1.RecordStatus_RECORD_STATUS_UNSPECIFIED
	}
	return m.in.Mutation.GetRecord().GetStatus()
}

// take sets group g of the record to what the mutation wrote.
func (m *merging) take(g uint32) {
	wrote := m.in.Mutation.GetRecord()
	switch {
	case m.in.Mutation.GetOperation() == syncv1.Operation_OPERATION_RETRACT:
		m.record.Status = carev1.RecordStatus_RECORD_STATUS_RETRACTED
	case g == status:
		m.record.Status = wrote.GetStatus()
	case g == envelope:
		m.record.Envelope = withCircumstances(wrote.GetEnvelope(), m.record.GetEnvelope())
	case g == whole:
		if planted.Bug == planted.PatchesOneField {
			proto.Merge(m.record.Body, wrote.GetBody())
		} else if wrote.GetBody() != nil {
			m.record.Body = proto.CloneOf(wrote.GetBody())
		}
		if wrote.GetEnvelope().GetEffective() != nil {
			m.record.Envelope = withCircumstances(wrote.GetEnvelope(), m.record.GetEnvelope())
		}
		if m.status() != carev1.RecordStatus_RECORD_STATUS_UNSPECIFIED {
			m.record.Status = m.status()
		}
	default:
		care.CopyGroup(m.record.Body, wrote.GetBody(), g)
	}
}

// same tells whether the mutation wrote into group g what stands there.
func (m *merging) same(g uint32) bool {
	wrote := m.in.Mutation.GetRecord()
	switch {
	case m.in.Mutation.GetOperation() == syncv1.Operation_OPERATION_RETRACT:
		return retracts(m.record.GetStatus())
	case g == status:
		return wrote.GetStatus() == m.record.GetStatus()
	case g == envelope:
		return sameContent(wrote.GetEnvelope(), m.record.GetEnvelope())
	case g == whole:
		return (wrote.GetBody() == nil || proto.Equal(wrote.GetBody(), m.record.GetBody())) &&
			(wrote.GetEnvelope().GetEffective() == nil || sameContent(wrote.GetEnvelope(), m.record.GetEnvelope())) &&
			(m.status() == carev1.RecordStatus_RECORD_STATUS_UNSPECIFIED || m.status() == m.record.GetStatus())
	default:
		return care.EqualGroup(wrote.GetBody(), m.record.GetBody(), g)
	}
}

// candidate returns what the mutation wrote into group g as a candidate.
func (m *merging) candidate(g uint32) *carev1.Candidate {
	wrote := m.in.Mutation.GetRecord()
	c := &carev1.Candidate{
		Group: g, MutationId: m.in.Mutation.GetId(), Author: m.in.Change.GetAuthor(),
		Received: m.in.Change.GetReceived(), Reason: m.in.Mutation.GetReason(),
	}
	switch {
	case m.in.Mutation.GetOperation() == syncv1.Operation_OPERATION_RETRACT:
		c.Status = carev1.RecordStatus_RECORD_STATUS_RETRACTED
	case g == status:
		c.Status = wrote.GetStatus()
	case g == envelope:
		c.Envelope = proto.CloneOf(wrote.GetEnvelope())
	case g == whole:
		c.Body, c.Status = proto.CloneOf(wrote.GetBody()), m.status()
		if wrote.GetEnvelope().GetEffective() != nil {
			c.Envelope = proto.CloneOf(wrote.GetEnvelope())
		}
	default:
		c.Body = care.NewBody(m.in.Kind)
		care.CopyGroup(c.Body, wrote.GetBody(), g)
	}
	return c
}

// withCircumstances returns the content of one envelope with the circumstances of writing of another: the record
// keeps when it was first written down, and a change has its own times in last_change.
func withCircumstances(content, written *carev1.Envelope) *carev1.Envelope {
	e := &carev1.Envelope{}
	if content != nil {
		e = proto.CloneOf(content)
	}
	e.Recorded, e.MonotonicMs, e.BootId = written.GetRecorded(), written.GetMonotonicMs(), written.GetBootId()
	e.ClockOffsetMs, e.Enterer = nil, written.GetEnterer()
	if written != nil {
		e.ClockOffsetMs = written.ClockOffsetMs
	}
	return e
}

// sameContent compares two envelopes without the circumstances of writing.
func sameContent(a, b *carev1.Envelope) bool {
	return proto.Equal(withCircumstances(a, nil), withCircumstances(b, nil))
}
