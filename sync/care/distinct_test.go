package care

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// decided puts down in a record that others are other ones.
func decided(r *carev1.Record, others ...string) *carev1.Record {
	r.Envelope = &carev1.Envelope{}
	for _, o := range others {
		r.Envelope.Links = append(r.Envelope.Links, &carev1.RecordLink{
			Relation: carev1.LinkRelation_LINK_RELATION_DISTINCT_FROM, RecordId: []byte(o),
			Decision: &carev1.Confirmation{At: timestamppb.New(time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC))},
		})
	}
	return r
}

func TestDecidedPairIsNoDuplicate(t *testing.T) {
	a, b, c := dose("a", "o", "s", given, ""), dose("b", "o", "s", given, ""), dose("c", "o", "s", given, "")
	if !PossibleDuplicate(a, b) {
		t.Fatal("nobody has decided yet")
	}
	decided(b, "a")
	if PossibleDuplicate(a, b) || PossibleDuplicate(b, a) {
		t.Error("the decision counts for both of the pair, in whichever it stands")
	}
	if !PossibleDuplicate(a, c) || !PossibleDuplicate(b, c) {
		t.Error("a third dose was not decided about")
	}
	if n := len(DoubleDoses([]*carev1.Record{a, b, c})); n != 1 {
		t.Errorf("%d groups, of which one dose is not decided about", n)
	}
	decided(c, "a", "b")
	if n := len(DoubleDoses([]*carev1.Record{a, b, c})); n != 0 {
		t.Errorf("%d groups, and all was decided", n)
	}
	// A partly taken dose with its remainder, and a whole one that was decided to be another: nothing is left.
	part, rest := dose("p", "o", "s", partial, ""), dose("r", "o", "s", given, "p")
	whole := decided(dose("w", "o", "s", given, ""), "p", "r")
	if n := len(DoubleDoses([]*carev1.Record{part, rest, whole})); n != 0 {
		t.Errorf("%d groups around a remainder", n)
	}
	remarks := Remarks(b, nil, time.Now())
	if len(remarks) != 1 || remarks[0].Ja != "重複ではないと判断済み（2026-11-23）" || remarks[0].En != "decided to be no duplicate on 2026-11-23" {
		t.Errorf("remarks %v", remarks)
	}
}

func TestDecidedVisitIsNoDuplicate(t *testing.T) {
	visit := func(id string) *carev1.Record {
		return &carev1.Record{Id: []byte(id), Body: &carev1.Body{Kind: &carev1.Body_Visit{Visit: &carev1.Visit{
			StaffId: "sato", PlannedStart: timestamppb.New(time.Unix(0, 0)),
		}}}}
	}
	a, b := visit("a"), visit("b")
	if !PossibleDuplicate(a, b) {
		t.Fatal("nobody has decided yet")
	}
	if decided(a, "b"); PossibleDuplicate(a, b) || PossibleDuplicate(b, a) {
		t.Error("decided, and still in the list")
	}
}
