package e2e_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// process is a child that ends with its test at the latest.
type process struct {
	*exec.Cmd
	ended chan struct{} // closed when it has
	err   error         // from Wait, valid then

	mu    sync.Mutex
	text  bytes.Buffer // everything that it said
	lines chan string  // for whoever waits for one; closed at its end
}

// launch starts a program. What it says on the given stream is kept, line by line.
func launch(t *testing.T, cmd *exec.Cmd, pipe func() (io.ReadCloser, error)) *process {
	t.Helper()
	from, err := pipe()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: cmd, ended: make(chan struct{}), lines: make(chan string, 100_000)}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		scanner := bufio.NewScanner(from)
		for scanner.Scan() {
			p.mu.Lock()
			p.text.WriteString(scanner.Text() + "\n")
			p.mu.Unlock()
			select {
			case p.lines <- scanner.Text():
			default: // nobody waits for lines that far on
			}
		}
		close(p.lines)
		p.err = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // this process only, by its id; nothing happens if it has ended
		await(t, p.ended, "the end of a process")
	})
	return p
}

func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// signal sends a signal and waits for the end.
func (p *process) signal(t *testing.T, s syscall.Signal) error {
	t.Helper()
	if err := p.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	await(t, p.ended, "the end of a process")
	return p.err
}

// server is a server process.
type server struct {
	*process
	address string
}

// serve starts a server on a data folder with the demo's directory. A listen address without a port takes a free one.
func serve(t *testing.T, data, listen string) *server {
	t.Helper()
	return serveWith(t, data, listen, testdata(t, "demo", "directory.yaml"))
}

// serveWith starts a server on a data folder with a directory of its own.
func serveWith(t *testing.T, data, listen, directory string, args ...string) *server {
	t.Helper()
	cmd := exec.Command(serverProgram(t), append([]string{"serve", "--data", data, "--directory", directory,
		"--listen", listen, "--log-format", "json"}, args...)...)
	s := &server{process: launch(t, cmd, cmd.StderrPipe)}
	for {
		line, more := awaitLine(t, s.process)
		if !more {
			t.Fatalf("the server does not start:\n%s", s.said())
		}
		var said struct{ Message, Address string }
		if json.Unmarshal([]byte(line), &said) == nil && said.Message == "serving" {
			s.address = said.Address
			return s
		}
	}
}

func awaitLine(t *testing.T, p *process) (line string, more bool) {
	t.Helper()
	type next struct {
		line string
		more bool
	}
	got := make(chan next, 1)
	go func() { // ends with the process at the latest
		line, more := <-p.lines
		got <- next{line, more}
	}()
	n := await(t, got, "a line of a process")
	return n.line, n.more
}

func (s *server) url() string { return "http://" + s.address }

// kill ends the server as a power cut does, as far as a process can tell.
func (s *server) kill(t *testing.T) {
	t.Helper()
	_ = s.signal(t, syscall.SIGKILL)
}

// stop ends the server as its operator does.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if err := s.signal(t, syscall.SIGTERM); err != nil {
		t.Fatalf("the server did not end well: %v\n%s", err, s.said())
	}
}

// verify runs `tsunagu verify` on a folder that no server has open.
func verify(t *testing.T, data string) {
	t.Helper()
	out, err := exec.Command(serverProgram(t), "verify", "--data", data).CombinedOutput()
	if err != nil {
		t.Errorf("tsunagu verify: %v: %s", err, strings.TrimSpace(string(out)))
	}
}
