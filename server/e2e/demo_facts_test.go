package e2e_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// tokyo is the zone of what people read.
var tokyo = time.FixedZone("JST", 9*60*60)

// checkPrintedChart holds the chart that was printed against the timeline: nothing more, nothing less.
func checkPrintedChart(t *testing.T, out string, items []*chartv1.TimelineItem) {
	t.Helper()
	_, printed, found := strings.Cut(out, "■ サーバーのカルテ "+shared)
	if !found {
		t.Fatalf("no chart is printed:\n%s", out)
	}
	printed, _, _ = strings.Cut(printed, "\n■ ")
	records := strings.Split(printed, "\n\n")[1:]
	if len(records) != len(items) {
		t.Fatalf("%d records are printed, the timeline has %d", len(records), len(items))
	}
	for i, item := range items {
		facts, marks := factsOf(item)
		for _, fact := range facts {
			if !strings.Contains(records[i], fact) {
				t.Errorf("the timeline says %q, the demo:\n%s", fact, records[i])
			}
		}
		if got := strings.Count(records[i], "！"); got != marks {
			t.Errorf("%d things to look at are printed, the timeline has %d:\n%s", got, marks, records[i])
		}
	}
}

// factsOf is what has to be printed of a record, and how many things about it somebody has to look at.
func factsOf(item *chartv1.TimelineItem) (facts []string, marks int) {
	r := item.GetRecord()
	ja, en := care.Summary(r.GetBody())
	id := r.GetId()
	facts = []string{
		fmt.Sprintf("%x  %s", id[len(id)-4:], r.GetEnvelope().GetEffective().AsTime().In(tokyo).Format("2006-01-02 15:04")),
		ja + "」 " + r.GetArrival().GetAuthor().GetName(), "by " + r.GetArrival().GetAuthor().GetPersonId(),
	}
	if en != ja {
		facts = append(facts, en)
	}
	for _, c := range r.GetCandidates() {
		ja, _ := care.Summary(c.GetBody())
		facts = append(facts, "並んでいる値：「"+ja+"」 "+c.GetAuthor().GetName())
		marks++
	}
	for _, other := range item.GetPossibleDuplicates() {
		facts = append(facts, fmt.Sprintf("possible double dose: %x", other[len(other)-4:]))
		marks++
	}
	if a := r.GetArrival(); a.GetTimeUncertain() {
		facts = append(facts, fmt.Sprintf("off by %+d minutes", a.GetClockOffsetMs()/60000),
			a.GetReceived().AsTime().In(tokyo).Format("2006-01-02 15:04"))
		marks++
	}
	return facts, marks
}

// What the demo prints of a write, and of what became of it.
var (
	writeLine   = regexp.MustCompile(`(?m)^\((\d+)\) 端末\S+ (.+?)（.*?） (\S+?)：(\S+?)「`)
	outcomeLine = regexp.MustCompile(`(?m)^    \((\d+)\) \S+ → (サーバーに保存済み\S*)$`)
	outcomes    = map[string]syncv1.Outcome{
		"サーバーに保存済み": syncv1.Outcome_OUTCOME_APPLIED, "サーバーに保存済み。ほかの人の変更と合わせました": syncv1.Outcome_OUTCOME_MERGED,
		"サーバーに保存済み。ほかの人の値と並べて残し、判断を待ちます": syncv1.Outcome_OUTCOME_CONFLICT,
	}
	operations = map[syncv1.Operation]string{
		syncv1.Operation_OPERATION_CREATE: "新規", syncv1.Operation_OPERATION_PATCH: "訂正",
		syncv1.Operation_OPERATION_RETRACT: "取消", syncv1.Operation_OPERATION_RESOLVE: "判断",
	}
)

// checkPrintedWrites holds the writes that were printed as safe against the history of every record: who, what was
// done, to what kind of record, and what became of it.
func checkPrintedWrites(t *testing.T, out string, reader *client, items []*chartv1.TimelineItem) {
	t.Helper()
	fact := map[string]string{}
	for _, line := range writeLine.FindAllStringSubmatch(out, -1) {
		fact[line[1]] = line[2] + " " + line[3] + " " + line[4]
	}
	printed := map[string]int{}
	for _, line := range outcomeLine.FindAllStringSubmatch(out, -1) {
		words, _, _ := strings.Cut(line[2], "（")
		printed[fmt.Sprintf("%s: %s", fact[line[1]], outcomes[words])]++
	}
	for _, item := range items {
		if item.GetRecord().GetBody().GetAlert() != nil {
			continue // nobody wrote it
		}
		for _, h := range reader.history(t, shared, item.GetRecord().GetId()) {
			key := fmt.Sprintf("%s %s %s: %s", h.GetAuthor().GetName(), operations[h.GetOperation()], kindTitle(h.GetRecord().GetBody()), h.GetOutcome())
			if printed[key]--; printed[key] < 0 {
				t.Errorf("the history has a write that was not printed: %s", key)
			}
		}
	}
	for key, n := range printed {
		if n > 0 {
			t.Errorf("a write was printed that the history does not have: %s", key)
		}
	}
	if len(printed) == 0 {
		t.Error("no write was printed as safe")
	}
}

func kindTitle(b *carev1.Body) string {
	kind, _ := care.KindOf(b)
	ja, _ := care.KindTitle(kind)
	return ja
}
