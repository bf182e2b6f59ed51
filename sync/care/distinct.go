package care

import (
	"bytes"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Distinct says that a person decided about a possible duplicate: the record and the other one are two, both were given or
// done.
type Distinct struct {
	Other []byte // id of the other record
	// Decision says who decided it and when; nil if the device that wrote it down did not say.
	Decision *carev1.Confirmation
}

// Decisions returns what was decided about a record as a possible duplicate of others, as
// it stands in this record; it may stand in the other of the two.
func Decisions(r *carev1.Record) (all []Distinct) {
	for _, l := range r.GetEnvelope().GetLinks() {
		if l.GetRelation() == carev1.LinkRelation_LINK_RELATION_DISTINCT_FROM {
			all = append(all, Distinct{l.GetRecordId(), l.GetDecision()})
		}
	}
	return all
}

// decidedDistinct tells whether a person decided that two records of one stream are two.
func decidedDistinct(a, b *carev1.Record) bool { return namesDistinct(a, b) || namesDistinct(b, a) }

func namesDistinct(r, other *carev1.Record) bool {
	for _, d := range Decisions(r) {
		if len(d.Other) > 0 && bytes.Equal(d.Other, other.GetId()) {
			return true
		}
	}
	return false
}

// settled tells whether nothing is left to decide in a group of doses: each two of them are one dose and its remainder, or
// were decided to be two.
func settled(records []*carev1.Record, group []int) bool {
	for n, a := range group {
		for _, b := range group[:n] {
			if !decidedDistinct(records[a], records[b]) && doses(records, []int{b, a}) > 1 {
				return false
			}
		}
	}
	return true
}
