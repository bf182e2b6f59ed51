package merge

import (
	"bytes"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/planted"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// merging is one run of the rule.
type merging struct {
	in      Input
	written []uint32
	record  *carev1.Record
	markers []*storev1.Marker

	retracted  bool // the record was, before this mutation
	anyForeign bool // some group of the record is foreign to the mutation
	moved      bool // a group that was not written had moved, or an equal value stood there
	conflict   bool
	touched    bool // a value that stands was written, or written again
}

func start(in Input) (*merging, error) {
	groups, err := Written(in.Kind, in.Mutation)
	if err != nil {
		return nil, err
	}
	if err := checkContent(in, groups); err != nil {
		return nil, err
	}
	m := &merging{in: in, written: groups, record: proto.CloneOf(in.Current)}
	m.retracted = retracts(in.Current.GetStatus())
	for _, marker := range in.State.GetMarkers() {
		m.markers = append(m.markers, proto.CloneOf(marker))
	}
	return m, nil
}

// foreignAmong tells whether any of the groups is foreign.
func (m *merging) foreignAmong(groups []uint32) (bool, error) {
	for _, g := range groups {
		foreign, err := m.foreign(g)
		if err != nil {
			return false, err
		}
		if foreign {
			return true, nil
		}
	}
	return false, nil
}

// foreign tells whether the value of group g was written after the trunk by somebody whose write the author did not
// have before them.
func (m *merging) foreign(g uint32) (bool, error) {
	marker := m.marker(g)
	seen := m.in.Trunk
	if m.in.Mutation.GetOperation() == syncv1.Operation_OPERATION_RESOLVE {
		seen = m.in.Seen
		if planted.Bug == planted.ResolveIgnoresMoves {
			return false, nil
		}
		if planted.Bug == planted.ResolveByEquality {
			return m.in.State.GetVersion().GetSeq() != seen, nil
		}
	}
	if marker.GetVersion().GetSeq() <= seen {
		return false, nil
	}
	if len(marker.GetMutationId()) == 0 {
		return true, nil // the value stands for two authors
	}
	own, err := m.in.Owns(marker.GetMutationId())
	return !own, err
}

// write applies the rule to one group that the mutation writes.
func (m *merging) write(g uint32) error {
	if err := m.dropOwn(g); err != nil {
		return err
	}
	foreign, err := m.foreign(g)
	if err != nil {
		return err
	}
	switch m.in.Mutation.GetOperation() {
	case syncv1.Operation_OPERATION_RETRACT:
		if planted.Bug != planted.RetractOnStatusAlone {
			foreign = m.anyForeign // whoever retracts judges the whole record
		}
	case syncv1.Operation_OPERATION_PATCH:
		if m.retracted {
			m.keep(g)
			return nil
		}
		if planted.Bug == planted.PatchClearsOthers {
			m.drop(func(c *carev1.Candidate) bool { return c.GetGroup() == g })
		}
	}
	switch {
	case !foreign:
		m.touched = true
		m.take(g)
		m.mark(g, m.in.Mutation.GetId())
	case m.same(g):
		m.moved, m.touched = true, true
		m.markEqual(g)
	default:
		m.keep(g)
	}
	return nil
}

// keep puts what was written beside the current value.
func (m *merging) keep(g uint32) {
	m.record.Candidates = append(m.record.Candidates, m.candidate(g))
	m.conflict = true
}

// dropOwn removes the candidate that the mutation's chain has for the group: it is replaced or withdrawn.
func (m *merging) dropOwn(g uint32) error {
	var failed error
	m.drop(func(c *carev1.Candidate) bool {
		if c.GetGroup() != g || failed != nil {
			return false
		}
		own, err := m.in.InChain(c.GetMutationId())
		failed = err
		return own
	})
	return failed
}

// removeNamed removes the candidates that a RESOLVE names, of the groups that it writes, and no others.
func (m *merging) removeNamed() {
	named := m.in.Mutation.GetResolution().GetCandidates()
	m.drop(func(c *carev1.Candidate) bool {
		if !slices.Contains(m.written, c.GetGroup()) || bytes.Equal(c.GetMutationId(), m.in.Mutation.GetId()) {
			return false
		}
		return planted.Bug == planted.ResolveClearsAll || slices.ContainsFunc(named, func(ref *syncv1.CandidateRef) bool {
			return ref.GetGroup() == c.GetGroup() && bytes.Equal(ref.GetMutationId(), c.GetMutationId())
		})
	})
}

func (m *merging) drop(which func(*carev1.Candidate) bool) {
	m.record.Candidates = slices.DeleteFunc(m.record.Candidates, which)
}

// markEqual marks a value that two authors wrote without knowing of each other: it stands for both, so that it is
// foreign to whoever has seen only one of them.
func (m *merging) markEqual(g uint32) {
	switch planted.Bug {
	case planted.EqualKeepsMarker:
	case planted.EqualMovesMarker:
		m.mark(g, m.in.Mutation.GetId())
	default:
		m.mark(g, nil)
	}
}

func (m *merging) mark(g uint32, mutationID []byte) {
	marker := &storev1.Marker{Group: g, Version: m.in.Version, MutationId: mutationID}
	at := slices.IndexFunc(m.markers, func(o *storev1.Marker) bool { return o.GetGroup() == g })
	if at < 0 {
		m.markers = append(m.markers, marker)
		return
	}
	m.markers[at] = marker
}

// marker returns the marker of a group. A group that nobody wrote since belongs to the CREATE.
func (m *merging) marker(g uint32) *storev1.Marker {
	for _, marker := range m.markers {
		if marker.GetGroup() == g {
			return marker
		}
	}
	return &storev1.Marker{
		Group: g, Version: &syncv1.Version{Seq: m.in.State.GetCreatedSeq()}, MutationId: m.in.Current.GetId(),
	}
}

func (m *merging) outcome() syncv1.Outcome {
	switch {
	case m.conflict:
		return syncv1.Outcome_OUTCOME_CONFLICT
	case m.moved || m.anyForeign:
		return syncv1.Outcome_OUTCOME_MERGED
	}
	return syncv1.Outcome_OUTCOME_APPLIED
}
