package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/scenario"
	"github.com/tsunagu-care/tsunagu/sync/synthetic"
)

var someDay = time.Date(2026, 11, 22, 0, 0, 0, 0, tokyo)

// TestEverySeedHasItsDay: the day finds its people in the world of a seed, and its script is one.
func TestEverySeedHasItsDay(t *testing.T) {
	for seed := range uint64(25) {
		w := synthetic.New(synthetic.Config{Seed: seed, Start: someDay.AddDate(0, 0, -28)})
		c, err := newCast(w)
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
			continue
		}
		text := dayScript(c, someDay)
		if _, err := scenario.Parse(text); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		for _, left := range []string{"PATIENT", "RESIDENT", "RECORD", "KEPT", "PHYSIC", "PHARMACIST", "PHARMACDESK", "NURSE", "MEAL", "DOSE1"} {
			if strings.Contains(text, left) {
				t.Errorf("seed %d: %s is not filled in", seed, left)
			}
		}
	}
}

// TestGrantsEnd: an assignment that ends keeps the others, and the file says so only when it is asked to.
func TestGrantsEnd(t *testing.T) {
	from := someDay.AddDate(-1, 0, 0)
	file := filepath.Join(t.TempDir(), "directory.yaml")
	town, err := newTown(synthetic.Directory{
		Organisations: []synthetic.Organisation{{ID: "station", Name: "ステーション"}},
		Grants:        []synthetic.Grant{{Person: "nurse-1", Charts: []string{"a", "b", "c"}, From: from}},
	}, file)
	if err != nil {
		t.Fatal(err)
	}
	town.end("nurse-1", "b", someDay)
	for _, ends := range []bool{false, true} {
		if err := town.write(ends); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "charts: [a, c]") || !strings.Contains(string(text), "charts: [b]") ||
			strings.Contains(string(text), "until") != ends {
			t.Errorf("with ends %v:\n%s", ends, text)
		}
	}
}
