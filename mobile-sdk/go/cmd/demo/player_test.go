package main

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/scenario"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// TestMistakesNameTheirLine plays scripts with mistakes: each is told with the line that it stands on.
func TestMistakesNameTheirLine(t *testing.T) {
	for script, want := range map[string]string{
		"person sato nurse\nstation release x":         "line 2: \"station\" is for the simulator",
		"# a comment\nwait":                            "line 2: wait how long?",
		"wait soon":                                    "line 1: \"soon\" is not a length of time",
		"person sato cook":                             "line 1: \"cook\" is not a role",
		"person sato nurse until=10h":                  "line 1: who may read and write what",
		"tablet A":                                     "line 1: tablet NAME PERSON",
		"tablet A sato clock=late":                     "line 1: clock=late is not a length of time",
		"A vitals one temp=36.5":                       "line 1: \"A\" is neither a tablet",
		"person sato nurse\n\n\nlog":                   "line 4: \"log\" is for the simulator",
		"wait 10m\nwait 5m\nperson takahashi":          "line 3: person NAME ROLE",
		"wait -5m":                                     "line 1: \"-5m\" is not a length of time",
		"person sato nurse\nperson sato nurse\nA sync": "line 3: \"A\" is neither",
	} {
		var out strings.Builder
		parsed, err := scenario.Parse(script)
		if err != nil {
			t.Fatal(err)
		}
		err = newPlayer(t.Context(), &teller{out: &out}, "", t.TempDir(), "chart").play(parsed)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %q", script, err, want)
		}
	}
}

// TestChosen finds which of several values a decision in a script means.
func TestChosen(t *testing.T) {
	note := func(a, p string) *carev1.Body {
		return &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{Assessment: a, Plan: p}}}
	}
	const assessment = 4 // of DraftNote
	field := proto.CloneOf(note("", "")).GetDraftNote().ProtoReflect().Descriptor().Fields().ByName("assessment")
	if field.Number() != assessment {
		t.Fatalf("the assessment is field %d", field.Number())
	}
	shown := &carev1.Record{Body: note("stable", "again"), Candidates: []*carev1.Candidate{
		{Group: assessment, Body: note("worse", "")}, {Group: assessment, Body: note("better", "")},
	}}
	for _, c := range []struct {
		body *carev1.Body
		want int
	}{{note("stable", "again"), sdk.Keep}, {note("worse", "again"), 0}, {note("better", "again"), 1}} {
		if got, err := chosen(shown, c.body, false); got != c.want || err != nil {
			t.Errorf("%v: %d, %v, want %d", c.body, got, err, c.want)
		}
	}
	if _, err := chosen(shown, note("worse", "never"), false); err == nil {
		t.Error("a value that nobody wrote is taken for a decision")
	}
}
