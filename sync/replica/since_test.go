package replica_test

import (
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// TestRecordsSinceAMonth come with what stands, and with what waits on the device; a month that the device does not hold
// is not opened by asking for it.
func TestRecordsSinceAMonth(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	w.now = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	d := w.device("a", nurse)
	w.months(d, 4, 5) // March to June
	d.write(create(vitals(369)))
	for month, want := range map[uint32]int{0: 1 + 4*5 + 1, 202603: 1 + 4*5 + 1, 202605: 1 + 2*5 + 1, 202606: 1 + 5 + 1, 202607: 1 + 1} {
		n := 0
		err := d.RecordsSince(care, month, func(replica.View) error { n++; return nil })
		if err != nil || n != want {
			t.Errorf("since %d: %d records, want %d, %v", month, n, want, err)
		}
	}
	d.window(1)
	d.sync()
	n := 0
	if err := d.RecordsSince(care, 202603, func(replica.View) error { n++; return nil }); err != nil || n >= 1+4*5+1 {
		t.Errorf("%d records beyond the window, %v", n, err)
	}
}
