package store_test

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/mobile-sdk/go/internal/store"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

const perPage = 4000

// pages are those of a stream with n vital signs.
func pages(b *testing.B, n int) (all []*syncv1.Page) {
	b.Helper()
	var digest ledger.Digest
	for at := 0; at < n; at += perPage {
		page := &syncv1.Page{StreamId: "chart/care"}
		for seq := at + 1; seq <= min(n, at+perPage); seq++ {
			id := sha256.Sum256([]byte(fmt.Sprint(seq)))
			when := &timestamppb.Timestamp{Seconds: 1795392000 + int64(seq)}
			raw, err := proto.Marshal(&carev1.Record{
				Id: id[:16], Status: 1, Envelope: &carev1.Envelope{Effective: when, Recorded: when, BootId: id[:8], MonotonicMs: 1 << 30},
				Body: &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{
					TemperatureTenthsC: proto.Int32(368), PulsePerMin: proto.Uint32(72), SystolicMmhg: proto.Uint32(120),
					DiastolicMmhg: proto.Uint32(70), Spo2Percent: proto.Uint32(97),
				}}},
				Arrival: &carev1.Arrival{Received: when, DeviceId: "tablet-a", Author: &carev1.Actor{PersonId: "sato", Name: "佐藤 彩", Role: 2}},
			})
			if err != nil {
				b.Fatal(err)
			}
			v := &syncv1.Version{Epoch: 1, Seq: uint64(seq)}
			digest = digest.Add(ledger.Term([16]byte(id[:16]), v, raw))
			page.Records = append(page.Records, &syncv1.PageRecord{Version: v, Record: raw, Section: 202611})
		}
		page.Staged = &syncv1.Cursor{Version: &syncv1.Version{Epoch: 1, Seq: uint64(min(n, at+perPage))}, Hash: digest[:]}
		all = append(all, page)
	}
	last := all[len(all)-1]
	last.Last, last.Sections = true, []*syncv1.SectionDigest{{Section: 202611, Digest: digest[:], Count: uint64(n)}}
	return all
}

// BenchmarkFirstFill is a tablet's first synchronisation: encrypted, durable, with its digest compared.
func BenchmarkFirstFill(b *testing.B) {
	const records = 20_000
	all := pages(b, records)
	for b.Loop() {
		dir := filepath.Join(b.TempDir(), "tablet")
		s, err := openBench(dir)
		if err != nil {
			b.Fatal(err)
		}
		r, err := replica.Open(s, "tablet-a")
		if err != nil {
			b.Fatal(err)
		}
		for _, page := range all {
			req, err := r.NextRequest(replica.Clock{})
			if err != nil {
				b.Fatal(err)
			}
			_, err = r.Absorb(replica.Clock{}, nil, req, &syncv1.SyncResponse{
				Verdicts: []*syncv1.StreamVerdict{{StreamId: "chart/care", Verdict: syncv1.Verdict_VERDICT_BEHIND}},
				Pages:    []*syncv1.Page{page},
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		if _, open, err := r.Repairs(); open > 0 || err != nil {
			b.Fatalf("%d sections differ, %v", open, err)
		}
		b.StopTimer()
		_ = s.Close()
		b.StartTimer()
	}
	b.ReportMetric(float64(records*b.N)/b.Elapsed().Seconds(), "records/s")
}

func openBench(dir string) (*store.Store, error) {
	key, err := store.Key(dir)
	if err != nil {
		return nil, err
	}
	return store.Open(dir, key)
}
