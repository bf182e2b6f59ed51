package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	day   = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	sato  = grant("sato", "chart-0001", time.Time{})
	ito   = grant("ito", "chart-0001", time.Time{})
	slate = Right{What: Device, Tenant: "demo", ID: "tablet-a", Mark: "aa"}
)

func grant(person, chart string, until time.Time) Right {
	return Right{What: Grant, Tenant: "demo", ID: person, Chart: chart, Role: "nurse", From: day, Until: until}
}

func opened(t *testing.T, folder string) *Journal {
	t.Helper()
	j, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

// load brings a directory file into force and returns what of it does not hold.
func load(t *testing.T, j *Journal, at time.Time, rights ...Right) Overruled {
	t.Helper()
	over, err := j.Load(rights, at)
	if err != nil {
		t.Fatal(err)
	}
	return over
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestOnlyChangesAreWritten: a file that says the same writes nothing.
func TestOnlyChangesAreWritten(t *testing.T) {
	j := opened(t, t.TempDir())
	for _, step := range []struct {
		rights []Right
		lines  uint64
	}{
		{[]Right{sato, ito, slate}, 3},
		{[]Right{sato, ito, slate}, 3},
		{[]Right{sato, sato, slate}, 4},                                      // ito is gone; a right that stands twice is one
		{[]Right{grant("sato", "chart-0001", day.AddDate(0, 1, 0))}, 6},      // sato gets an end, the tablet is gone
		{[]Right{grant("sato", "chart-0001", day.AddDate(0, 1, 0)), ito}, 7}, // ito again
	} {
		if over := load(t, j, day, step.rights...); len(over) != 0 || j.Lines() != step.lines {
			t.Fatalf("%d lines instead of %d, overruled %v", j.Lines(), step.lines, over)
		}
	}
}

// TestRevocationsSurviveARestore: what had ended stays ended though an older file gives it, until the file knows.
func TestRevocationsSurviveARestore(t *testing.T) {
	folder := t.TempDir()
	j := opened(t, folder)
	load(t, j, day, sato, ito, slate)
	load(t, j, day.AddDate(0, 0, 7), sato) // ito's grant and the tablet are taken out
	must(t, j.Restored(Restore{ID: "r1", Backup: day}, day.AddDate(0, 0, 8)))
	must(t, j.Close())

	j = opened(t, folder)
	if !j.Unconfirmed() {
		t.Fatal("the restore is forgotten")
	}
	lines := j.Lines()
	suzuki := grant("suzuki", "chart-0001", time.Time{})
	over := load(t, j, day.AddDate(0, 0, 9), ito, slate, suzuki)
	if len(over) != 2 || !over[ito.Key()].Equal(day.AddDate(0, 0, 7)) || over[slate.Key()].IsZero() {
		t.Errorf("overruled: %v", over)
	}
	if j.Lines() != lines {
		t.Error("an unconfirmed file is written down")
	}
	how := map[string]string{}
	for _, d := range j.Differences([]Right{ito, slate, suzuki}, day.AddDate(0, 0, 9)) {
		how[d.Right.Key()] = d.How
	}
	if how[ito.Key()] != Ended || how[slate.Key()] != Ended || how[suzuki.Key()] != New || how[sato.Key()] != Missing {
		t.Errorf("differences: %v", how)
	}
	must(t, j.Confirm([]Right{ito, slate, suzuki}, day.AddDate(0, 0, 10)))
	if j.Unconfirmed() || len(load(t, j, day.AddDate(0, 0, 10), ito, slate, suzuki)) != 2 {
		t.Error("the confirmation lifts what the journal insists on")
	}
	if over := load(t, j, day.AddDate(0, 0, 11), suzuki); len(over) != 0 { // the file has been brought up to date
		t.Errorf("overruled: %v", over)
	}
	if over := load(t, j, day.AddDate(0, 0, 12), suzuki, ito); len(over) != 0 { // and ito gets the grant anew
		t.Errorf("a grant given anew is refused: %v", over)
	}
}

// TestARightThatRunsOutLaterIsMissed: with the confirmation it ends before its time, so whoever confirms is told. What has
// run out by itself is no news.
func TestARightThatRunsOutLaterIsMissed(t *testing.T) {
	j := opened(t, t.TempDir())
	week := day.AddDate(0, 0, 7)
	load(t, j, day, sato, grant("ito", "chart-0001", week), slate)
	must(t, j.Restored(Restore{ID: "r1", Backup: day}, day))
	for _, c := range []struct {
		now     time.Time
		missing int
	}{{day, 2}, {week.Add(-time.Second), 2}, {week, 1}, {week.AddDate(1, 0, 0), 1}} {
		found := j.Differences([]Right{slate}, c.now)
		for _, d := range found {
			if d.How != Missing {
				t.Errorf("%v", d)
			}
		}
		if len(found) != c.missing || found[len(found)-1].Right.Key() != sato.Key() {
			t.Errorf("at %v: %v", c.now, found)
		}
	}
}

// TestErasuresAndCoversAreThereAgain after the journal was closed.
func TestErasuresAndCoversAreThereAgain(t *testing.T) {
	folder := t.TempDir()
	j := opened(t, folder)
	e := Erasure{Tenant: "demo", Stream: "chart-0001/care", Record: "00", Order: "2026-17"}
	must(t, j.Erased(e, day))
	must(t, j.Erased(e, day))
	must(t, j.Verified(Backup{ID: "b1"}, []Cover{{"demo", "s", 1, 7}, {"demo", "t", 1, 2}}, day))
	must(t, j.Verified(Backup{ID: "b0"}, []Cover{{"demo", "s", 1, 3}}, day)) // an older one
	must(t, j.Close())
	j = opened(t, folder)
	if list := j.Erasures(); len(list) != 1 || list[0] != e {
		t.Errorf("erasures: %v", list)
	}
	if v := j.Durable("demo", "s"); v.GetSeq() != 7 || v.GetEpoch() != 1 || j.Durable("demo", "u") != nil || j.Durable("other", "s") != nil {
		t.Errorf("durable: %v", v)
	}
	if b, _, ok := j.LastBackup(); !ok || b.ID != "b0" || b.Streams != 2 {
		t.Errorf("last backup: %v", b)
	}
	must(t, j.CoverAfterRestore(Backup{ID: "b0"}, []Cover{{"demo", "s", 1, 3}}, day))
	if j.Durable("demo", "s").GetSeq() != 3 || j.Durable("demo", "t") != nil {
		t.Error("a restore leaves covers of what is lost")
	}
	must(t, j.Close())
	must(t, os.WriteFile(filepath.Join(folder, coversFile), []byte("{}"), 0o600))
	if opened(t, folder).Durable("demo", "s") != nil {
		t.Error("a damaged list of covers is believed")
	}
}

// written is a journal with a few lines, as bytes.
func written(t *testing.T) []byte {
	t.Helper()
	folder := t.TempDir()
	j := opened(t, folder)
	load(t, j, day, sato, ito, slate)
	must(t, j.Erased(Erasure{Tenant: "demo", Stream: "s", Record: "00", Order: "1"}, day))
	must(t, j.Close())
	content, err := os.ReadFile(filepath.Join(folder, File))
	must(t, err)
	return content
}

func reopen(t interface{ Fatal(...any) }, folder string, content []byte) (*Journal, error) {
	if err := os.WriteFile(filepath.Join(folder, File), content, 0o600); err != nil {
		t.Fatal(err)
	}
	return Open(folder)
}

// TestEveryDamagedByteIsNoticed: the file is refused with the number of a line, and stays as it is.
func TestEveryDamagedByteIsNoticed(t *testing.T) {
	content, folder := written(t), t.TempDir()
	for at := range content {
		bad := bytes.Clone(content)
		bad[at] ^= 1
		j, err := reopen(t, folder, bad)
		if err == nil {
			_ = j.Close()
			t.Fatalf("byte %d of %d: the damage is not noticed", at, len(content))
		}
		if after, _ := os.ReadFile(filepath.Join(folder, File)); !strings.Contains(err.Error(), "line ") || !bytes.Equal(after, bad) {
			t.Fatalf("byte %d: %v", at, err)
		}
	}
}

// TestAnUnfinishedLineIsCutOff wherever a crash left it, and the journal goes on after it.
func TestAnUnfinishedLineIsCutOff(t *testing.T) {
	content, folder := written(t), t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		cut := rapid.IntRange(0, len(content)).Draw(rt, "cut")
		if cut > 1 && cut < len(content) && content[cut] == '\n' {
			cut-- // a line without its end only: see the test above
		}
		j, err := reopen(rt, folder, content[:cut])
		if err != nil {
			rt.Fatal(err)
		}
		if want := uint64(bytes.Count(content[:cut], []byte("\n"))); j.Lines() != want {
			rt.Fatalf("%d lines instead of %d", j.Lines(), want)
		}
		if err := j.Erased(Erasure{Order: "after"}, day); err != nil {
			rt.Fatal(err)
		}
		_ = j.Close()
		j, err = Open(folder)
		if err != nil {
			rt.Fatal(err)
		}
		_ = j.Close()
	})
}

// TestALineTakenOutIsNoticed: each line is chained to the one before.
func TestALineTakenOutIsNoticed(t *testing.T) {
	lines := bytes.SplitAfter(written(t), []byte("\n"))
	folder := t.TempDir()
	if _, err := reopen(t, folder, bytes.Join([][]byte{lines[0], lines[2], lines[3]}, nil)); err == nil || !strings.Contains(err.Error(), "line 2 ") {
		t.Errorf("a missing line: %v", err)
	}
}

// TestAFailedDiskEndsIt: nothing counts that may not be on disk.
func TestAFailedDiskEndsIt(t *testing.T) {
	j := opened(t, t.TempDir())
	_ = j.file.Close()
	if _, err := j.Load([]Right{sato}, day); err == nil || j.Lines() != 0 {
		t.Fatal("a line counts that is not on disk")
	}
	if err := j.Erased(Erasure{Order: "1"}, day); err == nil || len(j.Erasures()) != 0 {
		t.Error("it goes on after an error of the disk")
	}
}
