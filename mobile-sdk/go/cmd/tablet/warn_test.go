package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// printing is an env on a tablet that holds nothing, and what it prints.
func printing(t *testing.T) (*env, *bytes.Buffer) {
	t.Helper()
	tablet, err := sdk.Open(sdk.Options{Dir: t.TempDir() + "/tablet", Device: "tablet-a", Clock: sdk.SystemClock()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tablet.Close() })
	out := &bytes.Buffer{}
	return &env{out: out, lang: "en", tablet: tablet, now: time.Now}, out
}

func TestNightMayPassBeforeWhatIsUrgentIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		found []sdk.Warning
		waits bool
	}{
		"nothing":                          {nil, false},
		"notice":                           {[]sdk.Warning{{Severity: rules.Notice}}, false},
		"urgent":                           {[]sdk.Warning{{Severity: rules.Urgent}, {Severity: rules.Notice}}, true},
		"critical":                         {[]sdk.Warning{{Severity: rules.Critical}, {Severity: rules.Urgent}}, false},
		"urgent, and critical told before": {[]sdk.Warning{{Severity: rules.Critical, Known: true}, {Severity: rules.Urgent}}, true},
		"urgent, told before":              {[]sdk.Warning{{Severity: rules.Urgent, Known: true}}, false},
	} {
		if got := mayWait(c.found); got != c.waits {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWindowWordsAreNeverBackwards(t *testing.T) {
	at := time.Date(2023, 11, 25, 0, 0, 0, 0, time.UTC)
	for _, from := range []time.Time{at, at.AddDate(3, 0, 0)} {
		ja, en := windowWords(&carev1.AlertWindow{From: timestamppb.New(from), Until: timestamppb.New(at), Records: 1})
		if strings.Contains(en, "2023") || !strings.Contains(en, "by this entry alone") || !strings.Contains(ja, "時計") {
			t.Errorf("%q %q", ja, en)
		}
	}
	if _, en := windowWords(&carev1.AlertWindow{From: timestamppb.New(at.AddDate(0, 0, -15)), Until: timestamppb.New(at)}); !strings.Contains(en, "from 2023-11-10") {
		t.Errorf("%q", en)
	}
}

// TestOpenAlertsAreListedHoweverOldTheyAre: the days bound those that were answered.
func TestOpenAlertsAreListedHoweverOldTheyAre(t *testing.T) {
	e, out := printing(t)
	now := time.Now()
	alert := func(days int, answers ...sdk.Answer) sdk.Alert {
		i := sdk.Item{At: now.AddDate(0, 0, -days), View: replica.View{State: replica.Safe}}
		return sdk.Alert{Item: i, Alert: &carev1.ClinicalAlert{Severity: rules.Critical, ReasonJa: "理由", ReasonEn: "reason"}, Answers: answers}
	}
	answered := sdk.Answer{Item: sdk.Item{View: replica.View{State: replica.Safe}}, Counts: true, Ends: true, Response: &carev1.AlertResponse{
		Answer: carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED,
	}}
	byCarer := answered
	byCarer.Ends = false
	g := sdk.ChartAlerts{Chart: sdk.Chart{ID: "chart-1"}, Open: 2, Alerts: []sdk.Alert{
		alert(400), alert(30, byCarer), alert(1, answered), alert(30, answered),
	}}
	from := now.AddDate(0, 0, -14)
	if shown, older := (alertsCmd{}).printGroup(e, g, from); shown != 2 || older != 0 {
		t.Errorf("shown %d, older %d", shown, older)
	}
	if !strings.Contains(out.String(), "[open]") || !strings.Contains(out.String(), "answered by a care worker: still open") {
		t.Error(out.String())
	}
	if shown, older := (alertsCmd{All: true}).printGroup(e, g, from); shown != 3 || older != 1 {
		t.Errorf("all: shown %d, older %d", shown, older)
	}
}
