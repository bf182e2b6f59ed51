package ledger

import (
	"slices"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Reached tells whether the version is reached, or covered, at a place in the log: seq is not above the place's, and
// not above the base of any epoch after the version's own. A version in an epoch of the log that a restored server
// gave up is thereby never taken for the entry that has its number now.
//
// bases are the bases of all epochs of the log that the place belongs to. A version of no epoch (seq 0) is reached
// everywhere.
func Reached(v, at *syncv1.Version, bases []*syncv1.EpochBase) bool {
	if v.GetSeq() == 0 {
		return true
	}
	known := slices.ContainsFunc(bases, func(b *syncv1.EpochBase) bool { return b.GetEpoch() == v.GetEpoch() })
	if v.GetEpoch() > at.GetEpoch() || !known {
		return false // of an epoch that this log does not have
	}
	return v.GetSeq() <= at.GetSeq() && v.GetSeq() <= Clamp(v, bases)
}

// Clamp returns the version's sequence number, lowered to the lowest base of all epochs after its own: how much of
// this log whoever saw that version has seen.
func Clamp(v *syncv1.Version, bases []*syncv1.EpochBase) uint64 {
	seq := v.GetSeq()
	for _, b := range bases {
		if b.GetEpoch() > v.GetEpoch() {
			seq = min(seq, b.GetBaseSeq())
		}
	}
	return seq
}
