package hub_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/hub"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

func (b *bench) note(person, text string) *syncv1.Mutation {
	return b.create(person, &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{
		Format: carev1.NoteFormat_NOTE_FORMAT_SOAP, Objective: text,
	}}})
}

// TestTrendKeepsExtremes: however few points there may be, first, last, least and greatest are among them, every one that
// was confirmed as unusual too, and every point is a reading.
func TestTrendKeepsExtremes(tb *testing.T) {
	rapid.Check(tb, func(t *rapid.T) {
		b := newBench(tb)
		values := rapid.SliceOfN(rapid.Int32Range(350, 419), 1, 120).Draw(t, "values")
		points := rapid.Uint32Range(4, 40).Draw(t, "points")
		var ms []*syncv1.Mutation
		flagged, start := map[string]bool{}, b.now.Add(-48*time.Hour)
		for i, v := range values {
			m := b.create("sato", temperature(v))
			m.Record.Envelope.Effective = timestamppb.New(start.Add(time.Duration(i) * time.Minute))
			if v < 340 || v > 415 {
				m.Record.GetBody().GetVitalSigns().Confirmed = []carev1.VitalItem{carev1.VitalItem_VITAL_ITEM_TEMPERATURE}
				flagged[string(m.GetId())] = true
			}
			ms = append(ms, m)
		}
		b.push("sato", ms...)
		resp, err := b.hub.GetTrend(context.Background(), b.call("sato"), &chartv1.GetTrendRequest{
			ChartId: "yamada", Items: []carev1.VitalItem{carev1.VitalItem_VITAL_ITEM_TEMPERATURE, carev1.VitalItem_VITAL_ITEM_PULSE}, Points: points,
		})
		if err != nil || len(resp.GetSeries()) != 2 {
			t.Fatal(err, resp)
		}
		s := resp.GetSeries()[0]
		if int(s.GetTotal()) != len(values) || len(s.GetPoints()) > max(int(points), 4)+len(flagged) || s.GetUnit() != "Cel" || s.GetPerUnit() != 10 {
			t.Fatalf("%d of %d points, total %d", len(s.GetPoints()), points, s.GetTotal())
		}
		if len(values) <= int(points) && len(s.GetPoints()) != len(values) {
			t.Fatalf("few readings, and %d of %d came", len(s.GetPoints()), len(values))
		}
		least, greatest, last := int64(1<<40), int64(-1), time.Time{}
		for _, p := range s.GetPoints() {
			i := int(p.GetAt().AsTime().Sub(start) / time.Minute)
			if i < 0 || i >= len(values) || int64(values[i]) != p.GetValue() || !bytes.Equal(p.GetRecordId(), ms[i].GetId()) {
				t.Fatalf("%v is no reading", p)
			}
			if !p.GetAt().AsTime().After(last) {
				t.Fatal("out of order")
			}
			least, greatest, last = min(least, p.GetValue()), max(greatest, p.GetValue()), p.GetAt().AsTime()
			delete(flagged, string(p.GetRecordId()))
		}
		if len(flagged) > 0 {
			t.Fatalf("%d readings that were confirmed as unusual are lost", len(flagged))
		}
		for i, v := range values {
			if int64(v) < least || int64(v) > greatest {
				t.Fatalf("the extreme %d is lost", v)
			}
			if first := s.GetPoints()[0].GetAt().AsTime(); i == 0 && !first.Equal(start) {
				t.Fatal("the first is lost")
			}
		}
		if end := start.Add(time.Duration(len(values)-1) * time.Minute); !last.Equal(end) {
			t.Fatal("the last is lost")
		}
		if len(resp.GetSeries()[1].GetPoints()) != 0 {
			t.Fatal("a pulse from nowhere")
		}
	})
}

