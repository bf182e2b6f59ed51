package simtest_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/scenario"
	"github.com/tsunagu-care/tsunagu/sync/simtest"
)

var rewrite = flag.Bool("rewrite", false, "write the answers into the scenario scripts")

// TestScenarios plays every script and holds the answers against those that stand in it.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("../../testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { playFile(t, file) })
	}
}

func playFile(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	script, err := scenario.Parse(string(text))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	answers, problems, err := simtest.Play(script)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for _, p := range problems {
		t.Errorf("%s breaks a promise: %s", file, p)
	}
	if *rewrite {
		if err := os.WriteFile(file, []byte(script.Format(answers)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for i, step := range script.Steps {
		got, want := strings.Join(answers[i], "\n"), strings.Join(step.Expect, "\n")
		if got != want {
			t.Errorf("%s:%d: %s\ngot:\n%s\nwant:\n%s\n(if the answers are right: go test ./sync/simtest -run TestScenarios -rewrite)",
				file, step.Line, step.Text(), got, want)
		}
	}
}
