package main

import (
	"strings"
	"testing"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func TestLimitsAreReadAsWritten(t *testing.T) {
	now := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	e := &env{now: func() time.Time { return now }}
	for _, c := range []struct {
		flags thresholdCmd
		item  carev1.VitalItem
		value int64
	}{
		{thresholdCmd{Item: "temp", Operator: ">=", Value: "３８．５"}, carev1.VitalItem_VITAL_ITEM_TEMPERATURE, 385},
		{thresholdCmd{Item: "weight", Operator: "at-least", Value: "52.5"}, carev1.VitalItem_VITAL_ITEM_WEIGHT, 52500},
		{thresholdCmd{Item: "spo2", Operator: "<=", Value: "88"}, carev1.VitalItem_VITAL_ITEM_SPO2, 88},
	} {
		c.flags.Until, c.flags.Minutes, c.flags.Severity = "30d", "6h", "critical"
		l, err := c.flags.limit(e)
		if err != nil || l.GetItem() != c.item || l.GetValue() != c.value || l.GetMinutes() != 360 ||
			l.GetSeverity() != carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL || !l.GetValidUntil().AsTime().Equal(now.AddDate(0, 0, 30)) {
			t.Errorf("%+v: %v, %v", c.flags, l, err)
		}
	}
	for _, wrong := range []thresholdCmd{
		{Item: "mood", Operator: "<=", Value: "1"}, {Item: "spo2", Operator: "<", Value: "88"}, {Item: "spo2", Operator: "<=", Value: "88.5"},
		{Item: "temp", Operator: ">=", Value: "38.55"}, {Item: "spo2", Operator: "<=", Value: "88", Minutes: "soon"},
	} {
		wrong.Until = "1d"
		if _, err := wrong.limit(e); err == nil {
			t.Errorf("%+v was taken", wrong)
		}
	}
}

func TestEndsAreReadAsWritten(t *testing.T) {
	now := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC) // 10:00 in Japan
	for typed, want := range map[string]time.Time{
		"48h": now.Add(48 * time.Hour), "３d": now.AddDate(0, 0, 3), "18:00": now.Add(8 * time.Hour),
		"2026-11-25":       time.Date(2026, 11, 25, 15, 0, 0, 0, time.UTC), // the end of that day
		"2026-11-25 09:00": time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC),
	} {
		if got, err := parseEnd(typed, now); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v", typed, got, err)
		}
	}
	for _, wrong := range []string{"", "soon", "0h", "-1d", "99999999d", "2026-11-31"} {
		if _, err := parseEnd(wrong, now); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

// TestAnswersTypedWronglySaySo: neither an answer without a word nor a paper that nobody signed is written.
func TestAnswersTypedWronglySaySo(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"answer", "0abc1234"}, 1, "say the answer"},
		{[]string{"answer", "0abc1234", "--ack", "--ask", "x"}, 2, "can't be used together"},
		{[]string{"answer", "0abc1234", "--ack"}, 1, "not signed in"},
		{[]string{"instruct", "x", "--until", "soon"}, 1, "an end is written"},
		{[]string{"instruct", "x", "--until", "1h", "--to", "family"}, 1, "--to is one of"},
		{[]string{"instruct", "x", "--until", "1h", "--file", "x.jpg"}, 1, "go with --signed"},
		{[]string{"alerts", "--days", "0"}, 1, "--days is 1 to 3650"},
		{[]string{"alerts"}, 1, "not signed in"},
		{[]string{"instructions"}, 1, "not signed in"},
		{[]string{"receive", "0abc1234"}, 1, "not signed in"},
	} {
		_, errOut, code := call(t, t.TempDir(), append([]string{"--lang", "en"}, c.args...)...)
		if code != c.code || !strings.Contains(errOut, c.says) {
			t.Errorf("%v: %d %q", c.args, code, errOut)
		}
	}
}

// TestEverythingOpenNeedsItsPatient: without alerts the patient is named, and nothing is answered by mistake.
func TestEverythingOpenNeedsItsPatient(t *testing.T) {
	t.Setenv("TSUNAGU_CHART", "")
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"answer", "--ack"}, "name the alerts, or the patient"},
		{[]string{"answer", "--chart", "chart-1"}, "say the answer"},
		{[]string{"answer", "--chart", "chart-1", "--ack"}, "not signed in"},
		{[]string{"instruct", "x", "--until", "1h", "--all-open"}, "name the alerts, or the patient"},
		{[]string{"instruct", "0abc1234", "x", "--until", "1h", "--all-open"}, "names no alert by itself"},
		{[]string{"instruct", "x", "--until", "1h", "--all-open", "--chart", "chart-1"}, "not signed in"},
	} {
		_, errOut, code := call(t, t.TempDir(), append([]string{"--lang", "en"}, c.args...)...)
		if code != 1 || !strings.Contains(errOut, c.says) {
			t.Errorf("%v: %d %q", c.args, code, errOut)
		}
	}
	t.Setenv("TSUNAGU_CHART", "chart-1")
	if _, errOut, code := call(t, t.TempDir(), "--lang", "en", "answer", "--ack"); code != 1 || !strings.Contains(errOut, "name the alerts, or the patient") {
		t.Errorf("the patient of the environment: %d %q", code, errOut)
	}
}
