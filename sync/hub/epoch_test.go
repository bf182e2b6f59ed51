package hub_test

import (
	"testing"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestARestoreIsAnnounced to a device that has lost nothing: its position is adopted, and so is the next one written.
func TestARestoreIsAnnounced(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", temperature(365)), b.create("sato", temperature(366)))
	pull := b.request()
	pull.Pull = true
	pull.Positions = []*syncv1.StreamPosition{{StreamId: "yamada/care"}}
	cursor := b.sync("sato", pull).GetPages()[0].GetStaged()
	pull.Positions[0].Cursor = cursor
	if v := b.sync("sato", pull).GetVerdicts()[0].GetVerdict(); v != syncv1.Verdict_VERDICT_UP_TO_DATE {
		t.Fatal(v)
	}
	if n, err := b.hub.BeginEpochs(t.Context(), b.call("")); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	v := b.sync("sato", pull).GetVerdicts()[0]
	bases := v.GetBases()
	if v.GetVerdict() != syncv1.Verdict_VERDICT_ADOPTED || len(bases) != 2 || bases[1].GetBaseSeq() != 2 || bases[1].GetEpoch() != b.epoch {
		t.Errorf("%v", v)
	}
	if verified, err := b.hub.Verify(t.Context(), nil); err != nil || len(verified.Damage) > 0 {
		t.Errorf("%+v, %v", verified, err)
	}
}
