package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/tsunagu-care/tsunagu/sync/scenario"
)

// module is the one that the demo belongs to. The server is built and started as a program of its own: what a tablet
// links knows nothing of it.
const module = "github.com/tsunagu-care/tsunagu"

// builder builds programs of the checkout that it stands in.
type builder struct{ root string }

func newBuilder(ctx context.Context) (builder, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return builder{}, fmt.Errorf("the demo builds its server from source: run it inside the checkout, with Go installed (%w)", err)
	}
	return builder{strings.TrimSpace(string(out))}, nil
}

// directory is the file with the made-up people.
func (b builder) directory() string {
	return filepath.Join(b.root, "testdata", "demo", "directory.yaml")
}

// script reads a scenario script; without a name the demo's own.
func (b builder) script(name string) (*scenario.Script, error) {
	if name == "" {
		name = filepath.Join(b.root, "testdata", "demo", "two-tablets.txt")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("the script cannot be read: %w", err)
	}
	script, err := scenario.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return script, nil
}

// build puts the server and the tablet on the command line into the folder.
func (b builder) build(ctx context.Context, dir string) error {
	for name, pkg := range map[string]string{"tsunagu": "server", "tablet": "mobile-sdk/go/cmd/tablet"} {
		cmd := exec.CommandContext(ctx, "go", "build", "-o", program(dir, name), "./"+pkg)
		cmd.Dir = b.root
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		err := cmd.Run()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return errors.Join(fmt.Errorf("%s does not build: %w", pkg, err), errors.New(strings.TrimSpace(said.String())))
		}
	}
	return nil
}

func program(dir, name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(dir, name)
}
