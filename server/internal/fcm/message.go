package fcm

import (
	"encoding/hex"
	"time"

	"firebase.google.com/go/v4/messaging"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// maxLife is the longest that Firebase keeps a push for a device that cannot be reached.
const maxLife = 28 * 24 * time.Hour

// sheet is what the settings of all platforms are made of.
type sheet struct {
	words    push.Words
	language string
	// collapse is what a later push takes the place of an earlier one by: the group, or the delivery where there is none,
	// so that one sent twice is shown once. 32 hexadecimal digits: within Apple's 64 bytes and the 32 characters of a topic
	// of web push.
	collapse string
	// loud: it may wake a device that sleeps. Firebase takes that away from an app which does not show what it gets.
	loud bool
	// critical: the loudest.
	critical bool
	// life is how long it makes sense; 0: now or never.
	life time.Duration
	// until is when that ends; zero with a life of 0.
	until time.Time
}

func newSheet(language string, m push.Message) sheet {
	s := sheet{words: m.In(language), language: language, collapse: hex.EncodeToString(m.Group[:])}
	if m.Group == [16]byte{} {
		s.collapse = hex.EncodeToString(m.Delivery[:])
	}
	s.loud = m.Kind != storev1.PushKind_PUSH_KIND_DIGEST && m.Severity != carev1.AlertSeverity_ALERT_SEVERITY_NOTICE
	s.critical = s.loud && m.Severity == carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL
	if m.Deadline.After(m.Sent) {
		s.life = min(m.Deadline.Sub(m.Sent), maxLife).Truncate(time.Second)
		s.until = m.Sent.Add(s.life)
	}
	return s
}

// message makes what is sent. There is no label for analytics in it, and no notification for all platforms: each has its
// own.
func (c *Channel) message(to push.Target, m push.Message) *messaging.Message {
	s := newSheet(to.Language, m)
	out := &messaging.Message{Token: to.Value, Data: data(m)}
	all := to.Platform == alertv1.Platform_PLATFORM_UNSPECIFIED
	if all || to.Platform == alertv1.Platform_PLATFORM_ANDROID {
		out.Android = s.android()
	}
	if all || to.Platform == alertv1.Platform_PLATFORM_IOS {
		out.APNS = s.apple(c.appleCritical)
	}
	if all || to.Platform == alertv1.Platform_PLATFORM_WEB {
		out.Webpush = s.web()
	}
	return out
}

var kinds = map[storev1.PushKind]string{
	storev1.PushKind_PUSH_KIND_ALERT:       "alert",
	storev1.PushKind_PUSH_KIND_DIGEST:      "digest",
	storev1.PushKind_PUSH_KIND_TEST:        "test",
	storev1.PushKind_PUSH_KIND_HEARTBEAT:   "heartbeat",
	storev1.PushKind_PUSH_KIND_UNREACHABLE: "unreachable",
	storev1.PushKind_PUSH_KIND_ANSWER:      "answer",
}

var severities = map[carev1.AlertSeverity]string{
	carev1.AlertSeverity_ALERT_SEVERITY_NOTICE:   "notice",
	carev1.AlertSeverity_ALERT_SEVERITY_URGENT:   "urgent",
	carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL: "critical",
}

// data is what the app gets besides the words: what to confirm, and what to ask for after signing in. What is not known
// is left out.
func data(m push.Message) map[string]string {
	d := map[string]string{"delivery": hex.EncodeToString(m.Delivery[:])}
	if m.Group != [16]byte{} {
		d["group"] = hex.EncodeToString(m.Group[:])
	}
	if kind := kinds[m.Kind]; kind != "" {
		d["kind"] = kind
	}
	if severity := severities[m.Severity]; severity != "" {
		d["severity"] = severity
	}
	return d
}
