package e2e_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// tsunagu runs the server's program to its end.
func tsunagu(t *testing.T, in io.Reader, args ...string) (out string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), serverProgram(t), args...)
	cmd.Stdin = in
	said, err := cmd.CombinedOutput()
	return string(said), err
}

// done is a command that has to succeed.
func done(t *testing.T, args ...string) string {
	t.Helper()
	out, err := tsunagu(t, nil, args...)
	if err != nil {
		t.Fatalf("tsunagu %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// refused is a command that has to fail in one sentence.
func refused(t *testing.T, want string, args ...string) {
	t.Helper()
	out, err := tsunagu(t, nil, args...)
	if err == nil || !strings.Contains(out, want) || strings.Count(out, "\n") != 1 {
		t.Errorf("tsunagu %s: %v, without %q:\n%s", strings.Join(args, " "), err, want, out)
	}
}

// keyPair makes a key pair as an operator does.
func keyPair(t *testing.T, folder string) (identity, recipient string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), serverProgram(t), "backup", "keygen")
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	identity = filepath.Join(folder, "key.txt")
	if err := os.WriteFile(identity, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return identity, regexp.MustCompile("age1[0-9a-z]+").FindString(string(text))
}

// until waits for what has to become true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for begun := time.Now(); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Since(begun) > patience {
			t.Fatalf("waited too long for %s", what)
		}
	}
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// TestBackupsByHand goes through the commands as an operator does, and damages what they make.
func TestBackupsByHand(t *testing.T) {
	dir := t.TempDir()
	data, file := filepath.Join(dir, "data"), filepath.Join(dir, "b.age")
	identity, recipient := keyPair(t, dir)
	s := serve(t, data, "127.0.0.1:0")
	c := signIn(t, s.url(), "sato", "tablet-a")
	if _, err := c.write(t.Context(), create(t, shared, 70)); err != nil {
		t.Fatal(err)
	}
	make := []string{"backup", "--data", data, "--out", file, "--recipient", recipient}
	if out := done(t, make...); !strings.Contains(out, "1 entries") {
		t.Error(out)
	}
	refused(t, "there already", make...)
	if out := done(t, "backup", "verify", "--in", file, "--identity", identity, "--data", data); !strings.Contains(out, "it covers 1 streams") {
		t.Error(out)
	}
	if out := done(t, "stats", "--data", data, "--json"); !strings.Contains(out, `"notCovered":0`) {
		t.Error(out)
	}
	s.stop(t)
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bad, into := filepath.Join(dir, "bad.age"), filepath.Join(dir, "new")
	for at := 0; at < len(content); at += len(content) / 7 {
		changed := bytes.Clone(content)
		changed[at] ^= 1
		if err := os.WriteFile(bad, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, "nothing was changed", "backup", "verify", "--in", bad, "--identity", identity)
		refused(t, "nothing was changed", "restore", "--in", bad, "--identity", identity, "--data", into)
	}
	refused(t, "not empty", "restore", "--in", file, "--identity", identity, "--data", data)
	refused(t, "no way back", "erase", "--data", data, "--stream", "s", "--record", "00", "--order-reference", "1")
	verify(t, data)
}

// TestAKilledBackup leaves a file that is named as unfinished, and nothing else. The server stands still while the
// command is killed, so that the command is in the middle of it.
func TestAKilledBackup(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be made to stand still here")
	}
	dir := t.TempDir()
	data, file := filepath.Join(dir, "data"), filepath.Join(dir, "b.age")
	_, recipient := keyPair(t, dir)
	s := serve(t, data, "127.0.0.1:0")
	if err := s.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(serverProgram(t), "backup", "--data", data, "--out", file, "--recipient", recipient)
	p := launch(t, cmd, cmd.StderrPipe)
	until(t, "the unfinished file", func() bool { return there(file + ".part") })
	_ = p.signal(t, syscall.SIGKILL)
	if err := s.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if there(file) || !there(file+".part") {
		t.Error("a killed backup has its name")
	}
	done(t, "backup", "--data", data, "--out", file, "--recipient", recipient) // and the next one is whole
	if there(file + ".part") {
		t.Error("an unfinished file stays")
	}
	s.stop(t)
}

// TestAKilledRestore leaves a folder that no server takes and that can be removed.
func TestAKilledRestore(t *testing.T) {
	dir := t.TempDir()
	data, file, into := filepath.Join(dir, "data"), filepath.Join(dir, "b.age"), filepath.Join(dir, "new")
	identity, recipient := keyPair(t, dir)
	s := serve(t, data, "127.0.0.1:0")
	if _, err := signIn(t, s.url(), "sato", "tablet-a").write(t.Context(), create(t, shared, 70)); err != nil {
		t.Fatal(err)
	}
	done(t, "backup", "--data", data, "--out", file, "--recipient", recipient)
	s.stop(t)
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	cmd := exec.Command(serverProgram(t), "restore", "--in", "-", "--identity", identity, "--data", into)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	p := launch(t, cmd, cmd.StderrPipe)
	if _, err := in.Write(content[:len(content)/2]); err != nil { // the other half never comes
		t.Fatal(err)
	}
	until(t, "the folder", func() bool { return there(filepath.Join(into, "restore.unfinished")) })
	_ = p.signal(t, syscall.SIGKILL)

	refused(t, "did not come to its end", "stats", "--data", into, "--directory", testdata(t, "demo", "directory.yaml"))
	refused(t, "not empty", "restore", "--in", file, "--identity", identity, "--data", into)
	out, err := tsunagu(t, nil, "serve", "--data", into, "--directory", testdata(t, "demo", "directory.yaml"), "--listen", "127.0.0.1:0")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(out, "did not come to its end") {
		t.Errorf("a server takes it: %v\n%s", err, out)
	}
	if err := os.RemoveAll(into); err != nil {
		t.Fatal(err)
	}
	done(t, "restore", "--in", file, "--identity", identity, "--data", into)
	verify(t, into)
}
