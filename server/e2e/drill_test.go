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

// drillLines are the commands of the README's restore drill, in its order.
func drillLines(t *testing.T) []string {
	t.Helper()
	_, section, found := strings.Cut(read(t, filepath.Join(root(), "README.md")), "\n## Restore drill\n")
	if !found {
		t.Fatal("the README has no restore drill")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var lines []string
	for line := range strings.Lines(section) {
		if command, isOne := strings.CutPrefix(line, "    "); isOne {
			lines = append(lines, strings.TrimSpace(command))
		}
	}
	return lines
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// freePort is a port that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// TestRestoreDrill runs the README's restore drill, every line of it, in a shell of its own: what the backup does not
// have comes back from the tablet, each thing once.
func TestRestoreDrill(t *testing.T) {
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("the drill is for a shell, and this machine has none")
	}
	lines := drillLines(t)
	for i, line := range lines {
		if strings.HasPrefix(line, "go build") { // the same programs, built once for all tests here
			lines[i] = ""
		}
	}
	script := strings.ReplaceAll(strings.Join(lines, "\n"), "8421", freePort(t))
	script = strings.Replace(script, "\n", "\ncp "+serverProgram(t)+" "+tabletProgram(t)+" $drill\n", 1)
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), shell, "-e", "-c", script)
	cmd.Dir = root()
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the servers that it starts end with it
	end := func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.Cancel = end
	said, err := os.Create(filepath.Join(dir, "said")) // a file: nobody has to wait for its readers
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	cmd.Stdout, cmd.Stderr = said, said
	err = cmd.Run()
	out := read(t, said.Name())
	if err != nil {
		_ = end()
		t.Fatalf("the drill ends with %v:\n%s", err, out)
	}
	_, after, restored := strings.Cut(out, "restored: the state of")
	if !restored || !strings.Contains(after, "not confirmed") || !strings.Contains(after, "clean: ") {
		t.Errorf("the drill says:\n%s", out)
	}
	waiting, confirmed, _ := strings.Cut(after, "pages are served")
	if !strings.Contains(waiting, "held by the server and not in the chart yet, earlier ones included: 2") {
		t.Errorf("what was offered before the restore was confirmed is not held:\n%s", out)
	}
	for _, once := range []string{"T 36.4", "T 38.2", "made up"} {
		if strings.Count(confirmed, once) != 1 {
			t.Errorf("%q is not there once after the restore:\n%s", once, out)
		}
	}
	if strings.Contains(confirmed, "saved on this tablet") || !strings.Contains(confirmed, "safe on the server") {
		t.Errorf("the tablet still waits for something:\n%s", out)
	}
}
