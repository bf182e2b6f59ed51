package push

import (
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// KindName is what the message is about, for programs: "alert", "digest", "test", "heartbeat", "unreachable" or "answer".
// Receivers compare it, so these names never change. A kind that has no name yet is an alert to them: better looked at
// than passed over.
func (m Message) KindName() string {
	switch m.Kind {
	case storev1.PushKind_PUSH_KIND_DIGEST:
		return "digest"
	case storev1.PushKind_PUSH_KIND_TEST:
		return "test"
	case storev1.PushKind_PUSH_KIND_HEARTBEAT:
		return "heartbeat"
	case storev1.PushKind_PUSH_KIND_UNREACHABLE:
		return "unreachable"
	case storev1.PushKind_PUSH_KIND_ANSWER:
		return "answer"
	}
	return "alert"
}

// SeverityName is how soon to look, for programs: "critical", "urgent", "notice", or "none" for a message that is about no
// alert. These names never change either; a severity that has no name yet is urgent, as it is on tablets.
func (m Message) SeverityName() string {
	switch m.Severity {
	case carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL:
		return "critical"
	case carev1.AlertSeverity_ALERT_SEVERITY_NOTICE:
		return "notice"
	case carev1.AlertSeverity_ALERT_SEVERITY_UNSPECIFIED:
		return "none"
	}
	return "urgent"
}
