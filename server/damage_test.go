package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tsunagu-care/tsunagu/server/internal/badger"
	"github.com/tsunagu-care/tsunagu/server/internal/keys"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// TestDamagedStoreIsRefusedInOneSentence by every command that opens it: the sentence names the file, says that nothing
// was changed and what to do; verify says with its code that it is damage.
func TestDamagedStoreIsRefusedInOneSentence(t *testing.T) {
	for name, spoil := range map[string]func([]byte) []byte{
		"*.sst":       func(b []byte) []byte { return b[:len(b)-3] },
		"MANIFEST":    func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"KEYREGISTRY": func(b []byte) []byte { return b[:20] },
		"*.vlog":      func(b []byte) []byte { b[2] ^= 1; return b },
	} {
		data := emptyFolder(t)
		putSomething(t, data)
		files, err := filepath.Glob(filepath.Join(data, "store", name))
		if err != nil || len(files) == 0 {
			t.Fatalf("the store has no %s: %v", name, err)
		}
		content, err := os.ReadFile(files[0])
		if err == nil {
			err = os.WriteFile(files[0], spoil(content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, command := range []string{"serve --listen 127.0.0.1:0", "verify", "stats", "backup --recipient " + recipient(t) + " --out " + filepath.Join(t.TempDir(), "b")} {
			args := append(strings.Fields(command), "--data", data)
			if command != "verify" {
				args = append(args, "--directory", demo)
			}
			code, _, errs := tsunagu("", args...)
			want := exitError
			if command == "verify" {
				want = exitDamage
			}
			for _, say := range []string{filepath.Base(files[0]), "nothing was changed", "restore from a backup"} {
				if !strings.Contains(errs, say) {
					t.Errorf("%s, %s: it does not say %q: %s", name, command, say, errs)
				}
			}
			if code != want || strings.Count(errs, "\n") != 1 {
				t.Errorf("%s, %s: %d %q", name, command, code, errs)
			}
		}
	}
}

// putSomething makes the store of a data folder write a table.
func putSomething(t *testing.T, data string) {
	t.Helper()
	k, err := keys.Load(filepath.Join(data, "keys"), true)
	if err != nil {
		t.Fatal(err)
	}
	s, err := badger.Open(badger.Options{Dir: filepath.Join(data, "store"), Key: k.Store[:]})
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(s.Update(t.Context(), func(tx store.Tx) error { return tx.PutDevice("demo", "tablet-a", nil) })[0], s.Close())
	if err != nil {
		t.Fatal(err)
	}
}

func recipient(t *testing.T) string {
	t.Helper()
	code, _, errs := tsunagu("", "backup", "keygen")
	if code != exitOK {
		t.Fatal(errs)
	}
	return strings.TrimSpace(strings.TrimPrefix(errs, "public key: "))
}

// TestCommandsNeedTheJournal: without a server, a command that does not find the journal begins none, in which an erasure
// would stand where nobody looks for it.
func TestCommandsNeedTheJournal(t *testing.T) {
	data := emptyFolder(t)
	elsewhere := filepath.Join(t.TempDir(), "journal")
	if err := os.Rename(filepath.Join(data, "journal"), elsewhere); err != nil {
		t.Fatal(err)
	}
	code, _, errs := tsunagu("", "stats", "--data", data, "--directory", demo)
	if code != exitError || !strings.Contains(errs, "--journal") || !strings.Contains(errs, "nothing was changed") {
		t.Errorf("%d %q", code, errs)
	}
	if _, err := os.Stat(filepath.Join(data, "journal")); !os.IsNotExist(err) {
		t.Errorf("a journal was begun: %v", err)
	}
	if code, _, errs := tsunagu("", "stats", "--data", data, "--directory", demo, "--journal", elsewhere); code != exitOK {
		t.Errorf("%d %q", code, errs)
	}
}
