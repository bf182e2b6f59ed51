package badger

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/seal"
)

// chartRecords is how large the chart of these benchmarks is: a group home's resident over many years.
const chartRecords = 100_000

var chartStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// oneChart is a directory with one nurse and one chart of one stream.
type oneChart struct{ hub.Directory }

func (oneChart) Person(_, id string) (*carev1.Actor, bool) {
	return &carev1.Actor{PersonId: id, Role: carev1.Role_ROLE_NURSE, OrganisationId: "station"}, id == "sato"
}

func (oneChart) Grants(_, person, stream string) []hub.Grant {
	if person != "sato" || stream != "large/care" {
		return nil
	}
	return []hub.Grant{{Role: carev1.Role_ROLE_NURSE, From: chartStart.AddDate(-1, 0, 0)}}
}

func (oneChart) Stream(_, id string) (hub.StreamRef, bool) {
	info := &syncv1.StreamInfo{ChartId: "large", StreamClass: carev1.StreamClass_STREAM_CLASS_CARE}
	return hub.StreamRef{ID: "large/care", Info: info}, id == "large/care"
}

func (o oneChart) Readable(string, string, time.Time) []hub.StreamRef {
	ref, _ := o.Stream("", "large/care")
	return []hub.StreamRef{ref}
}

func (o oneChart) Chart(_, id string) (hub.Chart, bool) {
	ref, _ := o.Stream("", "large/care")
	return hub.Chart{ID: "large", Name: "large", Streams: []hub.StreamRef{ref}}, id == "large"
}

// epochsOf gives epochs from memory.
type epochsOf struct{ last uint64 }

func (c *epochsOf) Next(above uint64) (uint64, error) {
	c.last = max(c.last, above) + 1
	return c.last, nil
}

// largeChart is a hub on this engine with the large chart.
type largeChart struct {
	hub  *hub.Hub
	call hub.Call
	ids  *rand.ChaCha8
	key  [32]byte
}

func newLargeChart(b *testing.B) *largeChart {
	b.Helper()
	seals, ids := seal.Master{7}, rand.NewChaCha8([32]byte{1})
	l := &largeChart{
		hub: hub.New(hub.Config{Store: open(b, testOptions(b.TempDir())), Directory: oneChart{}, Seals: seals, Epochs: &epochsOf{}}),
		ids: ids, key: seals.AuthorKey("t", "sato", "tablet"),
		call: hub.Call{
			Session: hub.Session{Tenant: "t", PersonID: "sato", DeviceID: "tablet", Organisation: "station"},
			Now:     chartStart.AddDate(0, 0, 300), Entropy: ids,
		},
	}
	notBefore := seals.Time("t", "tablet", l.call.Now.Add(-time.Hour).UnixMilli())
	for n := 0; n < chartRecords; {
		req := &syncv1.SyncRequest{ProtocolVersion: 1, Clock: &syncv1.DeviceClock{WallMs: l.call.Now.UnixMilli()}, ManifestComplete: true}
		for range perClosure {
			req.Mutations = append(req.Mutations, l.mutation(b, n, notBefore))
			n++
		}
		resp, _, err := l.hub.Sync(context.Background(), l.call, req)
		if err != nil {
			b.Fatal(err)
		}
		for _, result := range resp.GetResults() {
			if result.GetOutcome() != syncv1.Outcome_OUTCOME_APPLIED {
				b.Fatal(result)
			}
		}
	}
	return l
}

// mutation creates the n-th record: seven readings, then three notes, four minutes apart.
func (l *largeChart) mutation(b *testing.B, n int, notBefore *syncv1.SealedTime) *syncv1.QueuedMutation {
	id := make([]byte, 16)
	_, _ = l.ids.Read(id)
	at := timestamppb.New(chartStart.Add(time.Duration(n) * 4 * time.Minute))
	payload, err := proto.Marshal(&syncv1.Mutation{
		Id: id, StreamId: "large/care", Operation: syncv1.Operation_OPERATION_CREATE, SchemaVersion: 1, PersonId: "sato",
		DeviceId: "tablet", NotBefore: notBefore,
		Record: &carev1.Record{
			Id: id, Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE, Body: bodyOf(n),
			Envelope: &carev1.Envelope{Effective: at, Recorded: at},
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	return &syncv1.QueuedMutation{Payload: payload, AuthorSeal: seal.Author(l.key, payload)}
}

func bodyOf(n int) *carev1.Body {
	if n%10 < 7 {
		temperature, pulse := int32(355+n%30), uint32(60+n%40)
		return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{
			TemperatureTenthsC: &temperature, PulsePerMin: &pulse, Observation: "朝食後。会話良好、顔色良い。",
		}}}
	}
	text := fmt.Sprintf("訪問時、居室で過ごされている。右下肢の浮腫は軽減。インスリン自己注射の手技を確認した。第%d報", n)
	return &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{
		Format:    carev1.NoteFormat_NOTE_FORMAT_SOAP,
		Objective: text, Assessment: "循環動態は安定している。", Plan: "体重と浮腫の観察を続ける。",
	}}}
}

// BenchmarkTimelinePage reads pages of a chart of 100,000 records from random places; its 99th percentile is what a
// person waits for.
func BenchmarkTimelinePage(b *testing.B) {
	l := newLargeChart(b)
	for name, filter := range map[string]*chartv1.GetTimelineRequest{
		"all": {}, "notes": {Kinds: []string{"draft_note"}}, "rare": {Kinds: []string{"allergy"}},
		"conflicts": {ConflictsOnly: true}, "500": {PageSize: 500},
	} {
		b.Run(name, func(b *testing.B) {
			random := rand.New(l.ids)
			var took []time.Duration
			for b.Loop() {
				req := proto.CloneOf(filter)
				req.ChartId = "large"
				req.Until = timestamppb.New(chartStart.Add(time.Duration(1+random.IntN(chartRecords)) * 4 * time.Minute))
				from := time.Now()
				if _, err := l.hub.GetTimeline(context.Background(), l.call, req); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(from))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkSearch looks through the whole chart for a word that one note has, call by call as a client does.
func BenchmarkSearch(b *testing.B) {
	l := newLargeChart(b)
	for b.Loop() {
		req, calls, hits := &chartv1.SearchNotesRequest{Query: "第99報 いんすりん"}, 0, 0
		var slowest time.Duration
		for {
			from := time.Now()
			resp, err := l.hub.SearchNotes(context.Background(), l.call, req)
			if err != nil {
				b.Fatal(err)
			}
			slowest, calls, hits = max(slowest, time.Since(from)), calls+1, hits+len(resp.GetHits())
			if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" {
				break
			}
		}
		if hits != 1 {
			b.Fatalf("%d hits", hits)
		}
		b.ReportMetric(float64(calls), "calls")
		b.ReportMetric(float64(slowest.Microseconds())/1000, "slowest-ms")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/chartRecords, "ns/record")
}

// BenchmarkTrend reads eight readings of four weeks.
func BenchmarkTrend(b *testing.B) {
	l := newLargeChart(b)
	req := &chartv1.GetTrendRequest{ChartId: "large", Until: timestamppb.New(chartStart.AddDate(0, 0, 200))}
	for item := range int32(8) {
		req.Items = append(req.Items, carev1.VitalItem(item+1))
	}
	for b.Loop() {
		if _, err := l.hub.GetTrend(context.Background(), l.call, req); err != nil {
			b.Fatal(err)
		}
	}
}
