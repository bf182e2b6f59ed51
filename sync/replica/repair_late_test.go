package replica_test

import (
	"bytes"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// A page of a section may come late: the tablet has synced since it asked, and the server took a new record and a
// correction in between. The page says nothing about either: the new record stays, and the corrected one does not go back.
func TestLateRepairDeletesNothingNewer(t *testing.T) {
	w := newWorld(t, small)
	a, b := w.device("a", nurse), w.device("b", other)
	spoilt, corrected := a.write(create(vitals(361))), a.write(create(vitals(362)))
	if bytes.Compare(spoilt[:], corrected[:]) > 0 {
		spoilt, corrected = corrected, spoilt
	}
	a.sync()
	b.sync()
	b.spoil(0, false) // the first in order of id
	if n, err := b.RecomputeDigests(); n != 1 || err != nil {
		t.Fatalf("%d sections differ, %v", n, err)
	}
	req, needed, err := b.NextRepair()
	if err != nil || !needed {
		t.Fatal(needed, err)
	}
	late, err := w.hub.FetchSection(t.Context(), b.call(), req)
	if err != nil {
		t.Fatal(err)
	}
	added := a.write(create(vitals(363)))
	a.write(patch(corrected, vitals(364)))
	a.sync()
	b.sync()
	if _, open, err := b.Repairs(); open != 1 || err != nil {
		t.Fatalf("%d sections wait for their repair, %v", open, err)
	}
	if err := b.AbsorbRepair(req, late); err != nil {
		t.Fatal(err)
	}
	is, ought := b.shown(), a.shown()
	for name, id := range map[string]replica.ID{"added": added, "corrected": corrected} {
		if !bytes.Equal(is[id].ConfirmedBytes, ought[id].ConfirmedBytes) {
			t.Errorf("the record that was %s since is lost or older than it was", name)
		}
	}
	b.rest()
	same(t, a, b)
}
