package e2e_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// changes to the script of two tablets, and what they change in what is printed: words that go, and words that come.
var changes = []struct{ line, changed, gone, come string }{
	{"\nA vitals morning temp=36.8", "\nA vitals morning temp=37.4", "「体温36.8 脈拍72", "「体温37.4 脈拍72"},
	{"\nA sync answer-lost\n", "\nA sync request-lost\n", "its answer was lost", "the request was lost"},
	{"device=tablet-b clock=2h", "device=tablet-b clock=1m", "time uncertain", "wrong by +1 minutes"},
	{"by=takahashi order=furosemide slot=2026-11-23", "by=takahashi order=furosemide slot=2026-11-24", "possible double dose", "2026-11-24"},
}

// TestDemoScriptMatters changes lines of a script: what is printed changes with each of them.
func TestDemoScriptMatters(t *testing.T) {
	own, err := os.ReadFile(testdata(t, "demo", "two-tablets.txt"))
	if err != nil {
		t.Fatal(err)
	}
	script := string(own)
	for _, c := range changes {
		if strings.Count(script, c.line) != 1 {
			t.Fatalf("the script has not one line with %q", c.line)
		}
		script = strings.Replace(script, c.line, c.changed, 1)
	}
	file := filepath.Join(t.TempDir(), "changed.txt")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	printed, _ := playDemo(t, "--script", file)
	out := withoutRemarks(printed)
	for _, c := range changes {
		if strings.Contains(out, c.gone) || !strings.Contains(out, c.come) {
			t.Errorf("with %q it still says %q, or not %q:\n%s", c.changed, c.gone, c.come, out)
		}
	}
	if out == printed {
		t.Error("the demo does not remark that the script expects other answers")
	}
}

// withoutRemarks leaves out where the demo quotes the answers that the script expects.
func withoutRemarks(out string) string {
	var kept []string
	for line := range strings.Lines(out) {
		if !strings.Contains(line, unexpected) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// TestDemoGoesOnServing runs the demo as `make run` does, types the commands that it prints, and ends it with Ctrl-C.
func TestDemoGoesOnServing(t *testing.T) {
	for _, needed := range []string{"sh", "curl", "sed"} {
		if _, err := exec.LookPath(needed); err != nil {
			t.Skipf("the printed commands need %s", needed)
		}
	}
	cmd := exec.Command(demoProgram(t), "--listen", "127.0.0.1:0", "--data", t.TempDir())
	demo := launch(t, cmd, cmd.StdoutPipe)
	for {
		line, more := awaitLine(t, demo)
		if !more {
			t.Fatalf("the demo does not go on serving:\n%s", demo.said())
		}
		if strings.Contains(line, "Ctrl-C ends it") {
			break
		}
	}
	commands, address := printedCommands(t, demo.said())
	shell := exec.CommandContext(t.Context(), "sh", "-e")
	shell.Stdin = strings.NewReader(commands)
	shell.Dir = t.TempDir()
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("the printed commands: %v\n%s\n%s", err, commands, out)
	}
	for _, words := range []string{`"patient-0001"`, `"resident-`, "「昨日はよく歩いたよ」", "職種では書けない種類の記録です", "体温36.9 脈拍70", "送信・反映 / sent and taken 1"} {
		if !strings.Contains(string(out), words) {
			t.Errorf("the printed commands do not show %q:\n%s", words, out)
		}
	}
	if err := demo.signal(t, syscall.SIGINT); err != nil {
		t.Errorf("after Ctrl-C the demo ends with %v", err)
	}
	if conn, err := net.Dial("tcp", address); err == nil {
		_ = conn.Close()
		t.Error("after Ctrl-C the demo's server still answers")
	}
}

// printedCommands takes the commands out of what the demo printed, and the address that they name.
func printedCommands(t *testing.T, out string) (commands, address string) {
	t.Helper()
	_, look, found := strings.Cut(out, "■ 自分で見る")
	if !found {
		t.Fatalf("the demo does not say how to look:\n%s", out)
	}
	for line := range strings.Lines(look) {
		if strings.HasPrefix(line, "  ") {
			commands += line
		}
	}
	_, after, _ := strings.Cut(out, "Server:   http://")
	address, _, _ = strings.Cut(after, "\n")
	return commands, address
}
