package badger

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

var rewriteOwn = flag.Bool("rewrite-own", false, "make testdata/store/own1 anew; only for a format that was never shipped")

const (
	ownVector = "../../../testdata/store/own1"
	ownShown  = "../../../testdata/store/own1.rows.txt"
)

// ownFiles are those of a closed store that are part of the vector.
var ownFiles = []string{"*.sst", "*.vlog", "KEYREGISTRY", "MANIFEST", "committed", "store.json"}

// TestTheServersOwnRowsOfVersion1: a store with a row in each of the server's own tables, with marks, of which some were
// taken out, shows what it showed. A later version must open or migrate it; the folder itself is never written anew.
func TestTheServersOwnRowsOfVersion1(t *testing.T) {
	if *rewriteOwn {
		writeOwnVector(t)
	}
	dir := t.TempDir()
	copyVector(t, ownVector, dir)
	s := open(t, testOptions(dir))
	shown := ""
	if err := s.Dump(t.Context(), func(r store.Row) error {
		shown += fmt.Sprintf("%d %q %q %x %q\n", r.Table, r.Tenant, r.Name, r.Key, r.Value)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if *rewriteOwn {
		if err := os.WriteFile(ownShown, []byte(shown), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(ownShown)
	if err != nil || shown != string(want) || strings.Count(shown, "\n") < 20 {
		t.Errorf("it shows, %v\n%s\nwant\n%s", err, shown, want)
	}
	if now := dueNow(t, s, 3); !slices.Equal(now, []string{"b", "a", "a"}) {
		t.Errorf("due: %v", now)
	}
}

// writeOwnVector makes the folder.
func writeOwnVector(t *testing.T) {
	dir := t.TempDir()
	s := open(t, testOptions(dir))
	change(t, s, func(tx store.Tx) error {
		for n := store.TableOutbox; n <= store.TableTargetOwner; n++ {
			for _, k := range []store.ServerKey{{Tenant: "demo", Table: n, Key: "a"}, {Tenant: "demo\x00", Table: n, Key: "患者/\x00"}} {
				if err := tx.PutServerRow(k, fmt.Append(nil, "row ", n)); err != nil {
					return err
				}
			}
		}
		for at := range int64(4) {
			if err := tx.PutDue(at, store.ServerKey{Tenant: "demo", Table: store.TableOutbox, Key: "a"}); err != nil {
				return err
			}
		}
		return tx.PutDue(-1, store.ServerKey{Tenant: "demo\x00", Table: store.TableTargetOwner, Key: "b"})
	})
	change(t, s, func(tx store.Tx) error {
		for _, at := range []int64{0, 2} {
			if err := tx.EraseDue(at, store.ServerKey{Tenant: "demo", Table: store.TableOutbox, Key: "a"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(ownVector); err != nil {
		t.Fatal(err)
	}
	copyVector(t, dir, ownVector)
}

// copyVector copies what is part of the vector.
func copyVector(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	copied := 0
	for _, pattern := range ownFiles {
		files, err := filepath.Glob(filepath.Join(from, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if err := copyWhole(file, filepath.Join(to, filepath.Base(file))); err != nil {
				t.Fatal(err)
			}
			copied++
		}
	}
	if copied < len(ownFiles) {
		t.Fatalf("only %d files are in %s", copied, from)
	}
}
