package e2e_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
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

// TestDemo plays the script of two tablets, and then finds every fact that it printed on a server that was started again
// on the same folder.
func TestDemo(t *testing.T) {
	out, folder := playDemo(t, "--script", testdata(t, "demo", "two-tablets.txt"))
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
