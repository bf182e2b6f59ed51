package badger

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

var stream = store.Stream{Tenant: "t", Name: "s"}

func putHead(value string) func(store.Tx) error {
	return func(tx store.Tx) error { return tx.PutHead(stream, []byte(value)) }
}

// write stores a head that head reads.
func write(t *testing.T, s *Store, value string) {
	t.Helper()
	if err := s.Update(t.Context(), putHead(value))[0]; err != nil {
		t.Fatal(err)
	}
}

func head(t *testing.T, s *Store) (value string) {
	t.Helper()
	err := s.View(t.Context(), func(r store.Reader) error {
		head, err := r.Head(stream)
		value = string(head)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// closedStore returns the folder of a closed store with a head.
func closedStore(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s := open(t, testOptions(dir))
	newFeed().fill(t, s, 2000)
	write(t, s, "kept")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// refused opens a store that has to be refused with a sentence, and the folder left as it is.
func refused(t *testing.T, o Options, sentence string) {
	t.Helper()
	before := listing(t, o.Dir)
	s, err := Open(o)
	if err == nil {
		_ = s.Close()
		t.Fatal("the store was opened")
	}
	if !strings.Contains(err.Error(), sentence) || strings.Contains(err.Error(), "\n") {
		t.Errorf("refused with %q, want one sentence with %q", err, sentence)
	}
	if after := listing(t, o.Dir); after != before {
		t.Errorf("the folder changed from\n%sto\n%s", before, after)
	}
}

// listing is a folder's files, without what is only there while a process has it open or made and left empty when the
// driver refused.
func listing(t *testing.T, dir string) string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range files {
		if f.Name() != lockFile && f.Name() != "LOCK" && filepath.Ext(f.Name()) != ".mem" {
			b.WriteString(f.Name() + "\n")
		}
	}
	return b.String()
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func TestOpenAgain(t *testing.T) {
	dir := closedStore(t)
	s := open(t, testOptions(dir))
	if head(t, s) != "kept" {
		t.Error("the head is gone")
	}
	if err := s.VerifyChecksums(); err != nil {
		t.Error(err)
	}
	id := s.ID()
	_ = s.Close()
	if again := open(t, testOptions(dir)); again.ID() != id || id == "" {
		t.Errorf("the store's id went from %s to %s", id, again.ID())
	}
}

func TestRefusesALostManifest(t *testing.T) {
	dir := closedStore(t)
	remove(t, filepath.Join(dir, "MANIFEST"))
	refused(t, testOptions(dir), "lost its MANIFEST")
}

func TestRefusesALostKeyRegistry(t *testing.T) {
	dir := closedStore(t)
	remove(t, filepath.Join(dir, "KEYREGISTRY"))
	refused(t, testOptions(dir), "lost its KEYREGISTRY")
}

func TestRefusesAForeignFolder(t *testing.T) {
	dir := closedStore(t)
	remove(t, filepath.Join(dir, sentinelFile))
	refused(t, testOptions(dir), "is not empty and holds no store")
}

func TestRefusesADamagedSentinel(t *testing.T) {
	dir := closedStore(t)
	for content, sentence := range map[string]string{
		"{":                                 "is damaged",
		"{}":                                "is damaged",
		`{"storeID":"x","formatVersion":9}`: "format 9",
	} {
		if err := os.WriteFile(filepath.Join(dir, sentinelFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, testOptions(dir), sentence)
	}
}

// TestAnOlderFormatBecomesTheNewest: a program that does not know the newest then refuses the folder, instead of taking what is
// new in it for damage.
func TestAnOlderFormatBecomesTheNewest(t *testing.T) {
	dir := closedStore(t)
	path := filepath.Join(dir, sentinelFile)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	newest := fmt.Sprintf(`"formatVersion":%d`, formatVersion)
	older := bytes.Replace(content, []byte(newest), fmt.Appendf(nil, `"formatVersion":%d`, oldestFormat), 1)
	if bytes.Equal(older, content) {
		t.Fatalf("the sentinel says %s", content)
	}
	if err := os.WriteFile(path, older, 0o600); err != nil {
		t.Fatal(err)
	}
	if head(t, open(t, testOptions(dir))) != "kept" {
		t.Error("what the older folder held is gone")
	}
	if again, err := os.ReadFile(path); err != nil || !bytes.Equal(again, content) {
		t.Errorf("%v: the sentinel says %s", err, again)
	}
}

func TestRefusesTheWrongKey(t *testing.T) {
	o := testOptions(closedStore(t))
	o.Key = bytes.Repeat([]byte{8}, KeyBytes)
	refused(t, o, "key file option")
	o.Key = o.Key[:16]
	refused(t, o, "16 bytes instead of 32")
	if head(t, open(t, testOptions(o.Dir))) != "kept" {
		t.Error("the right key does not open the store any more")
	}
}

// TestRefusesADamagedTable flips one bit in the middle of a table.
func TestRefusesADamagedTable(t *testing.T) {
	dir := closedStore(t)
	tables, _ := filepath.Glob(filepath.Join(dir, "*.sst"))
	if len(tables) == 0 {
		t.Fatal("the store has no table")
	}
	content, err := os.ReadFile(tables[0])
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/3] ^= 1
	if err := os.WriteFile(tables[0], content, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		refused(t, testOptions(dir), "is damaged; nothing was changed")
	}
	if _, err := Open(testOptions(dir)); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("%v is not known as damage", err)
	}
}

// TestEmptyLogsAreRemoved: a process was killed while it made its log files.
func TestEmptyLogsAreRemoved(t *testing.T) {
	dir := closedStore(t)
	for _, name := range []string{"00099.mem", "000099.vlog"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if head(t, open(t, testOptions(dir))) != "kept" {
		t.Error("the head is gone")
	}
}

// TestKilledBeforeTheFirstOpenEnded: the sentinel is there, the driver's files are not yet.
func TestKilledBeforeTheFirstOpenEnded(t *testing.T) {
	dir := t.TempDir()
	if _, err := newSentinel(dir); err != nil {
		t.Fatal(err)
	}
	s := open(t, testOptions(dir))
	write(t, s, "1")
	if !s.sentinel.Ready {
		t.Error("the sentinel is not ready")
	}
}

func TestKeyFile(t *testing.T) {
	dir, path := filepath.Join(t.TempDir(), "store"), filepath.Join(t.TempDir(), "keys", "store.key")
	key, err := CreateKeyFile(path, dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ReadKeyFile(path)
	if err != nil || !bytes.Equal(again, key) {
		t.Errorf("the key reads back as other bytes (%v)", err)
	}
	if _, err := CreateKeyFile(path, dir); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("overwriting a key file gives %v", err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadKeyFile(path); err == nil || !strings.Contains(err.Error(), "read by others") {
		t.Errorf("a key file that others may read gives %v", err)
	}
	if _, err := CreateKeyFile(path+"2", closedStore(t)); err == nil || !strings.Contains(err.Error(), "holds data") {
		t.Errorf("a new key for an old store gives %v", err)
	}
	if err := os.WriteFile(path+"3", []byte("not hexadecimal"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadKeyFile(path + "3"); err == nil || strings.Contains(err.Error(), "not hexadecimal") {
		t.Errorf("a damaged key file gives %v", err)
	}
}
