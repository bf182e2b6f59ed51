package sdk

import (
	"context"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
)

// RegisterPushTarget registers a way to reach whoever uses the tablet, or confirms one: an app calls it at every start, and
// whenever it is given another token. The language is "ja", "en", or empty for both. For a webhook that is new the answer
// has the key of its signatures, this once. It needs the network.
func (t *Tablet) RegisterPushTarget(ctx context.Context, kind alertv1.TargetKind, value string, platform alertv1.Platform, language string) (*alertv1.RegisterTargetResponse, error) {
	return online(ctx, t, t.alerts.RegisterTarget, &alertv1.RegisterTargetRequest{
		Kind: kind, Value: value, Platform: platform, Language: language,
	})
}

// PushTargets lists the ways to reach whoever uses the tablet, with what is wrong with each. It needs the network.
func (t *Tablet) PushTargets(ctx context.Context) (*alertv1.ListTargetsResponse, error) {
	return online(ctx, t, t.alerts.ListTargets, &alertv1.ListTargetsRequest{})
}

// RemovePushTarget ends one, when somebody signs out of a device for good. It needs the network.
func (t *Tablet) RemovePushTarget(ctx context.Context, id replica.ID) error {
	_, err := online(ctx, t, t.alerts.RemoveTarget, &alertv1.RemoveTargetRequest{Id: id[:]})
	return err
}

// TestPush sends a push to every target of whoever uses the tablet, and tells what became of each. It needs the network.
func (t *Tablet) TestPush(ctx context.Context) ([]*alertv1.Delivery, error) {
	answer, err := online(ctx, t, t.alerts.TestPush, &alertv1.TestPushRequest{})
	return answer.GetDeliveries(), err
}

// ConfirmShown tells the server that the app has shown a push, or that a person opened it, by the delivery and the group
// that the push names; a test names no group, which is zero. It does not answer the alert. It needs the network.
func (t *Tablet) ConfirmShown(ctx context.Context, delivery, group replica.ID, opened bool) error {
	q := &alertv1.ConfirmShownRequest{DeliveryId: delivery[:], Opened: opened}
	if group != (replica.ID{}) {
		q.GroupId = group[:]
	}
	_, err := online(ctx, t, t.alerts.ConfirmShown, q)
	return err
}

// online makes one call in the name of whoever uses the tablet.
func online[Q, A any](ctx context.Context, t *Tablet, call func(context.Context, *connect.Request[Q]) (*connect.Response[A], error), q *Q) (*A, error) {
	by, err := t.caller()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := call(ctx, authorised(by.token, q))
	if err != nil {
		return nil, asked(err)
	}
	return answer.Msg, nil
}
