package mail

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// Limits of lines.
const (
	// lineBytes is how long a line of base64 may be (RFC 2045).
	lineBytes = 76
	// subjectBytes is how many bytes of words one encoded word of the subject holds: 64 with its frame, 73 with "Subject: ".
	subjectBytes = 39
)

// What every mail says, in Japanese and English, and what one about an alert that escalates says besides: somebody who has
// read a mail feels that they have seen to it, and the alert goes on to others until somebody answers it.
var (
	footer = push.Words{
		Title: "このメールに患者さんの情報は書かれていません。返信しても誰にも届きません。",
		Text:  "This mail says nothing about a patient. Nobody reads a reply to it.",
	}
	unanswered = push.Words{
		Title: "メールを読んだだけでは対応済みになりません。アプリで回答するまで、ほかの担当者にも通知が続きます。",
		Text:  "Reading this mail answers nothing. Others are told, too, until somebody answers in the app.",
	}
)

// compose writes the whole mail. Its parts are the operator's sender, an address that CheckAddress let through, ids, times
// and fixed words: no line of it is somebody else's.
func compose(from mail.Address, to push.Target, m push.Message) []byte {
	host := domain(from.Address)
	var b bytes.Buffer
	line := func(name, value string) { b.WriteString(name + ": " + value + "\r\n") }
	line("From", from.String())
	line("To", "<"+to.Value+">")
	line("Date", m.Sent.UTC().Format(time.RFC1123Z))
	line("Message-ID", messageID(m.Delivery, host))
	if m.Group != [16]byte{} {
		line("In-Reply-To", messageID(m.Group, host))
		line("References", messageID(m.Group, host))
	}
	line("Subject", subject(m.In(to.Language).Title))
	line("Auto-Submitted", "auto-generated")
	line("X-Auto-Response-Suppress", "All")
	if m.Severity == carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL {
		line("Importance", "high")
	}
	line("MIME-Version", "1.0")
	line("Content-Type", "text/plain; charset=utf-8")
	line("Content-Transfer-Encoding", "base64")
	b.WriteString("\r\n")
	writeBase64(&b, text(to.Language, m))
	return b.Bytes()
}

func messageID(id [16]byte, domain string) string {
	return "<" + hex.EncodeToString(id[:]) + "@" + domain + ">"
}

// subject encodes words for a header. Each encoded word is whole characters, and is short enough that the line it stands on
// is one that every server takes (RFC 2047).
func subject(words string) string {
	if !strings.ContainsFunc(words, func(r rune) bool { return r > '~' }) {
		return words
	}
	encoded, part := []string{}, ""
	for _, r := range words {
		if len(part)+utf8.RuneLen(r) > subjectBytes {
			encoded, part = append(encoded, encodedWord(part)), ""
		}
		part += string(r)
	}
	return strings.Join(append(encoded, encodedWord(part)), "\r\n ")
}

func encodedWord(part string) string {
	return "=?utf-8?b?" + base64.StdEncoding.EncodeToString([]byte(part)) + "?="
}

// text is what the mail says, in the language of the target or in both, one paragraph after the other.
func text(language string, m push.Message) string {
	ja, en := m.Words()
	japanese, english := []string{ja.Text}, []string{en.Text}
	if escalates(m) {
		japanese, english = append(japanese, unanswered.Title), append(english, unanswered.Text)
	}
	japanese, english = append(japanese, footer.Title), append(english, footer.Text)
	switch language {
	case "ja":
		english = nil
	case "en":
		japanese = nil
	}
	return strings.Join(append(japanese, english...), "\r\n\r\n") + "\r\n"
}

// escalates reports whether others are told until somebody answers.
func escalates(m push.Message) bool {
	return m.Kind == storev1.PushKind_PUSH_KIND_ALERT && m.Severity != carev1.AlertSeverity_ALERT_SEVERITY_NOTICE
}

func writeBase64(b *bytes.Buffer, text string) {
	encoded := base64.StdEncoding.EncodeToString([]byte(text))
	for len(encoded) > lineBytes {
		b.WriteString(encoded[:lineBytes] + "\r\n")
		encoded = encoded[lineBytes:]
	}
	b.WriteString(encoded + "\r\n")
}
