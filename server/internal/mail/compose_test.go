package mail

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

var rewrite = flag.Bool("rewrite", false, "write the files of testdata anew")

// Every mail as a server takes it, and what a person reads of it. Whoever changes a file looks for anything about a
// patient in it first.
func TestGoldenMails(t *testing.T) {
	p := &post{}
	c := open(t, start(t, p))
	want := map[string]bool{}
	for name, m := range every() {
		for _, language := range []string{"ja", "en", ""} {
			to := target()
			to.Language = language
			if out := c.Send(t.Context(), to, m); out.Verdict != push.Accepted {
				t.Fatalf("%s: %+v", name, out)
			}
			mails := p.got()
			file := strings.Trim(name+"."+language, ".") + ".txt"
			golden(t, file, mails[len(mails)-1].content)
			want[file] = true
		}
	}
	files, err := os.ReadDir("testdata/mails")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !want[f.Name()] {
			t.Errorf("%s is the file of no mail", f.Name())
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
				all[m.KindName()+"-"+m.SeverityName()] = m
			}
		}
	}
	return all
}

func golden(t *testing.T, name, content string) {
	t.Helper()
	if n := strings.Count(content, "\n"); n != strings.Count(content, "\r\n") || n != strings.Count(content, "\r") {
		t.Errorf("%s has lines that do not end as mail does", name)
	}
	for line := range strings.SplitSeq(content, "\r\n") {
		if len(line) > 76 || strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
			t.Errorf("%s has a line that not every server takes: %q", name, line)
		}
	}
	subject, text := read(t, content)
	got := strings.ReplaceAll(content, "\r\n", "\n") + "-- read by a person:\n" + subject + "\n\n" + strings.ReplaceAll(text, "\r\n", "\n")
	path := filepath.Join("testdata", "mails", name)
	if *rewrite {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s is not what is committed (%v): look at it, then go test ./server/internal/mail -rewrite\n%s", name, err, got)
	}
}

// read reads a mail as a mail program does.
func read(t interface{ Fatal(...any) }, content string) (subject, text string) {
	m, err := mail.ReadMessage(strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return subject, string(b)
}

// Ids, kind, severity and times are all that differs between two mails to one person: with these taken out, what is left is
// one of a few fixed mails.
func TestOnlyIdsKindSeverityAndTimesVary(t *testing.T) {
	from := mail.Address{Name: "つなぐ", Address: "alerts@tsunagu.example"}
	id := regexp.MustCompile(`<[0-9a-f]{32}@tsunagu\.example>`)
	date := regexp.MustCompile(`(?m)^Date: .*$`)
	fixed := func(m push.Message, language string) string {
		to := target()
		to.Language = language
		return date.ReplaceAllString(id.ReplaceAllString(string(compose(from, to, m)), "<>"), "Date:")
	}
	rapid.Check(t, func(t *rapid.T) {
		m := push.Message{
			Delivery: [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "delivery")),
			Group:    [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Filter(func(b []byte) bool { return [16]byte(b) != [16]byte{} }).Draw(t, "group")),
			Kind:     storev1.PushKind(rapid.IntRange(0, 7).Draw(t, "kind")),
			Severity: carev1.AlertSeverity(rapid.IntRange(0, 4).Draw(t, "severity")),
			Sent:     time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "sent"), 0),
			Deadline: time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "deadline"), 0),
		}
		language := rapid.SampledFrom([]string{"ja", "en", "", "fr"}).Draw(t, "language")
		same := message()
		same.Kind, same.Severity = m.Kind, m.Severity
		if got, want := fixed(m, language), fixed(same, language); got != want {
			t.Fatalf("two mails of one kind and severity differ:\n%s\n%s", got, want)
		}
		subject, text := read(t, string(compose(from, target(), m)))
		ja, en := m.Words()
		for _, words := range []string{ja.Title, en.Title} {
			if !strings.Contains(subject, words) {
				t.Fatalf("%q is not in the subject %q", words, subject)
			}
		}
		for _, words := range []string{ja.Text, en.Text, footer.Title, footer.Text} {
			text = strings.Replace(text, words, "", 1)
		}
		if m.Kind == storev1.PushKind_PUSH_KIND_ALERT && m.Severity != carev1.AlertSeverity_ALERT_SEVERITY_NOTICE {
			text = strings.Replace(strings.Replace(text, unanswered.Title, "", 1), unanswered.Text, "", 1)
		}
		if strings.TrimSpace(text) != "" {
			t.Fatalf("there is more in the mail: %q", text)
		}
	})
}

func TestCheckAddress(t *testing.T) {
	for _, good := range []string{address, "a@b.example", "first.last+tag@sub.clinic.example", "O'Neill_1@xn--wgv71a.jp", strings.Repeat("a", maxLocal) + "@b.example"} {
		if err := CheckAddress(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "a", "@b.example", "a@", "a@b", "a@b.", "a@.b", "a@b..c", "a@b.example.", "a@-b.example", "a@b-.example", "a@b_c.example",
		"a@127.0.0.1", "a@[127.0.0.1]", "a@b.example:25", "A <a@b.example>", "<a@b.example>", "a@b.example, c@d.example", "a@b.example ",
		" a@b.example", "a b@c.example", `"a b"@c.example`, `"a"@c.example`, "a@b.example (comment)", "a@@b.example", "a..b@c.example",
		"a@b.example\r\nBcc: c@d.example", "a@b.example\n", "a@b.example\x00", "医師@b.example", "a@日本.jp",
		"a@b.example>\r\nRCPT TO:<c@d.example", strings.Repeat("a", maxLocal+1) + "@b.example",
		"a@" + strings.Repeat("b", 64) + ".example", "a@" + strings.Repeat("b.", MaxAddress/2) + "example", "a:b@c.example;",
	} {
		err := CheckAddress(bad)
		if err == nil {
			t.Errorf("%q is an address", bad)
		} else if len(bad) > 30 && strings.Contains(err.Error(), bad) {
			t.Errorf("what is wrong quotes the address: %v", err)
		}
	}
}

// Whatever is let through as an address becomes one recipient and no further line.
func FuzzCheckAddress(f *testing.F) {
	for _, seed := range []string{address, "a@b.example\r\nBcc: c@d.example", `"a\"b"@c.example`, "a@b.c>,<d@e.f", "A <a@b.c>", "=?utf-8?q?a?=@b.c", "a@[::1]"} {
		f.Add(seed)
	}
	from := mail.Address{Address: "alerts@tsunagu.example"}
	lines := bytes.Count(compose(from, target(), message()), []byte("\r\n"))
	f.Fuzz(func(t *testing.T, raw string) {
		if CheckAddress(raw) != nil {
			return
		}
		to := target()
		to.Value = raw
		content := compose(from, to, message())
		if n := bytes.Count(content, []byte("\n")); n != lines {
			t.Fatalf("%q makes %d lines of %d", raw, n, lines)
		}
		m, err := mail.ReadMessage(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if list, err := m.Header.AddressList("To"); err != nil || len(list) != 1 || list[0].Address != raw {
			t.Fatalf("%q is read as %v (%v)", raw, fmt.Sprint(list), err)
		}
	})
}

func TestEnhancedCodes(t *testing.T) {
	for words, want := range map[string]string{
		"5.1.1 no such user": "5.1.1", "5.1.10": "5.1.10", "no such user": "", "": "", "5.1": "", "5.1.1.1 x": "", "1234567890.1.1": "", "5.1.1: x": "",
	} {
		if got := enhanced(words); got != want {
			t.Errorf("%q begins with %q, want %q", words, got, want)
		}
	}
}
