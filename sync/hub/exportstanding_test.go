package hub_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/hub"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// allergies writes so many, each of 6 KB and a second older than the one before, and returns their substances, oldest first.
func (b *bench) allergies(n int) (substances []string) {
	b.t.Helper()
	for first := 0; first < n; first += 20 {
		var ms []*syncv1.Mutation
		for i := first; i < min(first+20, n); i++ {
			m := b.create("sato", &carev1.Body{Kind: &carev1.Body_Allergy{Allergy: &carev1.Allergy{
				Category: carev1.AllergyCategory_ALLERGY_CATEGORY_FOOD, Status: carev1.AllergyStatus_ALLERGY_STATUS_ACTIVE,
				Verification: carev1.AllergyVerification_ALLERGY_VERIFICATION_CONFIRMED,
				Substance:    &carev1.CodedText{Text: fmt.Sprintf("物質%05d", n-i)}, Note: strings.Repeat("疹", 2000),
			}}})
			m.Record.Envelope.Effective = timestamppb.New(b.now.Add(-time.Duration(i) * time.Second))
			ms = append(ms, m)
		}
		for _, r := range b.push("sato", ms...) {
			if r.GetOutcome() != syncv1.Outcome_OUTCOME_APPLIED {
				b.t.Fatal(r)
			}
		}
	}
	for i := range n {
		substances = append(substances, fmt.Sprintf("物質%05d", i+1))
	}
	return substances
}

func (b *bench) pieces(format chartv1.ExportFormat, send func([]byte)) error {
	return b.hub.ExportChart(context.Background(), b.call("sato"), &chartv1.ExportChartRequest{ChartId: "yamada", Format: format},
		func(piece *chartv1.ExportChartResponse) error {
			send(piece.GetContent())
			return nil
		})
}

// TestStandingRecordsComeInOrder: more of them than one page holds stand in the file once each, oldest first, after the
// kinds that come before theirs.
func TestStandingRecordsComeInOrder(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", medicine("錠")))
	want := b.allergies(300)
	var file strings.Builder
	if err := b.pieces(chartv1.ExportFormat_EXPORT_FORMAT_NDJSON, func(p []byte) { file.Write(p) }); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(file.String()) {
		var one struct {
			Kind   string
			Record struct {
				Body struct {
					Allergy struct{ Substance struct{ Text string } }
				}
			}
		}
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatal(err)
		}
		switch one.Kind {
		case "allergy":
			got = append(got, one.Record.Body.Allergy.Substance.Text)
		case "medication_order":
			if len(got) != len(want) {
				t.Errorf("the order stands after %d of %d allergies", len(got), len(want))
			}
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%d allergies, want %d, oldest first", len(got), len(want))
	}
}

// TestExportHoldsLittle: the standing records of a chart are not all in memory while nobody takes the file.
func TestExportHoldsLittle(t *testing.T) {
	if large < 100_000 {
		t.Skip("the race detector has memory of its own")
	}
	b := newBench(t)
	b.allergies(1500) // 9 MB
	const exports = 5
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	started, goOn, ended := make(chan bool, 1000), make(chan bool), make(chan error, exports)
	for range exports {
		go func() {
			ended <- b.pieces(chartv1.ExportFormat_EXPORT_FORMAT_NDJSON, func([]byte) {
				started <- true
				<-goOn
			})
		}()
	}
	for range exports {
		<-started
	}
	if held := int64(heap()) - int64(before); held > 25<<20 {
		t.Errorf("%d exports hold %d MiB", exports, held>>20)
	}
	close(goOn)
	for range exports {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// TestStandingRecordsThatNoPageHolds: a page for people is refused before anything of it is sent, and the other formats
// write the same chart.
func TestStandingRecordsThatNoPageHolds(t *testing.T) {
	b := newBench(t)
	b.allergies(1500)
	err := b.pieces(chartv1.ExportFormat_EXPORT_FORMAT_HTML, func([]byte) { t.Error("something was sent") })
	if hub.CodeOf(err) != hub.TooLarge || !strings.Contains(err.Error(), "JSON") {
		t.Error(err)
	}
	pieces := 0
	if err := b.pieces(chartv1.ExportFormat_EXPORT_FORMAT_JSON, func([]byte) { pieces++ }); err != nil || pieces < 30 {
		t.Errorf("%d pieces, %v", pieces, err)
	}
}
