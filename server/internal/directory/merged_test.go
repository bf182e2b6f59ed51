package directory

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/journal"
)

// people of every file here, and the rest of it.
const head = `# kept: 山田
tenant: demo
demo: true
organisations:
  - {id: st, name: ステーション}
people:
  - {id: sato, name: 佐藤 彩, role: nurse, organisation: st, secret: "$argon2id$v=19$m=8192,t=1,p=1$NSgbAbmTGN9wQudJ5n0U0A$Ez1e0q2d5Sv4LNp/MJdQAmq7jbV543ywAUXfpEInSSE"}
  - {id: ito, name: 伊藤 由美, role: nurse, organisation: st, secret: "$argon2id$v=19$m=8192,t=1,p=1$NSgbAbmTGN9wQudJ5n0U0A$Ez1e0q2d5Sv4LNp/MJdQAmq7jbV543ywAUXfpEInSSE"}
`

// flowCharts and blockCharts say the same in two ways.
const (
	flowCharts = head + `
charts:
  - {patient: 山田 花子, id: a} # stays here
  - {patient: ヤマダ ハナコ, id: "b"}
  - {id: c, patient: 中村 正雄}
grants:
  - {person: sato, chart: a, from: 2026-01-01}
  - {person: ito, chart: b, from: 2026-01-01}
`
	blockCharts = head + `
charts:
  - id: a
    patient: 山田 花子

  # the second one
  - patient: ヤマダ ハナコ
    id: b   # by mistake
  - id: c
    patient: 中村 正雄
grants:
  - {person: sato, chart: a, from: 2026-01-01}
  - {person: ito, chart: b, from: 2026-01-01}
`
)

func put(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "directory.yaml")
	if err := os.WriteFile(path, []byte(content), 0o640); err != nil {
		t.Fatal(err)
	}
	return path
}

func content(t *testing.T, path string) string {
	t.Helper()
	is, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(is)
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func readable(d *Directory, person string) string {
	var all []string
	for _, s := range d.Readable("demo", person, noon) {
		all = append(all, s.ID+"="+s.Info.GetChartId())
	}
	return strings.Join(all, " ")
}

// TestMergedChartsAreRead by whoever has a grant on either, as one; parted they are as before, to the byte.
func TestMergedChartsAreRead(t *testing.T) {
	for name, written := range map[string]string{"flow": flowCharts, "block": blockCharts} {
		t.Run(name, func(t *testing.T) {
			path := put(t, written)
			if err := Merge(path, "a", "b"); err != nil {
				t.Fatal(err)
			}
			merged := content(t, path)
			if !strings.Contains(merged, "# ") || strings.Count(merged, "merged_into: a") != 1 || len(merged) > len(written)+30 {
				t.Fatalf("the file is now\n%s", merged)
			}
			d, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			both := "a/care=a a/clinical=a a/internal/st=a b/care=a b/clinical=a b/internal/st=a"
			if readable(d, "sato") != both || readable(d, "ito") != both {
				t.Errorf("sato: %s\nito: %s", readable(d, "sato"), readable(d, "ito"))
			}
			if c, ok := d.Chart("demo", "b"); !ok || c.ID != "a" || len(c.Streams) != 6 {
				t.Errorf("the merged chart: %+v", c)
			}
			if s, ok := d.Stream("demo", "b/care"); !ok || s.Info.GetChartId() != "a" {
				t.Errorf("its stream: %v", s)
			}
			if err := Merge(path, "c", "b"); err == nil || !strings.Contains(err.Error(), "merged already") {
				t.Errorf("merged twice: %v", err)
			}
			if err := Unmerge(path, "a", "b"); err != nil {
				t.Fatal(err)
			}
			if content(t, path) != written {
				t.Errorf("parted, the file is\n%s", content(t, path))
			}
			if err := d.Reload(); err != nil || readable(d, "ito") != "b/care=b b/clinical=b b/internal/st=b" {
				t.Errorf("parted: %s, %v", readable(d, "ito"), err)
			}
		})
	}
}

// TestMergesThatAreRefused leave the file as it was.
func TestMergesThatAreRefused(t *testing.T) {
	path := put(t, flowCharts)
	if err := Merge(path, "a", "b"); err != nil {
		t.Fatal(err)
	}
	before := content(t, path)
	for _, test := range []struct{ keep, merged, want string }{
		{"b", "c", "is merged itself"}, {"c", "a", "is merged itself"}, {"c", "c", "the chart itself"},
		{"x", "c", "not in the file"}, {"a", "x", "not in the file"}, {"b", "a", "is merged itself"},
	} {
		if err := Merge(path, test.keep, test.merged); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s into %s: %v", test.merged, test.keep, err)
		}
	}
	for _, test := range []struct{ keep, merged string }{{"c", "b"}, {"a", "c"}, {"a", "x"}} {
		if err := Unmerge(path, test.keep, test.merged); err == nil {
			t.Errorf("%s parted from %s", test.merged, test.keep)
		}
	}
	if content(t, path) != before {
		t.Error("a refused merge changed the file")
	}
}

// TestTheJournalHasTheLastWord after a restore: what had ended does not come back with an older file.
func TestTheJournalHasTheLastWord(t *testing.T) {
	j, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	path := put(t, flowCharts)
	d, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Keep(j); err != nil {
		t.Fatal(err)
	}
	newer := strings.Replace(flowCharts, "  - {person: ito, chart: b, from: 2026-01-01}\n", "", 1)
	if err := os.WriteFile(path, []byte(newer), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.Reload(); err != nil || readable(d, "ito") != "" {
		t.Fatal(readable(d, "ito"), err)
	}
	if err := j.Restored(journal.Restore{ID: "r", Backup: noon}, noon); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(flowCharts), 0o600); err != nil { // the older file
		t.Fatal(err)
	}
	if err := d.Reload(); err != nil {
		t.Fatal(err)
	}
	grants := d.Grants("demo", "ito", "b/care")
	if len(grants) != 1 || grants[0].Until.IsZero() || grants[0].Until.After(time.Now()) {
		t.Errorf("ito has %v", grants)
	}
	if readable(d, "sato") == "" {
		t.Error("sato has lost a right that never ended")
	}
}
