package main

import (
	"strings"
	"testing"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func TestAnyKindIsReadFromItsJSON(t *testing.T) {
	body, err := bodyOf("task", `{"title": "家族に電話", "progress": {"state": "TASK_STATE_OPEN"}}`)
	if err != nil || body.GetTask().GetTitle() != "家族に電話" {
		t.Errorf("read %v, %v", body, err)
	}
	for kind, json := range map[string]string{
		"nothing": `{}`, "task": `{"tittle": "x"}`, "visit": `{`, "inquiry": `{}, "task": {}`, "vital_signs": `[]`,
	} {
		if _, err := bodyOf(kind, json); err == nil {
			t.Errorf("%s: %s was taken", kind, json)
		}
	}
}

func TestAmountsOfDailyCareAreReadAsWritten(t *testing.T) {
	for _, wrong := range []string{"11", "-1", "half", "8.5"} {
		if _, err := tenths(wrong); err == nil {
			t.Errorf("%s tenths were taken", wrong)
		}
	}
	if n, err := tenths("８"); err != nil || *n != 8 {
		t.Errorf("eight tenths: %v, %v", n, err)
	}
	if n, err := tenths(""); err != nil || n != nil {
		t.Errorf("nothing said: %v, %v", n, err)
	}
	for _, c := range []struct {
		flags toiletCmd
		urine bool
	}{
		{toiletCmd{Incontinence: true}, true},
		{toiletCmd{Incontinence: true, Stool: "small"}, false},
		{toiletCmd{Urine: "200", Bristol: "4"}, true},
	} {
		d := &carev1.DailyCare{}
		if err := c.flags.urine(d); err != nil || (d.Urine != nil) != c.urine {
			t.Errorf("%+v: %v, %v", c.flags, d, err)
		}
	}
}

// TestWhatAsksTheServerSaysSo also where nobody signed in.
func TestWhatAsksTheServerSaysSo(t *testing.T) {
	for _, args := range [][]string{{"held"}, {"work"}, {"devices"}, {"search", "x"}, {"trend", "temp", "--chart", "x"}, {"export", "--chart", "x", "--out", t.TempDir() + "/e"}} {
		if _, errOut, code := call(t, t.TempDir(), append([]string{"--lang", "en"}, args...)...); code != 1 || errOut == "" {
			t.Errorf("%v: %d %q", args, code, errOut)
		}
	}
	if _, errOut, code := call(t, t.TempDir(), "widen"); code != 1 || errOut == "" {
		t.Errorf("widen without saying how far: %d %q", code, errOut)
	}
}

// TestQuestionsTypedWronglySaySo: none of them says that something was not saved, for nothing was to be.
func TestQuestionsTypedWronglySaySo(t *testing.T) {
	for _, args := range [][]string{
		{"show", "--kind", "mood"}, {"search", " "}, {"trend", "temp", "--days", "0"}, {"widen"}, {"kinds", "mood"},
	} {
		_, errOut, code := call(t, t.TempDir(), append([]string{"--lang", "en"}, args...)...)
		if code != 1 || !strings.HasPrefix(errOut, "Please check the command: ") {
			t.Errorf("%v: %d %q", args, code, errOut)
		}
	}
}

// TestCareSaysWhatWasDone: nothing, a note without its round, and a form without an amount are refused.
func TestCareSaysWhatWasDone(t *testing.T) {
	for _, args := range [][]string{
		{"care"}, {"care", "--sleep-note", "x"}, {"toilet", "--bristol", "8", "--stool", "small"}, {"toilet", "--bristol", "4"},
	} {
		_, errOut, code := call(t, t.TempDir(), append([]string{"--lang", "en"}, args...)...)
		if code != 1 || !strings.HasPrefix(errOut, "Not saved: ") {
			t.Errorf("%v: %d %q", args, code, errOut)
		}
	}
}
