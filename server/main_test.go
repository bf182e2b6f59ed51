package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/secret"
)

var demo = filepath.Join("..", "testdata", "demo", "directory.yaml")

// tsunagu runs the command within the test.
func tsunagu(stdin string, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = run(args, strings.NewReader(stdin), &o, &e)
	return code, o.String(), e.String()
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{nil, {"--help"}, {"serve", "--help"}, {"verify", "--help"}, {"directory", "hash-secret", "--help"}} {
		code, out, errs := tsunagu("", args...)
		if code != exitOK || !strings.Contains(out, "tsunagu") || errs != "" {
			t.Errorf("%v: %d %q %q", args, code, out, errs)
		}
	}
	_, out, _ := tsunagu("", "serve", "--help")
	for _, want := range []string{"What is kept where", "127.0.0.1:8420", "TSUNAGU_DATA", "seal.key", "SIGHUP"} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("the help of serve does not say %q", want)
		}
	}
}

func TestHashSecret(t *testing.T) {
	code, out, _ := tsunagu("correct horse\n", "directory", "hash-secret", "--demo")
	h, err := secret.Parse(strings.TrimSpace(out))
	if code != exitOK || err != nil || !h.Fits("correct horse") {
		t.Errorf("%d %q %v", code, out, err)
	}
	code, out, errs := tsunagu("short\n", "directory", "hash-secret")
	if code != exitError || out != "" || strings.Contains(errs, "short") {
		t.Errorf("%d %q %q", code, out, errs)
	}
}

func TestCheckDirectory(t *testing.T) {
	if code, out, _ := tsunagu("", "directory", "check", demo); code != exitOK || !strings.HasPrefix(out, "fine: 6 people") {
		t.Errorf("%d %q", code, out)
	}
	bad := filepath.Join(t.TempDir(), "directory.yaml")
	if err := os.WriteFile(bad, []byte("tenant: t\nx: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := tsunagu("", "directory", "check", bad); code != exitError || !strings.Contains(errs, "directory.yaml:2: there is no field x") {
		t.Errorf("%d %q", code, errs)
	}
}

// TestRefusalsAreOneSentence: no usage text, no stack.
func TestRefusalsAreOneSentence(t *testing.T) {
	for _, test := range []struct {
		code int
		args []string
	}{
		{exitUsage, []string{"serve", "--bogus"}},
		{exitUsage, []string{"bogus"}},
		{exitUsage, []string{"serve", "--config", filepath.Join(t.TempDir(), "absent.yaml")}},
		{exitError, []string{"serve", "--data", t.TempDir(), "--directory", "absent.yaml"}},
		{exitError, []string{"verify", "--data", t.TempDir()}},
	} {
		code, out, errs := tsunagu("", test.args...)
		if code != test.code || out != "" || strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "tsunagu: ") {
			t.Errorf("%v: %d %q %q", test.args, code, out, errs)
		}
	}
}

// TestProcess runs the binary: it serves until SIGTERM, ends with 0, and what it left behind is clean until somebody
// damages it.
func TestProcess(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "tsunagu")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data := filepath.Join(t.TempDir(), "data")
	address := free(t)
	var log bytes.Buffer
	server := exec.CommandContext(t.Context(), binary, "serve", "--data", data, "--directory", demo, "--log-format", "json")
	server.Env = append(os.Environ(), "TSUNAGU_LISTEN="+address)
	server.Stderr = &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	untilReady(t, "http://"+address+"/readyz")

	second, err := exec.CommandContext(t.Context(), binary, "serve", "--data", data, "--directory", demo, "--listen", "127.0.0.1:0").CombinedOutput()
	if err == nil || !strings.Contains(string(second), "another process") {
		t.Errorf("a second process: %v %s", err, second)
	}
	if code, _, errs := tsunagu("", "verify", "--data", data); code != exitError || !strings.Contains(errs, "another process") {
		t.Errorf("verify beside the server: %d %s", code, errs)
	}
	if err := server.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("it ended with %v: %s", err, &log)
	}
	for line := range strings.Lines(log.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
	if code, out, errs := tsunagu("", "verify", "--data", data); code != exitOK || !strings.HasPrefix(out, "clean") {
		t.Errorf("verify: %d %q %q", code, out, errs)
	}
}

// untilReady asks until the server answers; the deadline only keeps a failing test from hanging.
func untilReady(t *testing.T, url string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := http.DefaultClient.Do(request); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it does not become ready")
}

func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestCollectionByHandSaysItsGrace in the words that it is read from.
func TestCollectionByHandSaysItsGrace(t *testing.T) {
	code, out, errs := tsunagu("", "blobs", "collect", "--help")
	if want := "Default: 168h"; code != exitOK || errs != "" || !strings.Contains(strings.Join(strings.Fields(out), " "), want) || commandGrace != 168*time.Hour {
		t.Errorf("%d %q %q, want %q", code, out, errs, want)
	}
}
