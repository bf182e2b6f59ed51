package sdk

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// BothHappened decides about a record and its possible duplicates, as its author had it before them: each is another one,
// all were given or done. It is written to the record as a change, names the records that were seen and who decided, and
// holds for these alone: what is recorded later is asked about anew. Where one of them was written by mistake, RetractSeen
// is the decision.
func (t *Tablet) BothHappened(shown Item, reason string) (Saved, error) {
	if shown.Erased {
		return Saved{}, replica.ErrErased
	}
	kind, known := care.KindOf(shown.Record.GetBody())
	if !known || len(shown.PossibleDuplicates) == 0 {
		return Saved{}, ErrNoConflict
	}
	me, err := t.me()
	if err != nil {
		return Saved{}, err
	}
	e := proto.CloneOf(shown.Record.GetEnvelope())
	for _, other := range shown.PossibleDuplicates {
		e.Links = append(e.Links, &carev1.RecordLink{
			Relation: carev1.LinkRelation_LINK_RELATION_DISTINCT_FROM, RecordId: other[:],
			Decision: &carev1.Confirmation{By: me, At: timestamppb.New(t.now())},
		})
	}
	d := replica.Draft{
		StreamID: shown.StreamID, RecordID: shown.ID, Operation: syncv1.Operation_OPERATION_PATCH, Reason: reason, Seen: shown.Seen,
		Record: &carev1.Record{Body: shown.Record.GetBody(), Envelope: e},
	}
	if !kind.WholeRecord() {
		d.Groups = []uint32{uint32(carev1.Group_GROUP_ENVELOPE)}
	}
	return t.write(d)
}
