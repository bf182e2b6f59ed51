package hub_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// changed reads what changed in the chart, message by message, until there is no more.
func (b *bench) changed(person string, after []*syncv1.StreamPosition) (items []*chartv1.TimelineItem, at []*syncv1.StreamPosition, messages int) {
	b.t.Helper()
	for more := true; more; messages++ {
		var resp *chartv1.WatchChartResponse
		var err error
		resp, more, err = b.hub.ChangedSince(context.Background(), b.call(person), &chartv1.WatchChartRequest{ChartId: "yamada", After: after})
		if err != nil {
			b.t.Fatal(err)
		}
		items, after = append(items, resp.GetItems()...), resp.GetAfter()
	}
	return items, after, messages
}

// TestChangedSince: a watcher begins with what comes, sees each change once as it stands then, in as many messages as it
// takes, and what was held or is gone over by a later change not at all.
func TestChangedSince(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", temperature(365)))
	items, at, _ := b.changed("suzuki", nil)
	if len(items) != 0 || len(at) != 1 {
		t.Fatalf("a new watcher is told of %d old records and stands at %v", len(items), at)
	}
	const many = 450
	var first *syncv1.Mutation
	req := b.request()
	req.Pull = false
	for i := range int32(many) {
		m := b.create("sato", temperature(360+i%15))
		if first == nil {
			first = m
		}
		req.Mutations = append(req.Mutations, b.queued(m))
	}
	b.sync("sato", req)
	seen := b.records("sato")[string(first.GetId())]
	version := b.timelineVersion("sato", first.GetId())
	if seen == nil || version == nil {
		t.Fatal("the first record is not there")
	}
	b.expect(b.push("sato", b.patch("sato", first.GetId(), version, temperature(374))), "APPLIED")
	b.push("nobody", b.create("nobody", temperature(365))) // held outside the log
	items, at, messages := b.changed("suzuki", at)
	ids := map[string]int{}
	for _, item := range items {
		ids[string(item.GetRecord().GetId())]++
	}
	if len(items) != many || len(ids) != many || messages < 3 {
		t.Errorf("%d items of %d records in %d messages, want %d records in several", len(items), len(ids), messages, many)
	}
	if last := items[len(items)-1].GetRecord(); last.GetBody().GetVitalSigns().GetTemperatureTenthsC() != 374 || ids[string(first.GetId())] != 1 {
		t.Errorf("the amended record comes %d times, the last one is %v", ids[string(first.GetId())], last.GetBody())
	}
	if items, _, _ := b.changed("suzuki", at); len(items) != 0 {
		t.Errorf("%d records come again", len(items))
	}
}

func (b *bench) timelineVersion(person string, record []byte) *syncv1.RecordVersion {
	req := newTimeline()
	for req.PageSize = 500; ; {
		resp := b.timeline(person, req)
		for _, item := range resp.GetItems() {
			if string(item.GetRecord().GetId()) == string(record) {
				return item.GetVersion()
			}
		}
		if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" {
			return nil
		}
	}
}

// TestChangedSinceRefuses who may not read, and a watcher that has seen what is not in the log.
func TestChangedSinceRefuses(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", temperature(365)))
	_, at, _ := b.changed("sato", nil)
	lost := proto.CloneOf(at[0])
	lost.Cursor.Hash[0] ^= 1
	beyond := proto.CloneOf(at[0])
	beyond.Cursor.Version.Seq += 5
	ctx := context.Background()
	for name, c := range map[string]struct {
		person, chart string
		after         []*syncv1.StreamPosition
		want          hub.Code
	}{
		"no grant":               {"mori", "yamada", at, hub.NotFound},
		"no such chart":          {"mori", "no-such", nil, hub.NotFound},
		"another history":        {"sato", "yamada", []*syncv1.StreamPosition{lost}, hub.Aborted},
		"a place past the end":   {"sato", "yamada", []*syncv1.StreamPosition{beyond}, hub.Aborted},
		"a stream of other care": {"sato", "yamada", []*syncv1.StreamPosition{{StreamId: "other/care"}}, 0},
	} {
		resp, _, err := b.hub.ChangedSince(ctx, b.call(c.person), &chartv1.WatchChartRequest{ChartId: c.chart, After: c.after})
		if c.want == 0 {
			if err != nil || len(resp.GetAfter()) != 1 || resp.GetAfter()[0].GetStreamId() != "yamada/care" {
				t.Errorf("%s: %v %v", name, resp, err)
			}
			continue
		}
		if hub.CodeOf(err) != c.want || resp != nil {
			t.Errorf("%s: %v %v", name, resp, err)
		}
	}
	b.now = b.now.Add(time.Minute)
	if _, again, _ := b.changed("sato", at); !proto.Equal(again[0], at[0]) {
		t.Errorf("nothing happened, and the watcher stands elsewhere: %v, %v", again[0], at[0])
	}
}
