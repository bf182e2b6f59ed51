package mobile_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestEverythingCanBeBound runs the generator of the bindings: it leaves out what it cannot bind and says so only in
// a comment.
func TestEverythingCanBeBound(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a generator over the package and all it imports")
	}
	out := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "tool", "gobind", "-lang=go,java,objc", "-outdir="+out,
		"github.com/tsunagu-care/tsunagu/mobile-sdk/go/mobile")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("gobind: %v\n%s", err, text)
	}
	files := 0
	err := filepath.WalkDir(out, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files++
		for line := range bytes.Lines(text) {
			if bytes.Contains(line, []byte("// skipped")) {
				t.Errorf("%s: %s", filepath.Base(path), line)
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files, %v", files, err)
	}
}
