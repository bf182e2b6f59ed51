package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

const (
	startPatience = time.Minute
	stopPatience  = 30 * time.Second
)

// server is the demo's server, a child process.
type server struct {
	cmd     *exec.Cmd
	end     context.CancelFunc
	ended   chan struct{} // closed when the process has ended
	err     error         // why, valid then
	log     *logFile
	address string

	dir, directory string // of the run, and the file with its people
	forwarder      *forwarder
}

// portIsFree looks before anything is built, so that the usual mistake, a second demo, is told at once.
func portIsFree(ctx context.Context, address string) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("%s cannot be listened on, perhaps because another demo runs there: end it, or choose another address with --listen 127.0.0.1:0 (%w)", address, err)
	}
	return l.Close()
}

// startServer starts the server on an empty store and waits until it answers.
func startServer(ctx context.Context, directory, dir, listen, pushes string) (*server, error) {
	log, err := newLogFile(filepath.Join(dir, "server.log"))
	if err != nil {
		return nil, err
	}
	// Its end is asked for by stop alone: the context of the run ends before the story's last words.
	running, end := context.WithCancel(context.Background())
	cmd := exec.CommandContext(running, program(dir, "tsunagu"), "serve", "--data", filepath.Join(dir, "server"),
		"--directory", directory, "--listen", listen, "--log-format", "json",
		"--fcm-endpoint", pushes, "--fcm-project", "demo")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopPatience
	cmd.Stderr = log
	ownGroup(cmd)
	s := &server{cmd: cmd, end: end, ended: make(chan struct{}), log: log, dir: dir, directory: directory}
	if err := cmd.Start(); err != nil {
		end()
		return nil, errors.Join(fmt.Errorf("the server does not start: %w", err), log.file.Close())
	}
	go func() {
		defer close(s.ended)
		s.err = errors.Join(cmd.Wait(), log.file.Close())
	}()
	return s, s.awaitAddress(ctx)
}

func (s *server) awaitAddress(ctx context.Context) error {
	patience := time.NewTimer(startPatience)
	defer patience.Stop()
	var err error
	select {
	case s.address = <-s.log.address:
		return nil
	case <-s.ended:
		err = fmt.Errorf("the server does not start; it says: %s", s.log.last())
	case <-patience.C:
		err = fmt.Errorf("the server does not start in time; see %s", s.log.file.Name())
	case <-ctx.Done():
		err = ctx.Err()
	}
	return errors.Join(err, s.stop())
}

// reload makes the server read its directory again, and waits until it has.
func (s *server) reload(ctx context.Context) error {
	if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		return fmt.Errorf("the server cannot be told to read its directory again: %w", err)
	}
	patience := time.NewTimer(startPatience)
	defer patience.Stop()
	select {
	case <-s.log.reloaded:
		return nil
	case <-s.ended:
		return fmt.Errorf("the server has ended; it says: %s", s.log.last())
	case <-patience.C:
		return fmt.Errorf("the server does not take the directory; see %s", s.log.file.Name())
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *server) url() string { return "http://" + s.address }

// stop ends the server gracefully and waits for its end.
func (s *server) stop() error {
	s.end()
	<-s.ended
	if s.err != nil && !errors.Is(s.err, context.Canceled) {
		return fmt.Errorf("the server did not end well, see %s: %w", s.log.file.Name(), s.err)
	}
	return nil
}

// wait returns when the run is to end, or the server has ended by itself.
func (s *server) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-s.ended:
		return fmt.Errorf("the server has ended; it says: %s", s.log.last())
	}
}

// logFile keeps the server's log and finds in it the address that the server answers on.
type logFile struct {
	file     *os.File
	address  chan string
	reloaded chan struct{}

	mu   sync.Mutex
	line []byte // the line under way
	tail []byte // the last whole one
}

func newLogFile(name string) (*logFile, error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("the server's log cannot be written: %w", err)
	}
	return &logFile{file: f, address: make(chan string, 1), reloaded: make(chan struct{}, 1)}, nil
}

func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line = append(l.line, p...)
	for {
		line, rest, whole := bytes.Cut(l.line, []byte("\n"))
		if !whole {
			break
		}
		l.tail, l.line = bytes.Clone(line), rest
		var said struct{ Message, Address string }
		if json.Unmarshal(line, &said) == nil {
			l.hear(said.Message, said.Address)
		}
	}
	return l.file.Write(p)
}

// hear passes on what somebody waits for.
func (l *logFile) hear(message, address string) {
	switch message {
	case "serving":
		select {
		case l.address <- address:
		default:
		}
	case "the directory was read again":
		select {
		case l.reloaded <- struct{}{}:
		default:
		}
	}
}

func (l *logFile) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.tail)
}
