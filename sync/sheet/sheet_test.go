package sheet_test

import (
	"encoding/json"
	"html"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/sheet"
	"github.com/tsunagu-care/tsunagu/sync/synthetic"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// hostile is text that would break a page that does not escape it.
const hostile = `</td><script>alert("1")</script>&amp;`

// chartOfAMonth is what a generated chart holds after four weeks, newest first, with a conflict, a retraction, an
// erasure and hostile text added.
func chartOfAMonth(t *testing.T) []*chartv1.TimelineItem {
	t.Helper()
	w := synthetic.New(synthetic.Config{Seed: 7, Start: time.Date(2026, 10, 26, 0, 0, 0, 0, time.UTC), Weeks: 4, Patients: 4})
	var items []*chartv1.TimelineItem
	chart := ""
	for write := range w.Writes() {
		if chart == "" {
			chart = write.Chart
		}
		if write.Chart != chart || write.Operation != syncv1.Operation_OPERATION_CREATE {
			continue
		}
		rec := proto.CloneOf(write.Record)
		rec.Id, rec.Status = write.RecordID[:], carev1.RecordStatus_RECORD_STATUS_ACTIVE
		rec.Arrival = &carev1.Arrival{Author: &carev1.Actor{PersonId: write.Person, Name: "名前" + write.Person, Role: carev1.Role_ROLE_NURSE}, Received: timestamppb.New(write.At)}
		items = append(items, &chartv1.TimelineItem{StreamId: write.Stream, Record: rec, Version: &syncv1.RecordVersion{Version: &syncv1.Version{Epoch: 1, Seq: uint64(len(items) + 1)}}})
	}
	if len(items) < 100 {
		t.Fatalf("the chart has %d records", len(items))
	}
	at := func(i int) *carev1.Record { return items[i].GetRecord() }
	at(50).Candidates = []*carev1.Candidate{{
		Body:   &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{Observation: "別の所見" + hostile}}},
		Author: &carev1.Actor{Name: hostile},
	}}
	at(60).Status, at(60).LastChange = carev1.RecordStatus_RECORD_STATUS_RETRACTED, &carev1.Change{Reason: "別の方の記録" + hostile}
	at(70).Status, at(70).Body = carev1.RecordStatus_RECORD_STATUS_ERASED, nil
	slices.SortStableFunc(items, func(a, b *chartv1.TimelineItem) int {
		return b.GetRecord().GetEnvelope().GetEffective().AsTime().Compare(a.GetRecord().GetEnvelope().GetEffective().AsTime())
	})
	return items
}

// write writes a file of items, in the order of an export.
func write(t *testing.T, w sheet.Writer, items []*chartv1.TimelineItem) {
	t.Helper()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(w.Begin())
	standing := func(i *chartv1.TimelineItem) bool {
		kind, ok := care.KindOf(i.GetRecord().GetBody())
		return ok && kind.Section == carev1.SectionPolicy_SECTION_POLICY_STANDING
	}
	first := slices.Clone(items)
	slices.SortStableFunc(first, func(a, b *chartv1.TimelineItem) int { return sheet.Order(a) - sheet.Order(b) })
	for _, item := range first {
		if standing(item) {
			check(w.Record(item, carev1.StreamClass_STREAM_CLASS_CARE, nil))
		}
	}
	check(w.Timeline())
	for _, item := range items {
		if !standing(item) {
			check(w.Record(item, carev1.StreamClass_STREAM_CLASS_CARE, nil))
		}
	}
	check(w.End())
}

func about() sheet.About {
	return sheet.About{Chart: "chart-1", Patient: "架空 花子" + hostile, At: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), By: &carev1.Actor{PersonId: "sato", Name: "佐藤 彩" + hostile, Role: carev1.Role_ROLE_NURSE}}
}

