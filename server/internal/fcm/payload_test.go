package fcm_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/fcm"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

var update = flag.Bool("update", false, "write the golden payloads anew")

const (
	maxPayload      = 4096 // bytes, of a push to a device
	maxTopicPayload = 2048 // bytes, of a push to a topic
)

var (
	kinds = []storev1.PushKind{
		storev1.PushKind_PUSH_KIND_ALERT, storev1.PushKind_PUSH_KIND_DIGEST, storev1.PushKind_PUSH_KIND_TEST,
		storev1.PushKind_PUSH_KIND_HEARTBEAT, storev1.PushKind_PUSH_KIND_UNREACHABLE, storev1.PushKind_PUSH_KIND_ANSWER,
		storev1.PushKind_PUSH_KIND_UNSPECIFIED, 99,
	}
	severities = []carev1.AlertSeverity{
		carev1.AlertSeverity_ALERT_SEVERITY_NOTICE, carev1.AlertSeverity_ALERT_SEVERITY_URGENT,
		carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL, carev1.AlertSeverity_ALERT_SEVERITY_UNSPECIFIED, 99,
	}
	platforms = []alertv1.Platform{
		alertv1.Platform_PLATFORM_UNSPECIFIED, alertv1.Platform_PLATFORM_ANDROID, alertv1.Platform_PLATFORM_IOS, alertv1.Platform_PLATFORM_WEB,
	}
	languages = []string{"", "ja", "en"}
)

// Everything that may leave the server, by its path. A field that is not here, or a value that does not fit, fails: there
// is no place for a chart, a patient or a name of a person.
var shapes = map[string]*regexp.Regexp{
	"token":         regexp.MustCompile(`^(` + regexp.QuoteMeta(token) + `|another)$`),
	"topic":         one("tsunagu-check"),
	"data.delivery": hex32, "data.group": hex32,
	"data.kind":     one("alert", "digest", "test", "heartbeat", "unreachable", "answer"),
	"data.severity": one("notice", "urgent", "critical"),

	"android.collapse_key": hex32, "android.priority": one("high", "normal"), "android.ttl": regexp.MustCompile(`^\d{1,7}s$`),
	"android.notification.title": titles, "android.notification.body": texts, "android.notification.tag": hex32,
	"android.notification.channel_id":            one(fcm.ChannelCritical, fcm.ChannelUrgent, fcm.ChannelNotice),
	"android.notification.default_sound":         one("true"),
	"android.notification.notification_priority": one("PRIORITY_DEFAULT", "PRIORITY_HIGH", "PRIORITY_MAX"),
	"android.notification.visibility":            one("PRIVATE"),

	"apns.headers.apns-push-type": one("alert"), "apns.headers.apns-priority": one("5", "10"),
	"apns.headers.apns-expiration": regexp.MustCompile(`^\d{1,12}$`), "apns.headers.apns-collapse-id": hex32,
	"apns.payload.aps.alert.title": titles, "apns.payload.aps.alert.body": texts,
	"apns.payload.aps.interruption-level": one("passive", "time-sensitive", "critical"),
	"apns.payload.aps.mutable-content":    one("1"), "apns.payload.aps.thread-id": hex32,
	"apns.payload.aps.sound":          one("default"),
	"apns.payload.aps.sound.critical": one("1"), "apns.payload.aps.sound.name": one("default"), "apns.payload.aps.sound.volume": one("1"),

	"webpush.headers.TTL": regexp.MustCompile(`^\d{1,7}$`), "webpush.headers.Urgency": one("high", "low"), "webpush.headers.Topic": hex32,
	"webpush.notification.title": titles, "webpush.notification.body": texts, "webpush.notification.lang": one("ja", "en"),
	"webpush.notification.tag": hex32, "webpush.notification.renotify": one("true"), "webpush.notification.silent": one("true"),
	"webpush.notification.requireInteraction": one("true"),
}

var (
	hex32         = regexp.MustCompile(`^[0-9a-f]{32}$`)
	titles, texts = words()
)

func one(values ...string) *regexp.Regexp {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = regexp.QuoteMeta(v)
	}
	return regexp.MustCompile(`^(?:` + strings.Join(quoted, "|") + `)$`)
}

// words are those of package push, in every language.
func words() (titles, texts *regexp.Regexp) {
	var t, x []string
	for _, kind := range kinds {
		for _, severity := range severities {
			for _, language := range languages {
				w := push.Message{Kind: kind, Severity: severity}.In(language)
				t, x = append(t, w.Title), append(x, w.Text)
			}
		}
	}
	return one(t...), one(x...)
}

