// Package e2e_test drives the whole server as the process that it is, with the real SDK over loopback.
//
// Every process that a test starts is ended by that test, by its own id. Every wait has an end, and no test asserts
// how long something takes.
package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"
)

// patience bounds every wait for something that has to come.
const patience = 2 * time.Minute

// programs is where the programs under test are built.
var programs string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "tsunagu-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	programs = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// The programs, built when the first test asks for one.
var (
	serverProgram = program("tsunagu", "server")
	tabletProgram = program("tablet", "mobile-sdk/go/cmd/tablet")
	demoProgram   = program("demo", "mobile-sdk/go/cmd/demo")
)

func program(name, pkg string) func(t *testing.T) string {
	build := sync.OnceValues(func() (string, error) {
		file := filepath.Join(programs, name)
		if runtime.GOOS == "windows" {
			file += ".exe"
		}
		cmd := exec.Command("go", "build", "-o", file, "./"+pkg)
		cmd.Dir = root()
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		if err := cmd.Run(); err != nil {
			return "", fmt.Errorf("%s does not build: %w\n%s", pkg, err, &said)
		}
		return file, nil
	})
	return func(t *testing.T) string {
		t.Helper()
		file, err := build()
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
}

func root() string { return filepath.Join("..", "..") }

func testdata(t *testing.T, name ...string) string {
	t.Helper()
	file, err := filepath.Abs(filepath.Join(append([]string{root(), "testdata"}, name...)...))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// await returns what comes from a channel, and fails the test if nothing does.
func await[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case v := <-from:
		return v
	case <-timer.C:
		t.Fatalf("waited too long for %s", what)
		panic("unreachable")
	}
}
