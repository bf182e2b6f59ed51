package hub_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// pushed is how many mutations one request of the benchmarks carries.
const pushed = 1000

// reading is a set of vital signs of the usual size: 272 bytes as JSON.
func reading(n int) *carev1.Body {
	v := func(base, spread int) *uint32 {
		value := uint32(base + n%spread)
		return &value
	}
	t := int32(360 + n%20)
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{
		TemperatureTenthsC: &t, PulsePerMin: v(60, 40), RespirationsPerMin: v(12, 8), SystolicMmhg: v(110, 50),
		DiastolicMmhg: v(60, 30), Spo2Percent: v(94, 6), Observation: "朝食後。会話良好、顔色良い。",
	}}}
}

func (b *bench) full() *syncv1.SyncRequest {
	req := b.request()
	req.Pull = false
	for n := range pushed {
		req.Mutations = append(req.Mutations, b.queued(b.create("sato", reading(n))))
	}
	return req
}

// BenchmarkPush is the core's share of storing a request of 1,000 new records, on the memory engine.
func BenchmarkPush(b *testing.B) {
	w := newBench(b)
	for b.Loop() {
		b.StopTimer()
		req := w.full()
		b.StartTimer()
		if _, _, err := w.hub.Sync(context.Background(), w.call("sato"), req); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/pushed, "ns/mutation")
}

// BenchmarkPull is the core's share of reading 10,000 records in pages.
func BenchmarkPull(b *testing.B) {
	w := newBench(b)
	for range 10 {
		if _, _, err := w.hub.Sync(context.Background(), w.call("sato"), w.full()); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		position, got := &syncv1.StreamPosition{StreamId: "yamada/care"}, 0
		for last := false; !last; {
			req := w.request()
			req.Positions = []*syncv1.StreamPosition{position}
			resp, _, err := w.hub.Sync(context.Background(), w.call("sato"), req)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := proto.Marshal(resp); err != nil {
				b.Fatal(err)
			}
			page := resp.GetPages()[0]
			got, last, position.Staged = got+len(page.GetRecords()), page.GetLast(), page.GetStaged()
		}
		if got != 10*pushed {
			b.Fatalf("%d records", got)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(10*pushed), "ns/record")
}

// wide is a directory in which sato may read many streams.
type wide struct{ people }

const wideStreams = 200

func (wide) Readable(_, person string, _ time.Time) []hub.StreamRef {
	refs := make([]hub.StreamRef, wideStreams)
	for n := range refs {
		refs[n] = ref(fmt.Sprintf("chart-%03d", n))
	}
	return refs
}

func (w wide) Grants(_, person, _ string) []hub.Grant {
	return []hub.Grant{{Role: roles[person], From: day.AddDate(-1, 0, 0)}}
}

// BenchmarkNothingNew is the core's share of telling a device that it has everything, in 200 streams.
func BenchmarkNothingNew(b *testing.B) {
	w := newBench(b)
	w.hub = hub.New(hub.Config{Store: w.store, Directory: wide{}, Seals: w.seals, Epochs: w})
	req := w.request()
	for _, r := range (wide{}).Readable("", "", w.now) {
		m := w.create("sato", reading(0))
		m.StreamId = r.ID
		req.Mutations = append(req.Mutations, w.queued(m))
	}
	var at []*syncv1.StreamPosition
	for _, page := range w.sync("sato", req).GetPages() {
		at = append(at, &syncv1.StreamPosition{StreamId: page.GetStreamId(), Cursor: page.GetStaged()})
	}
	ask := w.request()
	ask.ManifestComplete, ask.ManifestHash = false, manifest(at...)
	b.ReportAllocs()
	for b.Loop() {
		if resp := w.sync("sato", ask); resp.GetManifestNeeded() {
			b.Fatal("something is new")
		}
	}
}
