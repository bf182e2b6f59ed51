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

// capitals are the names in the day that the world fills in.
var capitals = []string{"PATIENT", "RESIDENT", "RECORD", "KEPT", "PHYSIC", "PHARMACIST", "PHARMACDESK", "NURSE", "MEAL", "DOSE1", "DAY"}

func checkDay(t *testing.T, c cli) (left int) {
	t.Helper()
	cast, err := newCast(c.world(someDay), someDay)
	if err != nil {
		t.Errorf("%+v: %v", c, err)
		return 0
	}
	text, left := dayScript(cast, someDay)
	if _, err := scenario.Parse(text); err != nil {
		t.Errorf("%+v: %v", c, err)
	}
	for _, name := range capitals {
		if strings.Contains(text, name) {
			t.Errorf("%+v: %s is not filled in", c, name)
		}
	}
	return left
}

// TestEverySeedHasItsDay: the day finds its people in the world of a seed, and its script is one.
func TestEverySeedHasItsDay(t *testing.T) {
	for seed := range uint64(25) {
		if left := checkDay(t, cli{Seed: seed, Weeks: 4, Patients: 20, Residents: 9}); left > 0 {
			t.Errorf("seed %d: %d scenes are left out", seed, left)
		}
	}
}

// TestSmallWorldsHaveAShorterDay: with few people, scenes are left out and the others are played.
func TestSmallWorldsHaveAShorterDay(t *testing.T) {
	for _, c := range []cli{
		{Seed: 1, Weeks: 1, Patients: 1}, {Seed: 1, Weeks: 1, Residents: 1}, {Seed: 2, Weeks: 2, Patients: 4, Residents: 2},
		{Seed: 1, Weeks: 1, Residents: 4},
	} {
		if left := checkDay(t, c); left == 0 {
			t.Errorf("%+v: nothing is left out", c)
		}
	}
}

// TestFlagsThatMakeNoDay: each is refused with its own sentence, and a day that does not lie in the tablets' months is.
func TestFlagsThatMakeNoDay(t *testing.T) {
	now := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC) // noon in Japan
	for want, c := range map[string]cli{
		"--weeks is 1 to 52":       {Weeks: 53, Patients: 1},
		"--patients is 0 to 1000":  {Weeks: 1, Patients: -1},
		"--residents is 0 to 1000": {Weeks: 1, Residents: 1001},
		"somebody to care for":     {Weeks: 1},
	} {
		if err := c.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for typed, want := range map[string]string{
		"": "2026-11-22", "2026-11-23": "2026-11-23", "2026-08-25": "2026-08-25",
		"2026-11-24": "lies ahead", "2026-08-24": "90 days back", "23.11.": "is a date",
	} {
		got, err := cli{Day: typed}.date(now)
		if err == nil && got.Format(time.DateOnly) != want || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("--day %q: %v, %v", typed, got, err)
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
