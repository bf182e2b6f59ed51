package ledger_test

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/ledger"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

var descriptions = rapid.Custom(func(t *rapid.T) *syncv1.StreamDescription {
	text := rapid.StringMatching(`[a-c]{0,2}`)
	return &syncv1.StreamDescription{StreamId: text.Draw(t, "stream"), Info: &syncv1.StreamInfo{
		ChartId: text.Draw(t, "chart"), OrganisationId: text.Draw(t, "organisation"),
		StreamClass: carev1.StreamClass(rapid.IntRange(0, 3).Draw(t, "class")),
	}}
})

// TestDescriptionsTellStreamsApart: equal hashes are equal descriptions, whatever the order they come in.
func TestDescriptionsTellStreamsApart(t *testing.T) {
	id := func(d *syncv1.StreamDescription) string { return d.GetStreamId() }
	lists := rapid.SliceOfNDistinct(descriptions, 0, 3, id)
	rapid.Check(t, func(t *rapid.T) {
		one, other := lists.Draw(t, "one"), lists.Draw(t, "other")
		if !bytes.Equal(ledger.Descriptions(one), ledger.Descriptions(rapid.Permutation(one).Draw(t, "in another order"))) {
			t.Error("the order counts")
		}
		same := len(one) == len(other)
		for _, d := range one {
			found := false
			for _, o := range other {
				found = found || proto.Equal(d, o)
			}
			same = same && found
		}
		if bytes.Equal(ledger.Descriptions(one), ledger.Descriptions(other)) != same {
			t.Errorf("same: %v\n%v\n%v", same, one, other)
		}
	})
}

// TestLookReadsWhatIsDecoded: the short way to version, hash and section gives what decoding everything gives.
func TestLookReadsWhatIsDecoded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Uint64()
		v := &syncv1.Version{Epoch: number.Draw(t, "epoch"), Seq: number.Draw(t, "seq")}
		head := &storev1.StreamHead{
			Version: v, Hash: rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, "hash"), Held: number.Draw(t, "held"),
			Bases: []*syncv1.EpochBase{{Epoch: v.Epoch, BaseSeq: 3}}, Conflicts: number.Draw(t, "conflicts"),
		}
		state := &storev1.RecordState{
			Version: v, Section: rapid.Uint32().Draw(t, "section"), EffectiveMs: -5, Markers: []*storev1.Marker{{Group: 1, Version: v}},
		}
		h, err := ledger.Marshal(head)
		if err != nil {
			t.Fatal(err)
		}
		s, err := ledger.Marshal(state)
		if err != nil {
			t.Fatal(err)
		}
		if g, err := ledger.LookHead(h); err != nil || g.Epoch != v.Epoch || g.Seq != v.Seq || !bytes.Equal(g.Hash, head.Hash) {
			t.Errorf("head %v: %+v, %v", head, g, err)
		}
		if g, err := ledger.LookState(s); err != nil || g.Epoch != v.Epoch || g.Seq != v.Seq || g.Section != state.Section {
			t.Errorf("state %v: %+v, %v", state, g, err)
		}
	})
	if g, err := ledger.LookHead(nil); err != nil || g.Seq != 0 {
		t.Errorf("no head: %+v, %v", g, err)
	}
	if _, err := ledger.LookHead([]byte{0x0a, 0x7f}); err == nil {
		t.Error("a cut head is read")
	}
}
