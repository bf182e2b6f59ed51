// Package merge merges one mutation into one record.
//
// It promises that a value leaves a record only by the hand of somebody who had seen it: what two people wrote
// without knowing of each other stays, as value and candidate, until a person decides. The rule is that of
// sync/doc/protocol.md, "The merge rule"; how a kind is divided into groups is read from the contract (sync/care).
//
// It never looks at a clock or at the order of arrival, never changes its inputs, and knows neither log nor store:
// what it has to know of them is handed to it.
package merge

import (
	"errors"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Limits of a record.
const (
	// MaxCandidates bounds the candidates of one record. A mutation that would go over it is invalid and is held.
	MaxCandidates = 64
)

// ErrGroups: the mutation names groups that its kind does not have, or none where it must. Nothing was merged.
var ErrGroups = errors.New("groups: the kind has no such group, or none was named")

// ErrBody: the mutation lacks the body, envelope or status that its groups need, or has one of another kind.
var ErrBody = errors.New("record: the body does not fit the record's kind or the groups written")

// ErrCandidates: the record has as many candidates as it may have; somebody has to resolve some first.
var ErrCandidates = errors.New("candidates: the record has too many open conflicts; resolve some first")

// Input is a mutation with all that the rule asks about it.
type Input struct {
	// Kind of the record.
	Kind *care.Kind
	// Current is the record as it stands. It is not changed.
	Current *carev1.Record
	// State holds its markers. It is not changed.
	State *storev1.RecordState
	// Mutation is a PATCH, RETRACT or RESOLVE of the record.
	Mutation *syncv1.Mutation
	// Version is what the record's version becomes.
	Version *syncv1.Version
	// Trunk is the sequence number of the mutation's trunk, 0 if it has none that the log knows.
	Trunk uint64
	// Seen is, for a RESOLVE, the sequence number of the version that it names, 0 if the log does not know it.
	Seen uint64
	// Owns tells whether a mutation is this one, or among the predecessors that its author had before them.
	Owns func(mutationID []byte) (bool, error)
	// InChain tells whether a mutation is this one, or among the predecessors in the chain that it continues.
	InChain func(mutationID []byte) (bool, error)
	// Change is what the record shows of this change.
	Change *carev1.Change
}

// Result is what the record becomes.
type Result struct {
	// Outcome is APPLIED, MERGED or CONFLICT.
	Outcome syncv1.Outcome
	// Record is the record after the mutation.
	Record *carev1.Record
	// Markers are its markers after the mutation.
	Markers []*storev1.Marker
}

// Apply merges a mutation into a record that exists.
func Apply(in Input) (*Result, error) {
	m, err := start(in)
	if err != nil {
		return nil, err
	}
	if m.anyForeign, err = m.foreignAmong(in.Kind.Groups()); err != nil {
		return nil, err
	}
	for _, g := range m.written {
		if err := m.write(g); err != nil {
			return nil, err
		}
	}
	if in.Mutation.GetOperation() == syncv1.Operation_OPERATION_RESOLVE {
		m.removeNamed()
	}
	if len(m.record.Candidates) > MaxCandidates {
		return nil, ErrCandidates
	}
	if m.touched {
		m.record.LastChange = in.Change // a candidate says itself who wrote it; it changes nothing that stands
	}
	return &Result{Outcome: m.outcome(), Record: m.record, Markers: m.markers}, nil
}
