package hub_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// largestPage is what a page of long records may come to: 768 KiB, the record that fills it, and what goes with each.
const largestPage = 900 << 10

// longNote is a note of 30 KB, so that 26 of them fill a page.
func longNote() *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{
		Text: strings.Repeat("浮", 10_000), Format: carev1.NoteFormat_NOTE_FORMAT_SOAP,
	}}}
}

// longNotes writes so many of them, a minute apart, and returns their mutations.
func (b *bench) longNotes(person string, n int, schema uint32, want string) (ms []*syncv1.Mutation) {
	b.t.Helper()
	for i := range n {
		m := b.create(person, longNote())
		m.Record.Envelope.Effective, m.SchemaVersion = timestamppb.New(b.now.Add(-time.Duration(i)*time.Minute)), schema
		b.expect(b.push(person, m), want)
		ms = append(ms, m)
	}
	return ms
}

// paged follows a list to its end, and fails on a page that is too large or if an item is not there once.
func paged(t *testing.T, want []*syncv1.Mutation, read func(token string) (proto.Message, [][]byte, string)) {
	t.Helper()
	seen, token := map[string]int{}, ""
	for range 100 {
		page, ids, next := read(token)
		if size := proto.Size(page); size > largestPage {
			t.Errorf("a page of %d KiB", size>>10)
		}
		for _, id := range ids {
			seen[string(id)]++
		}
		if token = next; token == "" {
			break
		}
	}
	for _, m := range want {
		if seen[string(m.GetId())] != 1 {
			t.Errorf("an item came %d times", seen[string(m.GetId())])
		}
	}
	if len(seen) != len(want) || token != "" {
		t.Errorf("%d items, want %d; more: %v", len(seen), len(want), token != "")
	}
}

// TestHeldListIsReadableWhateverIsHeld: long notes that are held, in the stream and in the inbox, come page by page and
// each once.
func TestHeldListIsReadableWhateverIsHeld(t *testing.T) {
	b := newBench(t)
	held := b.longNotes("takahashi", 60, 1000, "HELD NEWER_SCHEMA")
	held = append(held, b.longNotes("nobody", 60, 1, "HELD NO_GRANT")...)
	paged(t, held, func(token string) (proto.Message, [][]byte, string) {
		page, err := b.hub.ListWork(context.Background(), b.call("sato"), &chartv1.ListWorkRequest{
			Kind: chartv1.WorkKind_WORK_KIND_HELD, PageSize: 500, PageToken: token,
		})
		if err != nil {
			t.Fatal(err)
		}
		var ids [][]byte
		for _, item := range page.GetItems() {
			ids = append(ids, item.GetHeld().GetMutationId())
		}
		return page, ids, page.GetNextPageToken()
	})
}

// TestPagesOfLongRecords: no page of a timeline, a search or a list of work is larger than a tablet takes, and no record is
// left out or comes twice.
func TestPagesOfLongRecords(t *testing.T) {
	b := newBench(t)
	ctx, notes := context.Background(), b.longNotes("sato", 60, 1, "APPLIED")
	t.Run("timeline", func(t *testing.T) {
		paged(t, notes, func(token string) (proto.Message, [][]byte, string) {
			page := b.timeline("sato", &chartv1.GetTimelineRequest{PageSize: 500, PageToken: token})
			var ids [][]byte
			for _, item := range page.GetItems() {
				ids = append(ids, item.GetRecord().GetId())
			}
			return page, ids, page.GetNextPageToken()
		})
	})
	t.Run("search", func(t *testing.T) {
		paged(t, notes, func(token string) (proto.Message, [][]byte, string) {
			page, err := b.hub.SearchNotes(ctx, b.call("sato"), &chartv1.SearchNotesRequest{Query: "浮浮", PageSize: 200, PageToken: token})
			if err != nil {
				t.Fatal(err)
			}
			var ids [][]byte
			for _, hit := range page.GetHits() {
				ids = append(ids, hit.GetRecord().GetRecord().GetId())
			}
			return page, ids, page.GetNextPageToken()
		})
	})
	var vague []*syncv1.Mutation
	for range 60 {
		m := b.create("sato", longNote())
		b.byOwnClock(m)
		b.push("sato", m)
		vague = append(vague, m)
	}
	t.Run("for review", func(t *testing.T) {
		paged(t, vague, func(token string) (proto.Message, [][]byte, string) {
			page, err := b.hub.ListWork(ctx, b.call("sato"), &chartv1.ListWorkRequest{
				Kind: chartv1.WorkKind_WORK_KIND_FOR_REVIEW, PageSize: 500, PageToken: token,
			})
			if err != nil {
				t.Fatal(err)
			}
			var ids [][]byte
			for _, item := range page.GetItems() {
				ids = append(ids, item.GetRecord().GetRecord().GetId())
			}
			return page, ids, page.GetNextPageToken()
		})
	})
}

// TestConflictsOfLongRecords: the list of what waits for a decision ends its pages by bytes too.
func TestConflictsOfLongRecords(t *testing.T) {
	b := newBench(t)
	notes := b.longNotes("sato", 25, 1, "APPLIED")
	versions := map[string]*syncv1.RecordVersion{}
	paged(t, notes, func(token string) (proto.Message, [][]byte, string) {
		page := b.timeline("sato", &chartv1.GetTimelineRequest{PageToken: token})
		var ids [][]byte
		for _, item := range page.GetItems() {
			ids = append(ids, item.GetRecord().GetId())
			versions[string(item.GetRecord().GetId())] = item.GetVersion()
		}
		return page, ids, page.GetNextPageToken()
	})
	for _, m := range notes {
		for _, text := range []string{"一", "二"} {
			body := longNote()
			body.GetSignedNote().Text += text
			b.push("sato", b.patch("sato", m.GetId(), versions[string(m.GetId())], body))
		}
	}
	pages := 0
	paged(t, notes, func(token string) (proto.Message, [][]byte, string) {
		page, err := b.hub.ListWork(context.Background(), b.call("suzuki"), &chartv1.ListWorkRequest{
			Kind: chartv1.WorkKind_WORK_KIND_CONFLICT, PageSize: 500, PageToken: token,
		})
		if err != nil {
			t.Fatal(err)
		}
		pages++
		var ids [][]byte
		for _, item := range page.GetItems() {
			ids = append(ids, item.GetRecord().GetRecord().GetId())
		}
		return page, ids, page.GetNextPageToken()
	})
	if pages < 2 {
		t.Errorf("%d pages: the records are too short to show anything", pages)
	}
}
