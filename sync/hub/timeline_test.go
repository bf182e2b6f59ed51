package hub_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// TestSparseTimeline: where the filter passes over more than one page looks at, every record still comes once, in order,
// also the ones that stand exactly where a page ends.
func TestSparseTimeline(t *testing.T) {
	b := newBench(t)
	notes := map[int]bool{0: true, 998: true, 999: true, 1000: true, 1001: true, 1999: true, 2000: true, 2001: true, 2299: true}
	req := b.request()
	req.Pull = false
	for i := range 2300 {
		m := b.create("sato", temperature(int32(360+i%30)))
		if notes[i] {
			m = b.note("sato", "記録")
		}
		m.Record.Envelope.Effective = timestamppb.New(b.now.Add(-time.Duration(i) * time.Minute))
		if req.Mutations = append(req.Mutations, b.queued(m)); len(req.Mutations) == pushed || i == 2299 {
			b.sync("sato", req)
			req.Mutations = nil
		}
	}
	for _, size := range []uint32{1, 2, 3, 50, 500} {
		ask := &chartv1.GetTimelineRequest{Kinds: []string{"draft_note"}, PageSize: size}
		var minutes []int
		pages := 0
		for {
			page := b.timeline("sato", ask)
			for _, item := range page.GetItems() {
				at := item.GetRecord().GetEnvelope().GetEffective().AsTime()
				minutes = append(minutes, int(b.now.Sub(at)/time.Minute))
				if _, note := item.GetRecord().GetBody().GetKind().(*carev1.Body_DraftNote); !note {
					t.Errorf("size %d: a record of another kind", size)
				}
			}
			if pages++; pages > 50 {
				t.Fatalf("size %d: the timeline does not end", size)
			}
			if ask.PageToken = page.GetNextPageToken(); ask.PageToken == "" {
				break
			}
		}
		seen := map[int]bool{}
		for i, m := range minutes {
			if seen[m] || !notes[m] || i > 0 && m < minutes[i-1] {
				t.Errorf("size %d: %v", size, minutes)
			}
			seen[m] = true
		}
		if len(minutes) != len(notes) {
			t.Errorf("size %d: %d notes, want %d: %v", size, len(minutes), len(notes), minutes)
		}
		if pages < 3 {
			t.Errorf("size %d: %d pages: one page looked at everything", size, pages)
		}
	}
}
