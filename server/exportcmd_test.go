package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/app"
	"github.com/tsunagu-care/tsunagu/server/config"
)

// emptyFolder is a data folder whose store holds nothing yet.
func emptyFolder(t *testing.T) string {
	t.Helper()
	data := t.TempDir()
	a, err := app.Open(context.Background(), config.Server{
		Storage: config.Storage{Data: data}, Directory: demo, Listen: "127.0.0.1:0",
		TokenLife: time.Hour, HeaderTimeout: time.Second, ReadTimeout: time.Second, IdleTimeout: time.Second, ShutdownDeadline: time.Second,
	}, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return data
}

// TestExport writes each format of a chart without records, for its owner alone, and overwrites nothing.
func TestExport(t *testing.T) {
	data, folder := emptyFolder(t), t.TempDir()
	for format, want := range map[string]string{"html": "山田 花子", "json": `"chart":"chart-0001"`, "ndjson": `"writtenBy":"sato"`} {
		file := filepath.Join(folder, "chart."+format)
		args := []string{"export", "--data", data, "--directory", demo, "--chart", "chart-0001", "--as", "sato", "--format", format, "--out", file, "--from", "2026-11-01", "--until", "2026-11-30"}
		code, out, errs := tsunagu("", args...)
		content, err := os.ReadFile(file)
		if code != exitOK || errs != "" || !strings.HasPrefix(out, "written: ") || err != nil || !strings.Contains(string(content), want) {
			t.Errorf("%s: %d %q %q %v\n%s", format, code, out, errs, err, content)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: others may read it: %v %v", format, info.Mode(), err)
		}
		if format == "json" && !json.Valid(content) {
			t.Error("the document is no JSON")
		}
		if code, _, errs := tsunagu("", args...); code != exitError || !strings.Contains(errs, "exists already") {
			t.Errorf("%s, again: %d %q", format, code, errs)
		}
	}
}

// TestExportRefusals: one sentence each, the same for no grant and no chart, and no file.
func TestExportRefusals(t *testing.T) {
	data, folder := emptyFolder(t), t.TempDir()
	file := filepath.Join(folder, "chart.html")
	said := map[string]bool{}
	for _, c := range []struct{ chart, person string }{
		{"chart-0001", "takahashi"}, {"chart-0003", "suzuki"}, {"no-such", "sato"}, {"chart-0001", "nobody"},
	} {
		code, out, errs := tsunagu("", "export", "--data", data, "--directory", demo, "--chart", c.chart, "--as", c.person, "--out", file)
		if code != exitError || out != "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: %d %q %q", c, code, out, errs)
		}
		said[errs] = true
	}
	if len(said) != 1 {
		t.Errorf("the refusals tell what exists: %v", said)
	}
	for _, args := range [][]string{
		{"--chart", "chart-0001", "--as", "sato", "--out", file, "--from", "yesterday"},
		{"--chart", "chart-0001", "--as", "sato", "--out", filepath.Join(folder, "no", "such", "folder")},
	} {
		code, out, errs := tsunagu("", append([]string{"export", "--data", data, "--directory", demo}, args...)...)
		if code != exitError || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "nothing was written") {
			t.Errorf("%v: %d %q %q", args, code, out, errs)
		}
	}
	if names, err := os.ReadDir(folder); err != nil || len(names) != 0 {
		t.Errorf("something was left behind: %v %v", names, err)
	}
}