// TestSearch: all words, in any width, case and kana; page by page each hit once; nobody finds what they may not read.
func TestSearch(t *testing.T) {
	b := newBench(t)
	var ms []*syncv1.Mutation
	for i := range 45 {
		text := fmt.Sprintf("左踵部に発赤あり。ﾃｰﾌﾟ交換 %d回目", i)
		if i%3 == 0 {
			text = "昼食全量摂取"
		}
		m := b.note("sato", text)
		m.Record.Envelope.Effective = timestamppb.New(b.now.Add(-time.Duration(i) * time.Hour))
		ms = append(ms, m)
	}
	b.push("sato", ms...)
	find := func(person, query string, size uint32) (hits []*chartv1.SearchHit) {
		req := &chartv1.SearchNotesRequest{Query: query, PageSize: size}
		for range 100 {
			resp, err := b.hub.SearchNotes(context.Background(), b.call(person), req)
			if err != nil {
				t.Fatal(err)
			}
			hits = append(hits, resp.GetHits()...)
			if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" {
				return hits
			}
		}
		t.Fatal("the search does not end")
		return nil
	}
	for query, want := range map[string]int{"発赤": 30, "てーぷ 発赤": 30, "テープ交換　12": 0, "昼食": 15, "発赤 昼食": 0, "44回目": 1, "褥瘡": 0} {
		for _, size := range []uint32{0, 7} {
			hits := find("suzuki", query, size)
			if query == "テープ交換　12" {
				want = 0 // the twelfth is about lunch
			}
			if len(hits) != want {
				t.Errorf("%q in pages of %d: %d hits, want %d", query, size, len(hits), want)
			}
			seen := map[string]bool{}
			for _, h := range hits {
				if seen[string(h.GetRecord().GetRecord().GetId())] {
					t.Errorf("%q: a hit twice", query)
				}
				seen[string(h.GetRecord().GetRecord().GetId())] = true
			}
		}
	}
	if hits := find("suzuki", "発赤", 1); !strings.Contains(hits[0].GetExcerpt(), "発赤") {
		t.Errorf("excerpt %q", hits[0].GetExcerpt())
	}
	if hits := find("mori", "発赤", 0); len(hits) > 0 {
		t.Error("found in a chart of others")
	}
	for _, bad := range []*chartv1.SearchNotesRequest{{Query: "　 "}, {Query: "x", PageToken: "nonsense"}} {
		if _, err := b.hub.SearchNotes(context.Background(), b.call("sato"), bad); hub.CodeOf(err) != hub.InvalidArgument {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// TestWork: what waits is listed once, page by page, and only to who may see it.
func TestWork(t *testing.T) {
	b := newBench(t)
	list := func(person string, kind chartv1.WorkKind) (items []*chartv1.WorkItem) {
		req := &chartv1.ListWorkRequest{Kind: kind, PageSize: 2}
		for range 100 {
			resp, err := b.hub.ListWork(context.Background(), b.call(person), req)
			if err != nil {
				t.Fatal(err)
			}
			items = append(items, resp.GetItems()...)
			if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" {
				return items
			}
		}
		t.Fatal("the list does not end")
		return nil
	}
	var held []*syncv1.Mutation
	for range 5 {
		held = append(held, b.create("takahashi", medicine("錠")))
	}
	b.push("takahashi", held...)
	stray := b.create("nobody", temperature(366))
	b.push("nobody", stray)
	if items := list("sato", chartv1.WorkKind_WORK_KIND_HELD); len(items) != 6 || items[0].GetHeld().GetProposed() == nil || items[5].GetStreamId() != "" {
		t.Errorf("held: %d, %v", len(items), items)
	}
	if items := list("mori", chartv1.WorkKind_WORK_KIND_HELD); len(items) != 1 || items[0].GetHeld().GetProposed() != nil {
		t.Errorf("held, for a physician of the station without a right to the chart: %v", items)
	}
	if items := list("takahashi", chartv1.WorkKind_WORK_KIND_HELD); len(items) != 5 {
		t.Errorf("held, for a care worker: %d", len(items))
	}
	for i, m := range held {
		b.decide("sato", "yamada/care", m.GetId(), i%2 == 0, "no")
	}
	b.decide("sato", "", stray.GetId(), true, "")
	if items := list("sato", chartv1.WorkKind_WORK_KIND_HELD); len(items) != 0 {
		t.Errorf("everything was decided: %v", items)
	}

	var ids [][]byte
	for range 5 {
		first := b.create("sato", temperature(365))
		b.push("sato", first)
		ids = append(ids, first.GetId())
		for n := range 2 {
			b.push("suzuki", b.patch("suzuki", first.GetId(), nil, temperature(int32(370+n))))
		}
	}
	if items := list("sato", chartv1.WorkKind_WORK_KIND_CONFLICT); len(items) != len(ids) {
		t.Errorf("conflicts: %d", len(items))
	}
	order := held[0].GetId()
	for range 3 {
		b.push("sato", b.create("sato", dose(order, "2026-11-23/breakfast")))
	}
	if items := list("sato", chartv1.WorkKind_WORK_KIND_POSSIBLE_DUPLICATE); len(items) != 1 || len(items[0].GetRecord().GetPossibleDuplicates()) != 2 {
		t.Errorf("possible duplicates: %v", items)
	}
	if items := list("sato", chartv1.WorkKind_WORK_KIND_FOR_REVIEW); len(items) != 0 {
		t.Errorf("for review: %v", items)
	}
}

func dose(order []byte, slot string) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: &carev1.MedicationLog{
		OrderId: order, Slot: slot, Outcome: carev1.DoseOutcome_DOSE_OUTCOME_GIVEN,
	}}}
}

