package hub

import (
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// maxCause bounds what an entry says of what led to it, in bytes.
const maxCause = 64

// derived checks an entry that nobody sent: it says what led to it, names itself after its record, has nothing that a
// device would have sent, and holds a record of a kind that only the server writes. A record of such a kind is in no other
// entry, but for the stub that an erasure leaves.
func (c *checker) derived(seq uint64, e *storev1.Entry) {
	if !ledger.Derived(e) {
		return
	}
	if len(e.GetCause()) > maxCause || !sameID(e.GetMutationId(), e.GetRecordId()) || len(e.GetPayload()) > 0 ||
		len(e.GetAuthorSeal()) > 0 || e.GetHeldSeq() != 0 || e.GetDeviceId() != "" || !ledger.Changed(e.GetEffect()) {
		c.damage("entry %d is what the server derived, and has what only somebody sends", seq)
	}
	rec := &carev1.Record{}
	if ledger.Erased(e) {
		return
	}
	if proto.Unmarshal(e.GetRecord(), rec) != nil || !derivedKind(rec) {
		c.damage("entry %d is what the server derived, and its record is of a kind that people write", seq)
	}
}

func derivedKind(rec *carev1.Record) bool {
	kind, ok := care.KindOf(rec.GetBody())
	return ok && kind.Derived
}

// ofAlarms checks what the rules look records up by: a standing record is on the list of its kind, an alert is found by its
// day and by what it rests on.
func (c *checker) ofAlarms(r store.Reader, id store.ID, state *storev1.RecordState, rec *carev1.Record, byServer bool) error {
	seq := state.GetVersion().GetSeq()
	a := rec.GetBody().GetAlert()
	if a != nil && !byServer {
		c.damage("the record of entry %d is of a kind that only the server writes, and somebody sent it", seq)
	}
	if a != nil {
		ids, err := r.Keyed(c.stream, dayKey(alertDay(a.GetObserved().AsTime())))
		if err == nil && len(ids)+len(c.erased) < maxSharers && !slices.Contains(ids, id) {
			c.damage("the alert of entry %d is not found by its day", seq)
		}
		for _, e := range a.GetEvidence() {
			if ids, err = r.Keyed(c.stream, restsKey(e.GetRecordId())); err == nil && len(ids) < maxSharers && !slices.Contains(ids, id) {
				c.damage("the alert of entry %d is not found by what it rests on", seq)
			}
		}
		return err
	}
	if listedKinds[state.GetKind()] && c.head.GetStandingListed() {
		ids, err := onLists(r, c.stream, state.GetKind())
		if err == nil && len(ids) < maxLists*maxSharers && !slices.Contains(ids, id) {
			c.damage("the record of entry %d is not on the list of its kind", seq)
		}
		return err
	}
	return nil
}

// countsDerived compares what the head counts with the records of kinds that the server derives.
func (c *checker) countsDerived() {
	if c.head.GetDerived() != c.made {
		c.miscounted("the head counts %d records that the server derived, there are %d; what was written is safe: "+countAnew, c.head.GetDerived(), c.made)
	}
}
