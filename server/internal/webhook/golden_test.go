package webhook

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

var rewrite = flag.Bool("rewrite", false, "write the files of testdata anew")

// Everything that a receiver gets, byte for byte. Whoever changes a file looks for anything about a patient in it first.
func TestGoldenCalls(t *testing.T) {
	var got []byte
	url, c := receiver(t, func(_ http.ResponseWriter, r *http.Request) { got = dump(r) })
	want := map[string]bool{}
	for name, m := range every() {
		if out := c.Send(t.Context(), target(url), m); out.Verdict != push.Accepted {
			t.Fatalf("%s: %+v", name, out)
		}
		golden(t, name, got)
		want[name] = true
	}
	files, err := os.ReadDir("testdata/calls")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !want[f.Name()] {
			t.Errorf("%s is the file of no call", f.Name())
		}
	}
}

// every kind with every severity that it has.
func every() map[string]push.Message {
	all := map[string]push.Message{}
	for kind := range storev1.PushKind_name {
		severities := []carev1.AlertSeverity{0}
		if storev1.PushKind(kind) == storev1.PushKind_PUSH_KIND_ALERT {
			severities = []carev1.AlertSeverity{1, 2, 3}
		}
		for _, s := range severities {
			m := message()
			m.Kind, m.Severity = storev1.PushKind(kind), s
			if s == 0 {
				m.Group = [16]byte{}
			}
			if kind != 0 {
				all[m.KindName()+"-"+m.SeverityName()+".txt"] = m
			}
		}
	}
	return all
}

func dump(r *http.Request) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.URL)
	names := []string{}
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(r.Header[name], ", "))
	}
	b.WriteString("\n")
	_, _ = io.Copy(&b, r.Body)
	b.WriteString("\n")
	return b.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "calls", name)
	if *rewrite {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what is committed (%v): look at it, then go test ./server/internal/webhook -rewrite\n%s", name, err, got)
	}
}

// Ids, kind, severity and times are all that differs between two payloads, whatever they are about and for whom.
func TestOnlyIdsKindSeverityAndTimesVary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := push.Message{
			Delivery: [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "delivery")),
			Group:    [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "group")),
			Kind:     storev1.PushKind(rapid.IntRange(-1, 9).Draw(t, "kind")),
			Severity: carev1.AlertSeverity(rapid.IntRange(-1, 9).Draw(t, "severity")),
			Sent:     time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "sent"), 0),
			Deadline: time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "deadline"), 0),
		}
		group := hex.EncodeToString(m.Group[:])
		if m.Group == [16]byte{} {
			group = ""
		}
		want := fmt.Sprintf(`{"version":1,"delivery":"%x","group":"%s","kind":"%s","severity":"%s","sent":"%s","deadline":"%s"}`,
			m.Delivery, group, m.KindName(), m.SeverityName(), m.Sent.UTC().Format(time.RFC3339), m.Deadline.UTC().Format(time.RFC3339))
		got, err := body(m)
		if err != nil || string(got) != want {
			t.Fatalf("the payload is %s (%v), want %s", got, err, want)
		}
		if !slices.Contains([]string{"alert", "digest", "test", "heartbeat", "unreachable", "answer"}, m.KindName()) ||
			!slices.Contains([]string{"critical", "urgent", "notice", "none"}, m.SeverityName()) {
			t.Fatalf("%s and %s stand in no description", m.KindName(), m.SeverityName())
		}
		r, err := newRequest(t.Context(), push.Target{Value: "https://receiver.example.org/", SigningKey: key}, m)
		if err != nil || len(r.Header) != 4 {
			t.Fatalf("the headers are %v (%v)", r.Header, err)
		}
		if !json.Valid(got) {
			t.Fatal("the payload is no JSON")
		}
	})
}