// TestPageLeavesNothingOut: every text of every record is on the page, escaped, and the page is whole and self-contained.
func TestPageLeavesNothingOut(t *testing.T) {
	items := chartOfAMonth(t)
	var out strings.Builder
	write(t, sheet.NewHTML(&out, about()), items)
	page := out.String()
	if file := os.Getenv("SHEET"); file != "" { // to look at it
		if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, item := range items {
		care.Texts(&carev1.Record{Body: item.GetRecord().GetBody()}, func(text string) {
			shown := html.EscapeString(text)
			if !strings.Contains(page, shown) && !strings.Contains(page, strings.ReplaceAll(shown, "\n", "<br>")) {
				kind, _ := care.KindOf(item.GetRecord().GetBody())
				t.Errorf("%s: a text of %d bytes is not on the page", kind.Name, len(text))
			}
		})
	}
	for _, item := range items {
		for _, c := range item.GetRecord().GetBody().GetPatientProfile().GetContacts() {
			for _, phone := range c.GetPhones() {
				if !strings.Contains(page, phone.GetNumber()) {
					t.Error("a telephone number is not on the page")
				}
			}
		}
	}
	for _, want := range []string{"別の所見", "要判断", "別の方の記録", "取り消し", "消去された記録", "これは写しです", "This is a copy", "2026-11-23 09:00", `class="v"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, never := range []string{"<script", "http://", "https://", "src=", "href=", "url("} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q", never)
		}
	}
	balanced(t, page)
}

// balanced checks that what is opened is closed, in order.
func balanced(t *testing.T, page string) {
	t.Helper()
	alone := map[string]bool{"br": true, "meta": true}
	var open []string
	for _, tag := range regexp.MustCompile(`<(/?)([a-z0-9]+)[^>]*>`).FindAllStringSubmatch(page, -1) {
		switch {
		case alone[tag[2]]:
		case tag[1] == "":
			open = append(open, tag[2])
		case len(open) == 0 || open[len(open)-1] != tag[2]:
			t.Fatalf("%s ends within %v", tag[2], open)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) != 0 {
		t.Errorf("not closed: %v", open)
	}
}

// TestProgramsReadItBack: every record is in both files as it was given, and both say how many there are.
func TestProgramsReadItBack(t *testing.T) {
	items := chartOfAMonth(t)
	var document, lines strings.Builder
	write(t, sheet.NewJSON(&document, about()), items)
	write(t, sheet.NewNDJSON(&lines, about()), items)
	type line struct {
		Kind   string
		Record json.RawMessage
		Count  *int
	}
	var whole struct {
		Records []line
		Count   int
	}
	if err := json.Unmarshal([]byte(document.String()), &whole); err != nil || whole.Count != len(items) {
		t.Fatalf("%v: count %d, want %d", err, whole.Count, len(items))
	}
	var read []line
	for text := range strings.Lines(lines.String()) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		read = append(read, l)
	}
	if end := read[len(read)-1]; end.Count == nil || *end.Count != len(items) {
		t.Errorf("the last line is %v", end)
	}
	given := map[string]*carev1.Record{}
	for _, item := range items {
		given[string(item.GetRecord().GetId())] = item.GetRecord()
	}
	for name, records := range map[string][]line{"json": whole.Records, "ndjson": read[1 : len(read)-1]} {
		if len(records) != len(items) {
			t.Fatalf("%s: %d records, want %d", name, len(records), len(items))
		}
		for _, l := range records {
			rec := &carev1.Record{}
			if err := protojson.Unmarshal(l.Record, rec); err != nil || !proto.Equal(rec, given[string(rec.GetId())]) {
				t.Errorf("%s: a record of kind %s comes back changed: %v", name, l.Kind, err)
			}
		}
	}
}

// TestTemporaryInstructionsAtAGlance: what counts now stands on top, what is over, withdrawn or still to come does not; the
// family's page has none.
func TestTemporaryInstructionsAtAGlance(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	item := func(n byte, text string, from, until time.Duration, edit func(*carev1.TemporaryInstruction)) *chartv1.TimelineItem {
		i := &carev1.TemporaryInstruction{Text: text, From: timestamppb.New(now.Add(from)), Until: timestamppb.New(now.Add(until))}
		if edit != nil {
			edit(i)
		}
		return &chartv1.TimelineItem{StreamId: "c/care", Record: &carev1.Record{
			Id: []byte{n, 15: 1}, Envelope: &carev1.Envelope{Effective: timestamppb.New(now.Add(from))},
			Body: &carev1.Body{Kind: &carev1.Body_TemporaryInstruction{TemporaryInstruction: i}},
		}}
	}
	items := []*chartv1.TimelineItem{
		item(1, "酸素を2Lで", -time.Hour, time.Hour, nil),
		item(2, "もう終わった指示", -2*time.Hour, -time.Minute, nil),
		item(3, "これからの指示", time.Minute, time.Hour, nil),
		item(4, "取り下げた指示", -time.Hour, time.Hour, func(i *carev1.TemporaryInstruction) { i.Withdrawn, i.WithdrawnReason = true, "x" }),
	}
	for _, family := range []bool{false, true} {
		var out strings.Builder
		write(t, sheet.NewHTML(&out, sheet.About{At: now, By: &carev1.Actor{Name: "名前"}, ForFamily: family}), items)
		glance, _, _ := strings.Cut(out.String(), "</section>")
		for text, want := range map[string]bool{"酸素を2Lで": !family, "もう終わった指示": false, "これからの指示": false, "取り下げた指示": false} {
			if strings.Contains(glance, text) != want {
				t.Errorf("for the family %v: %s stands on top: %v", family, text, !want)
			}
		}
	}
}
