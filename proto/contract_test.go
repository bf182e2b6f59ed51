// Package proto_test checks that the contract and the code generated from it
// belong together, and that the contract still fits what was shipped.
//
// It runs the same pinned tools as the Makefile, through `go tool`, so a fresh
// clone needs only the Go module proxy.
package proto_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"testing"
)

const (
	root      = ".." // the root of the repository, where buf.yaml lives
	toolsMod  = "proto/tools/buf/go.mod"
	template  = "proto/buf.gen.yaml"
	generated = "proto/gen"
	wireImage = "testdata/wire/image.binpb"
)

// TestGeneratedCodeIsCurrent keeps a forgotten `make generate`, and an edit by
// hand, from reaching anybody else.
func TestGeneratedCodeIsCurrent(t *testing.T) {
	out := t.TempDir()
	buf(t, "generate", "--template", template, "--output", out)

	want := readTree(t, filepath.Join(out, generated))
	got := readTree(t, filepath.Join(root, generated))
	for _, name := range differences(want, got) {
		t.Errorf("%s/%s differs from what the contract generates: run make generate", generated, name)
	}
}

func TestContractKeepsItsStyle(t *testing.T) {
	buf(t, "lint")
}

// TestContractFitsShippedWireFormat fails when a tablet in the field could no
// longer be understood.
func TestContractFitsShippedWireFormat(t *testing.T) {
	_, err := os.Stat(filepath.Join(root, wireImage))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s does not exist yet: make wire-image records it", wireImage)
	}
	if err != nil {
		t.Fatal(err)
	}
	buf(t, "breaking", "--against", wireImage)
}

// TestDifferencesAreSeen shows that the comparison can fail.
func TestDifferencesAreSeen(t *testing.T) {
	want := map[string][]byte{"same.go": []byte("a"), "edited.go": []byte("a"), "missing.go": []byte("a")}
	got := map[string][]byte{"same.go": []byte("a"), "edited.go": []byte("b"), "stale.go": []byte("a")}

	found := differences(want, got)
	expected := []string{"edited.go", "missing.go", "stale.go"}
	if len(found) != len(expected) {
		t.Fatalf("found %q, want %q", found, expected)
	}
	for i := range expected {
		if found[i] != expected[i] {
			t.Errorf("found %q, want %q", found, expected)
		}
	}
}

// buf runs buf at the root of the repository and fails the test with its
// output when it complains.
func buf(t *testing.T, args ...string) {
	t.Helper()
	readInputs(t)
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"tool", "-modfile=" + toolsMod, "buf"}, args...)...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("buf %q: %v\n%s", args, err, out)
	}
}

// readInputs opens everything that buf is about to read. `go test` reuses the
// result of a test as long as the files that the test itself opened stay the
// same; it cannot see what a child process reads.
func readInputs(t *testing.T) {
	t.Helper()
	for _, name := range []string{"go.mod", "buf.yaml", wireImage, "proto"} {
		readTree(t, filepath.Join(root, name))
	}
}

// readTree returns the files under dir by their slash-separated path. What
// does not exist is an empty tree.
func readTree(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == dir {
			return fs.SkipAll
		}
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// differences names the files that are not in both trees with equal bytes.
func differences(want, got map[string][]byte) []string {
	var names []string
	for name, content := range want {
		if other, ok := got[name]; !ok || !bytes.Equal(content, other) {
			names = append(names, name)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}
