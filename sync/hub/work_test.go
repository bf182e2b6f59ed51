package hub_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// works lists work page by page, while the clock goes on between two pages.
func (b *bench) works(person string, kind chartv1.WorkKind, size uint32) (items []*chartv1.WorkItem) {
	b.t.Helper()
	req := &chartv1.ListWorkRequest{Kind: kind, PageSize: size}
	for range 100 {
		resp, err := b.hub.ListWork(context.Background(), b.call(person), req)
		if err != nil {
			b.t.Fatal(err)
		}
		if len(resp.GetItems()) > int(size) {
			b.t.Fatalf("%d items on a page of %d", len(resp.GetItems()), size)
		}
		items = append(items, resp.GetItems()...)
		if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" {
			return items
		}
		b.now = b.now.Add(time.Minute)
	}
	b.t.Fatal("the list does not end")
	return nil
}

// TestWorkGoesOnAsTheClockDoes: the days that are looked at stay those of the first page, each group comes once, and no
// page is longer than it may be.
func TestWorkGoesOnAsTheClockDoes(t *testing.T) {
	b := newBench(t)
	order := b.create("sato", medicine("錠"))
	b.push("sato", order)
	for slot := range 7 {
		for range 3 {
			b.push("sato", b.create("sato", dose(order.GetId(), fmt.Sprintf("2026-11-%02d/breakfast", 10+slot))))
		}
	}
	for _, size := range []uint32{1, 2, 3, 7, 8} {
		items := b.works("suzuki", chartv1.WorkKind_WORK_KIND_POSSIBLE_DUPLICATE, size)
		slots := map[string]bool{}
		for _, item := range items {
			slots[item.GetRecord().GetRecord().GetBody().GetMedicationLog().GetSlot()] = true
			if len(item.GetRecord().GetPossibleDuplicates()) != 2 {
				t.Errorf("size %d: a group of %d", size, 1+len(item.GetRecord().GetPossibleDuplicates()))
			}
		}
		if len(items) != 7 || len(slots) != 7 {
			t.Errorf("size %d: %d groups of %d slots, want 7", size, len(items), len(slots))
		}
	}
	b.now = b.now.AddDate(0, 2, 0)
	if items := b.works("suzuki", chartv1.WorkKind_WORK_KIND_POSSIBLE_DUPLICATE, 50); len(items) != 0 {
		t.Errorf("%d groups of two months ago", len(items))
	}
}

// byOwnClock makes the author's right rest on the device's clock: it last heard of the server before the grant began.
func (b *bench) byOwnClock(m *syncv1.Mutation) {
	began := day.AddDate(-3, 0, 0)
	m.NotBefore = b.seals.Time(tenant, "tablet", began.Add(-time.Hour).UnixMilli())
	m.NotBeforeMonotonicMs = proto.Uint64(0)
	m.Record.Envelope.BootId = []byte("one boot")
	m.Record.Envelope.MonotonicMs = uint64(2 * time.Hour / time.Millisecond)
}

// TestReviewOfAChange: a record is to be reviewed also if only its last change rests on the device's clock.
func TestReviewOfAChange(t *testing.T) {
	b := newBench(t)
	sure, changed, vague := b.create("sato", temperature(365)), b.create("sato", temperature(366)), b.create("sato", temperature(367))
	b.byOwnClock(vague)
	b.push("sato", sure, changed, vague)
	patch := b.patch("sato", changed.GetId(), b.timelineVersion("sato", changed.GetId()), temperature(368))
	b.byOwnClock(patch)
	b.expect(b.push("sato", patch), "APPLIED")
	got := map[string]bool{}
	for _, item := range b.works("sato", chartv1.WorkKind_WORK_KIND_FOR_REVIEW, 1) {
		got[string(item.GetRecord().GetRecord().GetId())] = true
	}
	if len(got) != 2 || !got[string(changed.GetId())] || !got[string(vague.GetId())] {
		t.Errorf("%d records to be reviewed, want the vague one and the changed one", len(got))
	}
}

// TestTokensOfOthers: a token is good for who got it, for what it was got for.
func TestTokensOfOthers(t *testing.T) {
	b := newBench(t)
	for range 3 {
		b.push("sato", b.note("sato", "浮腫"))
	}
	first, err := b.hub.SearchNotes(context.Background(), b.call("sato"), &chartv1.SearchNotesRequest{Query: "浮腫", PageSize: 1})
	if err != nil || first.GetNextPageToken() == "" {
		t.Fatal(first, err)
	}
	for name, c := range map[string]struct {
		person string
		req    *chartv1.SearchNotesRequest
	}{
		"another person": {"suzuki", &chartv1.SearchNotesRequest{Query: "浮腫"}},
		"other words":    {"sato", &chartv1.SearchNotesRequest{Query: "発赤"}},
		"another chart":  {"sato", &chartv1.SearchNotesRequest{Query: "浮腫", ChartId: "yamada"}},
	} {
		c.req.PageToken = first.GetNextPageToken()
		if resp, err := b.hub.SearchNotes(context.Background(), b.call(c.person), c.req); hub.CodeOf(err) != hub.InvalidArgument {
			t.Errorf("%s: %v %v", name, resp, err)
		}
	}
}
