package push

import (
	"context"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// Message is all that leaves the server.
type Message struct {
	// Delivery is the id of this push: its receiver confirms by it that it was shown.
	Delivery [16]byte
	// Group is what the receiver collapses by: a later push of the same group takes the place of an earlier one, and one
	// that was sent twice is shown once.
	Group [16]byte
	// Kind is what it is about.
	Kind storev1.PushKind
	// Severity decides how much it may disturb.
	Severity carev1.AlertSeverity
	// Sent is when it is sent.
	Sent time.Time
	// Deadline is until when it makes sense.
	Deadline time.Time
}

// Target is where it goes.
type Target struct {
	// Kind says what Value is.
	Kind alertv1.TargetKind
	// Value is a token, an installation id, an https address or a mail address.
	Value string
	// Platform is what the app runs on.
	Platform alertv1.Platform
	// Language is "ja", "en", or empty for both.
	Language string
	// SigningKey is that of a webhook.
	SigningKey []byte
}

// Verdict is what an answer means for the push, its target and the operator.
type Verdict int

// The verdicts.
const (
	// Accepted: it was taken by whoever forwards it. That says nothing about a person.
	Accepted Verdict = iota + 1
	// Dead: the target is gone. Other targets, or the next step, now.
	Dead
	// Aside: the target is none, or is somebody else's. It is kept and not used; the operator is told.
	Aside
	// Later: it was not sent, or nobody knows whether it was; the same push again, not before Outcome.After.
	Later
	// Broken: the credentials of the channel are wrong. Nothing gets through until an operator mends them.
	Broken
	// Refused: the message itself was refused. The same one again would be too; the operator is told.
	Refused
)

// Outcome is what became of one try.
type Outcome struct {
	Verdict Verdict
	// ID is what whoever forwards it calls it.
	ID string
	// After is the least time before it is tried again. Zero: the caller's back-off decides.
	After time.Duration
	// Trouble is a code such as "unregistered" or "quota": for logs, the trail and metrics. Empty if Accepted. It is never
	// taken from what the other side wrote.
	Trouble string
	// Alarm: the operator has to do something, whatever becomes of the push. It goes with Aside, Broken and Refused, and
	// with a Later that is a fault of the other side's server.
	Alarm bool
}

// Channel is one way out.
type Channel interface {
	// Send tries once and says what the answer means. It ends by the context's deadline; the channel's own retries, if it
	// has any, are within that.
	Send(ctx context.Context, to Target, m Message) Outcome
	// Check finds out whether the credentials work, without sending anything to a person. The error is a sentence for the
	// operator and holds no secret.
	Check(ctx context.Context) error
}
