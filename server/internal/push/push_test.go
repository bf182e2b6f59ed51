package push_test

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

var noon = time.Date(2026, 4, 1, 3, 0, 0, 0, time.UTC)

// A field that is added to Message leaves the server by every channel: whoever adds one looks at each of them first.
func TestMessageHasNoRoomForAPatient(t *testing.T) {
	want := []string{"Delivery", "Group", "Kind", "Severity", "Sent", "Deadline"}
	m := reflect.TypeFor[push.Message]()
	got := []string{}
	for i := range m.NumField() {
		if m.Field(i).Type.Kind() == reflect.String {
			t.Errorf("%s is a string: anything could stand in it", m.Field(i).Name)
		}
		got = append(got, m.Field(i).Name)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("a message has the fields %v, not %v: look at what every channel does with them", got, want)
	}
}

func TestEveryKindAndSeverityHasNameAndWords(t *testing.T) {
	names := map[string]bool{}
	for number := range storev1.PushKind_name {
		m := push.Message{Kind: storev1.PushKind(number)}
		names[m.KindName()] = true
		ja, en := m.Words()
		if ja.Title == "" || ja.Text == "" || en.Title == "" || en.Text == "" {
			t.Errorf("%s has no words", m.Kind)
		}
		if both := m.In(""); !strings.Contains(both.Title, ja.Title) || !strings.Contains(both.Text, en.Text) {
			t.Errorf("%s in both languages reads %q", m.Kind, both)
		}
	}
	if len(names) != len(storev1.PushKind_name)-1 { // one that is not specified is an alert
		t.Errorf("the kinds have the names %v: a new kind needs a name of its own", names)
	}
	names = map[string]bool{}
	for number := range carev1.AlertSeverity_name {
		names[push.Message{Severity: carev1.AlertSeverity(number)}.SeverityName()] = true
	}
	if len(names) != len(carev1.AlertSeverity_name) {
		t.Errorf("the severities have the names %v: a new one needs a name of its own", names)
	}
}

func TestLogSaysWhatAndNeverWhere(t *testing.T) {
	var out bytes.Buffer
	l := push.NewLog(zerolog.New(&out), func() time.Time { return noon.Add(time.Minute) })
	to := push.Target{
		Kind: alertv1.TargetKind_TARGET_KIND_FCM_TOKEN, Value: "token-of-somebody", Platform: alertv1.Platform_PLATFORM_IOS,
		Language: "ja", SigningKey: []byte("key-of-somebody"),
	}
	m := push.Message{
		Delivery: [16]byte{1}, Group: [16]byte{2}, Kind: storev1.PushKind_PUSH_KIND_ALERT,
		Severity: carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL, Sent: noon, Deadline: noon.Add(5 * time.Minute),
	}
	var ch push.Channel = l
	if got := ch.Send(t.Context(), to, m); got != (push.Outcome{Verdict: push.Accepted, ID: push.LoggedID}) {
		t.Errorf("the log answered %+v", got)
	}
	if err := ch.Check(t.Context()); err != nil {
		t.Error(err)
	}
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	delete(line, "message")
	want := map[string]any{
		"level": "info", "delivery": "01000000000000000000000000000000", "kind": "alert", "severity": "critical",
		"target": "fcm_token", "left_ms": float64(4 * 60 * 1000),
	}
	if !reflect.DeepEqual(line, want) {
		t.Errorf("the line is %v, want %v", line, want)
	}
}

func TestRetryAfter(t *testing.T) {
	const most = 10 * time.Minute
	for header, want := range map[string]time.Duration{
		"":                              0,
		"0":                             0,
		"37":                            37 * time.Second,
		" 37 ":                          37 * time.Second,
		"600":                           most,
		"601":                           most,
		"99999999999999999999999999999": most,
		"-5":                            0,
		"+5":                            0,
		"1.5":                           0,
		"soon":                          0,
		noon.Add(90 * time.Second).Format(http.TimeFormat): 90 * time.Second,
		noon.Add(-time.Hour).Format(http.TimeFormat):       0,
		noon.AddDate(100, 0, 0).Format(http.TimeFormat):    most,
	} {
		if got := push.RetryAfter(header, noon, most); got != want {
			t.Errorf("%q means %s, want %s", header, got, want)
		}
	}
	if got := push.RetryAfter("5", noon, -time.Second); got != 0 {
		t.Errorf("no time at all is %s", got)
	}
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("120", int64(time.Hour))
	f.Add("Wed, 01 Apr 2026 03:01:30 GMT", int64(time.Minute))
	f.Add("9223372036854775807", int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, header string, most int64) {
		got := push.RetryAfter(header, noon, time.Duration(most))
		if got < 0 || got > max(time.Duration(most), 0) {
			t.Errorf("%q means %s, and at most %s were allowed", header, got, time.Duration(most))
		}
	})
}
