package hub_test

import (
	"testing"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestStubComesWhateverTheWindow: a device that does not hold the month of an erased record is told of the erasure, and gets
// nothing else of that month.
func TestStubComesWhateverTheWindow(t *testing.T) {
	b := newBench(t)
	old := b.spread(20, 2)[3]
	b.erase(old.GetId())
	req := b.request()
	req.Positions = []*syncv1.StreamPosition{{StreamId: "yamada/care"}}
	req.OldestMonth = monthOf(b.now)
	stubs, others := 0, 0
	for _, page := range b.sync("sato", req).GetPages() {
		for _, rec := range page.GetRecords() {
			switch {
			case string(idOfRecord(rec.GetRecord())) == string(old.GetId()):
				stubs++
			case rec.GetSection() < req.GetOldestMonth():
				others++
			}
		}
	}
	if stubs != 1 || others > 0 {
		t.Errorf("%d stubs, %d other records of a month that is not held", stubs, others)
	}
}
