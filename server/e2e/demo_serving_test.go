package e2e_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// tokyo is the zone of what people read.
var tokyo = time.FixedZone("JST", 9*60*60)

// TestDemoScriptMatters changes lines of the demo's script: what is printed changes with them.
func TestDemoScriptMatters(t *testing.T) {
	own, err := os.ReadFile(testdata(t, "demo", "two-tablets.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, line, changed, lacks, says string }{
		{"another value", "A vitals morning temp=36.8", "A vitals morning temp=37.4", "「体温36.8 脈拍72", "「体温37.4 脈拍72"},
		{"no answer is lost", "A sync answer-lost", "A sync", "its answer was lost", "bedtime, by sato (nurse)"},
		{"the clock is right", "clock=2h", "clock=1m", "time uncertain", "wrong by +1 minutes"},
		{"another slot", "B dose second by=takahashi order=furosemide slot=2026-11-23", "B dose second by=takahashi order=furosemide slot=2026-11-24", "possible double dose", "2026-11-24"},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := strings.Replace(string(own), c.line, c.changed, 1)
			if changed == string(own) {
				t.Fatalf("the script has no line with %q", c.line)
			}
			file := filepath.Join(t.TempDir(), "changed.txt")
			if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
			out, _ := playDemo(t, "--script", file)
			if strings.Contains(withoutRemarks(out), c.lacks) || !strings.Contains(out, c.says) {
				t.Errorf("with %q instead of %q it still says %q, or not %q:\n%s", c.changed, c.line, c.lacks, c.says, out)
			}
		})
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
	for _, words := range []string{`"chart-0002"`, "中村 正雄", "フロセミド錠20mg", "(1) 【保留】", "送信 / sent 1"} {
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
