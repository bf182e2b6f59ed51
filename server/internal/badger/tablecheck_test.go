package badger

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// fullStore returns the folder of a closed store with several tables.
func fullStore(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	f := newFeed()
	for range 3 {
		s := open(t, testOptions(dir))
		f.fill(t, s, 1500)
		write(t, s, "kept")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// wholeFolder is every file of a folder with what is in it; what a start makes and takes away again is left out.
func wholeFolder(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == lockFile || d.Name() == "LOCK" {
			return err
		}
		content, err := os.ReadFile(path)
		all[strings.TrimPrefix(path, dir)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestEveryKindOfFileDamaged: truncated, with a flipped bit, or missing, no file of the store makes a start end in a
// trace. Either the store opens with everything in it, or one sentence names what is damaged and nothing was changed.
func TestEveryKindOfFileDamaged(t *testing.T) {
	dir := fullStore(t)
	healthy := wholeFolder(t, dir)
	opened, refusals := 0, 0
	for name, content := range healthy {
		for what, damage := range damages(content) {
			t.Run(strings.TrimPrefix(name, "/")+" "+what, func(t *testing.T) {
				folder := t.TempDir()
				for other, is := range healthy {
					put(t, folder+other, is)
				}
				remove(t, folder+name)
				if damage != nil {
					put(t, folder+name, *damage)
				}
				before := wholeFolder(t, folder)
				s, err := Open(testOptions(folder))
				if err == nil {
					opened++
					checkOpened(t, s)
					return
				}
				refusals++
				if strings.ContainsAny(err.Error(), "\n") {
					t.Errorf("not one sentence: %q", err)
				}
				checkRefused(t, err, before, wholeFolder(t, folder))
			})
		}
	}
	if opened == 0 || refusals == 0 {
		t.Errorf("%d opened and %d refused: the test shows nothing", opened, refusals)
	}
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// damages are what may happen to a file; nil is a file that is gone.
func damages(content string) map[string]*string {
	all := map[string]*string{"missing": nil}
	add := func(what, is string) { all[what] = &is }
	n := len(content)
	if n == 0 {
		return all
	}
	add("empty", "")
	for _, cut := range []int{1, n / 3, n / 2, n - 5, n - 1} {
		if cut > 0 && cut < n {
			add(fmt.Sprintf("cut after %d of %d", cut, n), content[:cut])
		}
	}
	for at := 0; at < min(n, 1<<20); at += 1 + n/12 {
		flipped := []byte(content)
		flipped[at] ^= 0x10
		add(fmt.Sprintf("bit of byte %d flipped", at), string(flipped))
	}
	return all
}

// checkOpened: a store that opens has all that was written.
func checkOpened(t *testing.T, s *Store) {
	t.Helper()
	if err := s.VerifyChecksums(); err != nil {
		t.Error(err)
	}
	if got := head(t, s); got != "kept" {
		t.Errorf("the head is %q", got)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// checkRefused: the store was refused before the driver was let at it, or what the driver took away is kept.
func checkRefused(t *testing.T, err error, before, after map[string]string) {
	t.Helper()
	var lost lostCommits
	if errors.As(err, &lost) {
		checkKept(t, before, after)
		return
	}
	if !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("it does not say what is safe: %q", err)
	}
	if !maps.Equal(before, after) {
		t.Errorf("refused with %q, and the folder changed from %d files to %d", err, len(before), len(after))
	}
}

// checkKept: every table that was there is there, or kept beside the logs.
func checkKept(t *testing.T, before, after map[string]string) {
	t.Helper()
	for name, content := range before {
		if strings.HasSuffix(name, ".sst") && after[name] != content && after["/"+savedLogs+name] != content {
			t.Errorf("%s is gone", name)
		}
	}
}

// TestLeftOversDoNotStay: a table that the list does not have, as after a kill, is no reason to refuse, and nothing of it
// is kept.
func TestLeftOversDoNotStay(t *testing.T) {
	dir := closedStore(t)
	put(t, filepath.Join(dir, "009999.sst"), "begun and never finished")
	s := open(t, testOptions(dir))
	if head(t, s) != "kept" {
		t.Error("the head is gone")
	}
	if _, err := os.Stat(filepath.Join(dir, savedLogs)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the copies stay: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestDamageIsKnown to whoever asks with errors.Is.
func TestDamageIsKnown(t *testing.T) {
	if !errors.Is(fileDamage{"d", "f"}, store.ErrDamaged) {
		t.Error("a damaged file is not known as damage")
	}
}
