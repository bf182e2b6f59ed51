package e2e_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// playDemo runs the demo to its end and returns what it printed, and its folder.
func playDemo(t *testing.T, args ...string) (out, folder string) {
	t.Helper()
	data := t.TempDir()
	cmd := exec.CommandContext(t.Context(), demoProgram(t), append([]string{"--once", "--listen", "127.0.0.1:0", "--data", data}, args...)...)
	var printed, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &errs
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it has a server to end
	if err := cmd.Run(); err != nil {
		t.Fatalf("the demo: %v\n%s\n%s", err, &errs, &printed)
	}
	folders, err := filepath.Glob(filepath.Join(data, "tsunagu-demo-*"))
	if err != nil || len(folders) != 1 {
		t.Fatalf("the demo made %v", folders)
	}
	return printed.String(), folders[0]
}

// unexpected is how the demo says that a script's answer is not what happened.
const unexpected = "台本の想定と違います"

// TestDemo plays the demo's own script, and then finds every fact that it printed on a server that was started again
// on the same folder.
func TestDemo(t *testing.T) {
	out, folder := playDemo(t)
	if strings.Contains(out, unexpected) {
		t.Errorf("the answers in the script are not what happened:\n%s", out)
	}
	for _, words := range []string{
		"佐藤 彩（看護師）", "takahashi (care worker)", "この端末に保存しました / saved on this tablet",
		"the server has it, but its answer was lost", "it had arrived the first time; nothing is there twice",
		"merged with what others wrote", "kept beside another value: needs a decision",
		"held by the server: this role may not write this kind of record", "possible double dose", "二重与薬の可能性",
		"time uncertain: the tablet's clock was off by +120 minutes", "時刻不確か", "somebody has to decide",
	} {
		if !strings.Contains(out, words) {
			t.Errorf("the demo does not print %q:\n%s", words, out)
		}
	}
	s := serve(t, filepath.Join(folder, "server"), "127.0.0.1:0")
	reader := signIn(t, s.url(), "tanaka", "console")
	items := reader.timeline(t, shared)
	checkPrintedChart(t, out, items)
	checkPrintedWrites(t, out, reader, items)
	s.stop(t)
	verify(t, filepath.Join(folder, "server"))
	checkLogHasNoPatient(t, filepath.Join(folder, "server.log"), items)
}

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
		"「" + ja + "」 " + r.GetArrival().GetAuthor().GetName(), "by " + r.GetArrival().GetAuthor().GetPersonId(),
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

func checkLogHasNoPatient(t *testing.T, name string, items []*chartv1.TimelineItem) {
	t.Helper()
	log, err := os.ReadFile(name)
	if err != nil || len(log) == 0 {
		t.Fatalf("the server's log: %v", err)
	}
	words := []string{"中村", "佐藤", "フロセミド", "アムロ", "よく眠れた", "食欲", shared, "sato", "takahashi"}
	for _, item := range items {
		words = append(words, fmt.Sprintf("%x", item.GetRecord().GetId()))
	}
	for _, word := range words {
		if bytes.Contains(log, []byte(word)) {
			t.Errorf("the server's log holds %q", word)
		}
	}
}

// TestDemoPortIsTaken starts the demo where something else listens.
func TestDemoPortIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	out, err := exec.CommandContext(t.Context(), demoProgram(t), "--once", "--listen", l.Addr().String(), "--data", t.TempDir()).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "choose another address with --listen") {
		t.Errorf("%v:\n%s", err, out)
	}
}
