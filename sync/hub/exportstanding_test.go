package hub_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"

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

// metered counts the bytes of the entries that are read from a store.
type metered struct {
	store.Store
	read int
}

type meteredReader struct {
	store.Reader
	of *metered
}

func (m *metered) View(ctx context.Context, fn func(store.Reader) error) error {
	return m.Store.View(ctx, func(r store.Reader) error { return fn(meteredReader{r, m}) })
}

func (r meteredReader) Entry(s store.Stream, seq uint64) ([]byte, error) {
	raw, err := r.Reader.Entry(s, seq)
	r.of.read += len(raw)
	return raw, err
}

// TestExportHoldsLittle: the standing records of a chart are not all in memory while nobody takes the file. What is sent after
// the first piece was either held when that was sent or read since.
func TestExportHoldsLittle(t *testing.T) {
	b := newBench(t)
	b.allergies(600) // 3.6 MB
	from := &metered{Store: b.store}
	b.hub = hub.New(hub.Config{Store: from, Directory: people{}, Seals: b.seals, Epochs: b})
	for _, format := range []chartv1.ExportFormat{chartv1.ExportFormat_EXPORT_FORMAT_JSON, chartv1.ExportFormat_EXPORT_FORMAT_NDJSON} {
		sent, pieces, readBefore, held := 0, 0, 0, 0
		err := b.pieces(format, func(p []byte) {
			if pieces++; pieces == 1 {
				readBefore = from.read
				return
			}
			sent += len(p)
			held = max(held, sent-(from.read-readBefore))
		})
		if err != nil || pieces < 10 || sent < 3<<20 {
			t.Errorf("%v: %d pieces of %d bytes: %v", format, pieces, sent, err)
		}
		if held > 3<<19 { // a page of records and a piece, which are longer as JSON
			t.Errorf("%v: %d KiB were held when the first piece was sent", format, held>>10)
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
