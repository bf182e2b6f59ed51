package sdk_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// TestHeldEntryIsReleasedOrRefused: whoever looks after the chart sees what the server holds and decides about it, and
// its author's tablet shows what became of it.
func TestHeldEntryIsReleasedOrRefused(t *testing.T) {
	for _, release := range []bool{true, false} {
		s := newServer(t)
		a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
		b, _ := s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "suzuki")
		synced(t, a, b)
		saved, err := a.Create(chart, vitals(368), sdk.Entry{})
		if err != nil {
			t.Fatal(err)
		}
		s.late = true // a right that began later does not cover the time of writing
		report, err := a.Sync(t.Context())
		if err != nil || report.Held != 1 || report.Taken != 0 || report.Pushed != 1 {
			t.Fatalf("held: %+v, %v", report, err)
		}
		s.late = false
		items, err := b.ListHeldOnServer(t.Context(), chart)
		if err != nil || len(items) != 1 || !bytes.Equal(items[0].GetHeld().GetMutationId(), saved.MutationID[:]) {
			t.Fatalf("on the server: %v, %v", items, err)
		}
		if _, err := b.Judge(t.Context(), saved.StreamID, saved.MutationID, false, ""); err == nil {
			t.Error("refused without words")
		}
		if _, err := b.Judge(t.Context(), saved.StreamID, saved.MutationID, release, "looked at"); err != nil {
			t.Fatal(err)
		}
		synced(t, a, b)
		queue, err := a.Queue()
		if err != nil || (queue[0].State == replica.Safe) != release || (queue[0].State == replica.Rejected) == release {
			t.Errorf("released %v: %+v, %v", release, queue[0], err)
		}
		shown := timeline(t, b)
		if (len(shown) == 1) != release {
			t.Errorf("released %v: %d records", release, len(shown))
		}
		if release && (shown[0].Author.GetPersonId() != "sato" || shown[0].Released.GetPersonId() != "suzuki") {
			t.Errorf("written by %v, released by %v", shown[0].Author, shown[0].Released)
		}
	}
}

// TestServerIsAsked: search, trend and export read what the server has, whatever the tablet holds.
func TestServerIsAsked(t *testing.T) {
	s := newServer(t)
	a, net := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	note := &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{
		Format: carev1.NoteFormat_NOTE_FORMAT_FREE, Text: "夕食後にむせ込みあり",
	}}}
	for _, body := range []*carev1.Body{note, vitals(368)} {
		if _, err := a.Create(chart, body, sdk.Entry{At: time.Now().Add(-time.Minute)}); err != nil {
			t.Fatal(err)
		}
	}
	synced(t, a)
	if hits, err := a.Search(t.Context(), chart, "むせ込み", 5); err != nil || len(hits) != 1 {
		t.Errorf("search: %v, %v", hits, err)
	}
	trend, err := a.Trend(t.Context(), &chartv1.GetTrendRequest{ChartId: chart, Items: []carev1.VitalItem{carev1.VitalItem_VITAL_ITEM_TEMPERATURE}})
	if err != nil || len(trend.GetSeries()) != 1 || len(trend.GetSeries()[0].GetPoints()) != 1 {
		t.Errorf("trend: %v, %v", trend, err)
	}
	var file bytes.Buffer
	export := &chartv1.ExportChartRequest{ChartId: chart, Format: chartv1.ExportFormat_EXPORT_FORMAT_NDJSON}
	if err := a.Export(t.Context(), export, &file); err != nil || !strings.Contains(file.String(), "むせ込み") {
		t.Errorf("export: %d bytes, %v", file.Len(), err)
	}
	net.down = true
	if _, err := a.Search(t.Context(), chart, "むせ込み", 5); err == nil {
		t.Error("an answer without a network")
	}
}
