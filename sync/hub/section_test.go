package hub_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestSectionAmongOthers: of a stream with many other months a page of one is read in views that each go through a bounded
// number of records. A page that is not the last one has a record, and together they have all of them.
func TestSectionAmongOthers(t *testing.T) {
	b := newBench(t)
	b.spread(240, 24)
	section := monthOf(b.now.AddDate(0, -3, 0))
	want := b.fetched(section)
	for _, atOnce := range []int{4, 7, 100} {
		looks := &looked{Store: b.store}
		b.hub = hub.New(hub.Config{Store: looks, Directory: people{}, Seals: b.seals, Epochs: b, Limits: hub.Limits{Compared: atOnce}})
		got := b.fetched(section)
		if len(got) != len(want) || len(want) != 10 {
			t.Fatalf("%d at once: %d records, want %d", atOnce, len(got), len(want))
		}
		for i := range got {
			if !bytes.Equal(got[i].id, want[i].id) || !bytes.Equal(got[i].hash, want[i].hash) {
				t.Errorf("%d at once: record %d is another one", atOnce, i)
			}
		}
		if looks.most > atOnce+1 { // the one more is where it ends
			t.Errorf("%d at once: one view went through %d", atOnce, looks.most)
		}
	}
}

// TestSectionThatMoves: what was passed over belongs to one snapshot, so the page does not go on in another one; and one
// that lies too far is refused.
func TestSectionThatMoves(t *testing.T) {
	b := newBench(t)
	b.spread(100, 1)
	views := &viewed{Store: b.store}
	views.after = func() { views.after = nil; b.push("sato", b.create("sato", temperature(365))) }
	b.hub = hub.New(hub.Config{Store: views, Directory: people{}, Seals: b.seals, Epochs: b, Limits: hub.Limits{Compared: 30}})
	req := &syncv1.FetchSectionRequest{StreamId: "yamada/care", Section: monthOf(b.now.AddDate(0, 1, 0))}
	if _, err := b.hub.FetchSection(context.Background(), b.call("sato"), req); hub.CodeOf(err) != hub.Unavailable {
		t.Errorf("while the stream goes on: %v", err)
	}
	if resp, err := b.hub.FetchSection(context.Background(), b.call("sato"), req); err != nil || resp.GetMore() || len(resp.GetRecords()) > 0 {
		t.Errorf("a section without a record: %v, %v", resp, err)
	}
	b.hub = hub.New(hub.Config{Store: views, Directory: people{}, Seals: b.seals, Epochs: b, Limits: hub.Limits{Compared: 1}})
	if _, err := b.hub.FetchSection(context.Background(), b.call("sato"), req); hub.CodeOf(err) != hub.TooLarge {
		t.Errorf("too many views: %v", err)
	}
}

// looked is a store that counts the records which one view goes through at most.
type looked struct {
	store.Store
	most int
}

func (l *looked) View(ctx context.Context, fn func(store.Reader) error) error {
	return l.Store.View(ctx, func(r store.Reader) error { return fn(lookedReader{r, l}) })
}

type lookedReader struct {
	store.Reader
	of *looked
}

func (r lookedReader) Records(s store.Stream, after store.ID, fn func(store.ID, []byte) error) error {
	n := 0
	return r.Reader.Records(s, after, func(id store.ID, state []byte) error {
		n++
		r.of.most = max(r.of.most, n)
		return fn(id, state)
	})
}
