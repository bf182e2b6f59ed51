package badger

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// copyOf copies a store's folder while it is open: what a kill would leave.
func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// TestDamagedLogIsNoticed: acknowledged commits stand in a log only; a bit of it flips, or it is cut or gone.
func TestDamagedLogIsNoticed(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(testOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 20 {
		write(t, s, "a value that has to be there")
	}
	whole, err := Open(testOptions(copyOf(t, dir)))
	if err != nil {
		t.Fatalf("a store that was killed: %v", err)
	}
	if err := whole.Close(); err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func(log string) error{
		"a flipped bit": func(log string) error {
			content, err := os.ReadFile(log)
			if err != nil {
				return err
			}
			content[600] ^= 1
			return os.WriteFile(log, content, 0o600)
		},
		"an empty log": func(log string) error { return os.Truncate(log, 0) },
		"no log":       os.Remove,
	} {
		killed := copyOf(t, dir)
		logs, err := filepath.Glob(filepath.Join(killed, "*.mem"))
		if err != nil || len(logs) == 0 {
			t.Fatalf("no log: %v", err)
		}
		before, _ := os.ReadFile(logs[0])
		if err := damage(logs[0]); err != nil {
			t.Fatal(err)
		}
		for range 2 { // and it stays refused
			if _, err := Open(testOptions(killed)); !errors.Is(err, store.ErrDamaged) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if name != "a flipped bit" {
			continue
		}
		saved, err := os.ReadFile(filepath.Join(killed, savedLogs, filepath.Base(logs[0])))
		if err != nil || len(saved) < 1000 || saved[0] != before[0] {
			t.Errorf("the log as it was is not kept: %d bytes, %v", len(saved), err)
		}
		if err := os.Remove(filepath.Join(killed, witnessFile)); err != nil {
			t.Fatal(err)
		}
		again, err := Open(testOptions(killed))
		if err != nil {
			t.Fatalf("without the witness, as the sentence says: %v", err)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(killed, savedLogs)); err != nil {
			t.Errorf("and the log as it was is gone: %v", err)
		}
	}
}
