package fcm

import (
	"context"
	"fmt"
	"time"

	"firebase.google.com/go/v4/messaging"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// maxTry bounds one request, also where the caller allows more: Firebase answers in well under a second, and a push that
// hangs must not keep a person's other devices waiting.
const maxTry = 10 * time.Second

// checkTopic is what Check pretends to send to. No app subscribes to it.
const checkTopic = "tsunagu-check"

var _ push.Channel = (*Channel)(nil)

// Send implements push.Channel. It makes one request, or none where the target is nothing that it can send to.
func (c *Channel) Send(ctx context.Context, to push.Target, m push.Message) push.Outcome {
	switch {
	case to.Kind == alertv1.TargetKind_TARGET_KIND_FCM_INSTALLATION:
		// Firebase moves from registration tokens to installation ids, and this version of its library knows only tokens. An
		// id sent as a token would be refused; the target is kept for the day the library knows it.
		return aside(InstallationIDs)
	case to.Kind != alertv1.TargetKind_TARGET_KIND_FCM_TOKEN:
		return aside(NotOurs)
	case to.Value == "":
		return aside(NotAToken)
	}
	return c.try(ctx, c.client.Send, c.message(to, m), m.Sent)
}

// Check implements push.Channel: Firebase goes through all the motions of sending to a topic that nobody listens to, and
// sends nothing. Getting a token alone would not show that the account may send in this project, that the project has
// messaging switched on, or that the settings of all platforms are accepted; a made-up registration would be refused
// either way, and the refusal would have to be told from a bad one.
func (c *Channel) Check(ctx context.Context) error {
	m := push.Message{Kind: storev1.PushKind_PUSH_KIND_TEST, Severity: carev1.AlertSeverity_ALERT_SEVERITY_NOTICE}
	pretend := c.message(push.Target{}, m)
	pretend.Topic = checkTopic
	o := c.try(ctx, c.client.SendDryRun, pretend, m.Sent)
	if o.Verdict == push.Accepted {
		return nil
	}
	return fmt.Errorf("Firebase project %s: %s", c.project, Advice(o.Trouble))
}

// try makes one request. Whatever the library makes of the answer is looked at only to learn that there was none: the
// library's own questions, such as messaging.IsUnregistered, know no error that was wrapped, nor one that it gave up.
func (c *Channel) try(ctx context.Context, send func(context.Context, *messaging.Message) (string, error), m *messaging.Message, sent time.Time) push.Outcome {
	ctx, cancel := context.WithTimeout(ctx, maxTry)
	defer cancel()
	call, t := begin(ctx)
	defer end(call)
	_, _ = send(call, m)
	return t.outcome(ctx, sent)
}

func aside(trouble string) push.Outcome {
	return push.Outcome{Verdict: push.Aside, Trouble: trouble, Alarm: true}
}
