package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// server is one that runs.
type server interface {
	address() string
	pid() int
	// stop ends it as its owner would, and waits until everything is on disk.
	stop() error
}

// How long a server may take to begin and to end.
const (
	startDeadline = 20 * time.Second
	stopDeadline  = 30 * time.Second
)

// loopback is where the bench comes from: it is trusted to name the addresses of its tablets.
const loopback = "127.0.0.0/8"

// process is a server with a process of its own.
type process struct {
	command *exec.Cmd
	at      string
	ended   chan error
}

// startProcess starts the binary on a data folder. Its log goes into a file, as it would in service.
func startProcess(ctx context.Context, binary, data, directory, endpoint string) (_ *process, err error) {
	log, err := os.Create(data + ".log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p := &process{ended: make(chan error, 1)}
	p.command = exec.Command(binary, "serve", "--data", data, "--directory", directory, "--listen", "127.0.0.1:0",
		"--trusted-proxies", loopback)
	if endpoint != "" {
		p.command.Args = append(p.command.Args, "--fcm-endpoint", endpoint, "--fcm-project", "bench")
	}
	p.command.Stderr = log
	attached(p.command)
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go func() { p.ended <- p.command.Wait() }()
	if p.at, err = p.await(ctx, log.Name()); err != nil {
		return nil, errors.Join(err, p.kill())
	}
	return p, nil
}

// await reads the log until it says where the server listens.
func (p *process) await(ctx context.Context, log string) (string, error) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(startDeadline)
	for {
		said, err := os.ReadFile(log)
		if err != nil {
			return "", err
		}
		if at := listening(said); at != "" {
			return at, nil
		}
		select {
		case err := <-p.ended:
			p.ended <- err
			return "", fmt.Errorf("the server ended at once (%w): %s", err, said)
		case <-deadline:
			return "", errors.New("the server did not start in time")
		case <-ctx.Done():
			return "", ctx.Err()
		case <-tick.C:
		}
	}
}

func listening(log []byte) string {
	for line := range bytes.Lines(log) {
		var said struct{ Message, Address string }
		if json.Unmarshal(line, &said) == nil && said.Message == "serving" {
			return said.Address
		}
	}
	return ""
}

func (p *process) address() string { return p.at }
func (p *process) pid() int        { return p.command.Process.Pid }

func (p *process) stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return errors.Join(err, p.kill())
	}
	select {
	case err := <-p.ended:
		if err != nil {
			return fmt.Errorf("the server did not end well: %w", err)
		}
		return nil
	case <-time.After(stopDeadline):
		return errors.Join(errors.New("the server did not end in time"), p.kill())
	}
}

// kill ends the process for certain.
func (p *process) kill() error {
	_ = p.command.Process.Kill()
	<-p.ended
	return nil
}