// allowed looks through one payload.
func allowed(t *testing.T, name string, payload []byte) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.UseNumber()
	var message any
	if err := decoder.Decode(&message); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	walk("", message, func(path, value string) {
		shape, known := shapes[path]
		if !known {
			t.Errorf("%s: the field %q must not leave the server", name, path)
		} else if !shape.MatchString(value) {
			t.Errorf("%s: %q must not leave the server in %q", name, value, path)
		}
	})
}

func walk(path string, value any, leaf func(path, value string)) {
	switch v := value.(type) {
	case map[string]any:
		for key, below := range v {
			walk(strings.TrimPrefix(path+"."+key, "."), below, leaf)
		}
	case []any:
		for _, below := range v {
			walk(path+"[]", below, leaf)
		}
	default:
		leaf(path, fmt.Sprint(v))
	}
}

// payload sends a push and returns what came of it.
func payload(t *testing.T, c fcm.Config, to push.Target, m push.Message) []byte {
	t.Helper()
	server := serve(t)
	c.ProjectID, c.Endpoint = "made-up-project", server.URL()
	channel, err := fcm.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if got := channel.Send(t.Context(), to, m); got.Verdict != push.Accepted {
		t.Fatalf("got %+v, want Accepted", got)
	}
	return server.Requests()[0].Message
}

// TestAllowedFails shows that the look through payloads can fail.
func TestAllowedFails(t *testing.T) {
	for _, leak := range []string{
		`{"data":{"chart":"c-1"}}`, `{"data":{"delivery":"yamada"}}`, `{"android":{"notification":{"body":"山田様 SpO2 88%"}}}`,
		`{"fcm_options":{"analytics_label":"ward-3"}}`, `{"apns":{"payload":{"aps":{"alert":{"loc-args":["88"]}}}}}`, `{"notification":{"title":"緊急のお知らせ"}}`,
	} {
		var message any
		if err := json.Unmarshal([]byte(leak), &message); err != nil {
			t.Fatal(err)
		}
		seen := false
		walk("", message, func(path, value string) {
			shape, known := shapes[path]
			seen = seen || !known || !shape.MatchString(value)
		})
		if !seen {
			t.Errorf("%s was let through", leak)
		}
	}
}

// TestEveryPayload: whatever is sent, of every kind, severity, platform and language, known or not, holds nothing but what
// may leave the server and fits into a push.
func TestEveryPayload(t *testing.T) {
	server := serve(t)
	for _, critical := range []bool{false, true} {
		channel, err := fcm.Open(t.Context(), fcm.Config{ProjectID: "made-up-project", Endpoint: server.URL(), AppleCritical: critical})
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range kinds {
			for _, severity := range severities {
				for _, platform := range platforms {
					for _, language := range languages {
						m := alert()
						m.Kind, m.Severity = kind, severity
						to := phone()
						to.Platform, to.Language = platform, language
						if got := channel.Send(t.Context(), to, m); got.Verdict != push.Accepted {
							t.Fatalf("got %+v, want Accepted", got)
						}
					}
				}
			}
		}
	}
	for _, r := range server.Requests() {
		if len(r.Message) >= maxPayload {
			t.Errorf("%d bytes, want less than %d: %s", len(r.Message), maxPayload, r.Message)
		}
	}
}

// TestCheckPayload: that of a dry run to a topic has to be half as large.
func TestCheckPayload(t *testing.T) {
	server := serve(t)
	if err := open(t, server).Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := server.Requests()[0]; len(r.Message) >= maxTopicPayload {
		t.Errorf("%d bytes, want less than %d: %s", len(r.Message), maxTopicPayload, r.Message)
	}
}

type golden struct {
	name string
	c    fcm.Config
	to   push.Target
	m    push.Message
}