// export writes a chart out and returns the file.
func (b *bench) export(person string, req *chartv1.ExportChartRequest) (file string, err error) {
	last := false
	err = b.hub.ExportChart(context.Background(), b.call(person), req, func(piece *chartv1.ExportChartResponse) error {
		if last {
			b.t.Error("a piece after the last")
		}
		file, last = file+string(piece.GetContent()), piece.GetLast()
		return nil
	})
	if err == nil && !last {
		b.t.Error("no last piece")
	}
	return file, err
}

// TestExport: every record is in every file, conflicts with both values, nothing that could be taken for markup; and no
// file of a chart that one may not read.
func TestExport(t *testing.T) {
	b := newBench(t)
	first := b.create("sato", temperature(365))
	b.push("sato", first, b.note("sato", "<script>alert(1)</script> & 訪問時著変なし"), b.create("sato", medicine("錠")))
	b.push("suzuki", b.patch("suzuki", first.GetId(), nil, temperature(371)), b.patch("suzuki", first.GetId(), nil, temperature(372)))

	page, err := b.export("sato", &chartv1.ExportChartRequest{ChartId: "yamada", Format: chartv1.ExportFormat_EXPORT_FORMAT_HTML})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"著変なし", "&lt;script&gt;", "37.1", "36.5", "要判断", "needs a decision", "これは写しです", "Content-Security-Policy", "</html>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, never := range []string{"<script", "http://", "https://", "src="} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q", never)
		}
	}
	text, err := b.export("sato", &chartv1.ExportChartRequest{ChartId: "yamada", Format: chartv1.ExportFormat_EXPORT_FORMAT_JSON})
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Chart   string
		Records []struct {
			Kind    string
			History []json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil || document.Chart != "yamada" || len(document.Records) != 3 {
		t.Fatalf("%v: %d records", err, len(document.Records))
	}
	versions := 0
	for _, r := range document.Records {
		versions += len(r.History)
	}
	if versions != 5 {
		t.Errorf("%d versions", versions)
	}
	lines, err := b.export("sato", &chartv1.ExportChartRequest{ChartId: "yamada", Format: chartv1.ExportFormat_EXPORT_FORMAT_NDJSON, ForFamily: true})
	if err != nil || strings.Count(lines, "\n") < 2 || strings.Contains(lines, "著変なし") {
		t.Errorf("for the family: %v\n%s", err, lines)
	}
	for line := range strings.Lines(lines) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line is no JSON: %s", line)
		}
	}
	for _, person := range []string{"mori", "nobody"} {
		if file, err := b.export(person, &chartv1.ExportChartRequest{ChartId: "yamada", Format: chartv1.ExportFormat_EXPORT_FORMAT_HTML}); hub.CodeOf(err) != hub.NotFound || file != "" {
			t.Errorf("%s: %v, %d bytes", person, err, len(file))
		}
	}
}
