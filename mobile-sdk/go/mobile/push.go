package mobile

import (
	"context"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
)

// Kinds of a push target and platforms, as numbers of the contract.
const (
	TargetToken        = int(alertv1.TargetKind_TARGET_KIND_FCM_TOKEN)
	TargetInstallation = int(alertv1.TargetKind_TARGET_KIND_FCM_INSTALLATION)

	PlatformAndroid = int(alertv1.Platform_PLATFORM_ANDROID)
	PlatformIOS     = int(alertv1.Platform_PLATFORM_IOS)
)

// RegisterPushTarget registers how this app is reached, or confirms it: call it at every start, and whenever Firebase gives
// another token. Call it from a background thread: it waits for the network.
func (t *Tablet) RegisterPushTarget(kind int, value string, platform int) error {
	_, err := t.tablet.RegisterPushTarget(context.Background(), alertv1.TargetKind(kind), value, alertv1.Platform(platform), t.pick("ja", "en"))
	return t.words(err)
}

// ConfirmShown tells the server that the app has shown a push, or that a person opened it, by the two ids that the push
// names; the group is empty for a test. It waits for the network.
func (t *Tablet) ConfirmShown(delivery, group string, opened bool) error {
	id, err := t.id(delivery)
	if err != nil {
		return err
	}
	of := replica.ID{}
	if group != "" {
		if of, err = t.id(group); err != nil {
			return err
		}
	}
	return t.words(t.tablet.ConfirmShown(context.Background(), id, of, opened))
}

// TestPush sends a push to whoever uses the tablet, on all their devices, and answers to how many it was sent. It waits
// for the network.
func (t *Tablet) TestPush() (int, error) {
	sent, err := t.tablet.TestPush(context.Background())
	return len(sent), t.words(err)
}