// goldens are the payloads that are kept, to be read by people.
func goldens() []golden {
	var all []golden
	add := func(kind storev1.PushKind, severity carev1.AlertSeverity, platform alertv1.Platform, language string, critical bool) {
		m, to := alert(), phone()
		m.Kind, m.Severity, to.Platform, to.Language = kind, severity, platform, language
		name := short(kind, "PUSH_KIND_") + "-" + short(severity, "ALERT_SEVERITY_") + "-" + short(platform, "PLATFORM_") + "-" + language
		if language == "" {
			name += "both"
		}
		if critical {
			name += "-entitled"
		}
		all = append(all, golden{name, fcm.Config{AppleCritical: critical}, to, m})
	}
	for _, platform := range platforms {
		for _, severity := range severities[:3] {
			add(storev1.PushKind_PUSH_KIND_ALERT, severity, platform, "ja", false)
		}
		for _, kind := range kinds[1:6] {
			severity := carev1.AlertSeverity_ALERT_SEVERITY_URGENT
			if kind == storev1.PushKind_PUSH_KIND_DIGEST {
				severity = carev1.AlertSeverity_ALERT_SEVERITY_NOTICE
			}
			add(kind, severity, platform, "ja", false)
		}
		for _, language := range []string{"en", ""} {
			add(storev1.PushKind_PUSH_KIND_ALERT, carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL, platform, language, false)
		}
	}
	add(storev1.PushKind_PUSH_KIND_ALERT, carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL, alertv1.Platform_PLATFORM_IOS, "ja", true)
	return all
}

func short(value fmt.Stringer, prefix string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(value.String(), prefix)), "unspecified", "all")
}

// TestGolden compares what is sent with the files in testdata, and looks through every file there.
func TestGolden(t *testing.T) {
	wanted := map[string]bool{}
	for _, g := range goldens() {
		t.Run(g.name, func(t *testing.T) {
			var got bytes.Buffer
			if err := json.Indent(&got, payload(t, g.c, g.to, g.m), "", "  "); err != nil {
				t.Fatal(err)
			}
			got.WriteByte('\n')
			file := filepath.Join("testdata", g.name+".json")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s differs; look at it and run with -update:\n%s", file, got.Bytes())
			}
		})
		wanted[g.name+".json"] = true
	}
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !wanted[f.Name()] {
			t.Errorf("testdata/%s is the payload of nothing", f.Name())
		}
		raw, err := os.ReadFile(filepath.Join("testdata", f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		allowed(t, f.Name(), raw)
	}
}

// at reads one value of a payload; empty: there is none.
func at(t *testing.T, payload []byte, path string) string {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.UseNumber()
	var message any
	if err := decoder.Decode(&message); err != nil {
		t.Fatal(err)
	}
	found := ""
	walk("", message, func(p, value string) {
		if p == path {
			found = value
		}
	})
	return found
}

// TestLife: how long a push makes sense is the same on every platform, and never more than Firebase keeps it.
func TestLife(t *testing.T) {
	to := phone()
	to.Platform = alertv1.Platform_PLATFORM_UNSPECIFIED
	const longest = 28 * 24 * time.Hour
	for name, c := range map[string]struct{ asked, want time.Duration }{
		"minutes": {15 * time.Minute, 15 * time.Minute}, "over": {-time.Minute, 0}, "a part of a second": {1500 * time.Millisecond, time.Second},
		"for ever": {1000 * 24 * time.Hour, longest},
	} {
		t.Run(name, func(t *testing.T) {
			m := alert()
			m.Deadline = m.Sent.Add(c.asked)
			p := payload(t, fcm.Config{}, to, m)
			seconds := strconv.Itoa(int(c.want / time.Second))
			expiration := strconv.FormatInt(m.Sent.Add(c.want).Unix(), 10)
			if c.want == 0 {
				expiration = "0"
			}
			for path, want := range map[string]string{"android.ttl": seconds + "s", "webpush.headers.TTL": seconds, "apns.headers.apns-expiration": expiration} {
				if got := at(t, p, path); got != want {
					t.Errorf("%s is %q, want %q", path, got, want)
				}
			}
		})
	}
}

// TestCollapse: what is of no group is collapsed by its own id, and the ids fit where they go.
func TestCollapse(t *testing.T) {
	to := phone()
	to.Platform = alertv1.Platform_PLATFORM_UNSPECIFIED
	grouped, alone := alert(), alert()
	alone.Group = [16]byte{}
	for want, m := range map[string]push.Message{fmt.Sprintf("%x", grouped.Group): grouped, fmt.Sprintf("%x", alone.Delivery): alone} {
		p := payload(t, fcm.Config{}, to, m)
		for _, path := range []string{"android.collapse_key", "android.notification.tag", "apns.headers.apns-collapse-id", "apns.payload.aps.thread-id", "webpush.headers.Topic", "webpush.notification.tag"} {
			if got := at(t, p, path); got != want {
				t.Errorf("%s is %q, want %q", path, got, want)
			}
		}
	}
	topic := fmt.Sprintf("%x", grouped.Group)
	if _, err := base64.RawURLEncoding.DecodeString(topic); err != nil || len(topic) > 32 {
		t.Errorf("%q is no topic of web push", topic)
	}
}
