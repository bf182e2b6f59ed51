package sdk_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"connectrpc.com/connect"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1/alertv1connect"
)

// desk takes registrations of one person, and confirmations.
type desk struct {
	alertv1connect.UnimplementedAlertServiceHandler
	by        string
	target    *alertv1.RegisterTargetRequest
	confirmed *alertv1.ConfirmShownRequest
}

func (d *desk) RegisterTarget(_ context.Context, r *connect.Request[alertv1.RegisterTargetRequest]) (*connect.Response[alertv1.RegisterTargetResponse], error) {
	d.by, d.target = r.Header().Get("Authorization"), r.Msg
	return connect.NewResponse(&alertv1.RegisterTargetResponse{Target: &alertv1.Target{Id: make([]byte, 16)}}), nil
}

func (d *desk) ListTargets(context.Context, *connect.Request[alertv1.ListTargetsRequest]) (*connect.Response[alertv1.ListTargetsResponse], error) {
	return connect.NewResponse(&alertv1.ListTargetsResponse{Unreachable: d.target == nil}), nil
}

func (d *desk) RemoveTarget(context.Context, *connect.Request[alertv1.RemoveTargetRequest]) (*connect.Response[alertv1.RemoveTargetResponse], error) {
	d.target = nil
	return connect.NewResponse(&alertv1.RemoveTargetResponse{}), nil
}

func (d *desk) ConfirmShown(_ context.Context, r *connect.Request[alertv1.ConfirmShownRequest]) (*connect.Response[alertv1.ConfirmShownResponse], error) {
	d.confirmed = r.Msg
	return connect.NewResponse(&alertv1.ConfirmShownResponse{}), nil
}

func (d *desk) TestPush(context.Context, *connect.Request[alertv1.TestPushRequest]) (*connect.Response[alertv1.TestPushResponse], error) {
	if d.target == nil {
		return nil, connect.NewError(connect.CodeNotFound, errors.New("no target"))
	}
	return connect.NewResponse(&alertv1.TestPushResponse{Deliveries: []*alertv1.Delivery{{}}}), nil
}

// TestAppIsReached: what an app says of itself goes to the server in the name of whoever uses the tablet.
func TestAppIsReached(t *testing.T) {
	s := newServer(t)
	a, net := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	if _, err := a.TestPush(t.Context()); !errors.Is(err, sdk.ErrNotThere) {
		t.Errorf("without a target: %v", err)
	}
	if _, err := a.RegisterPushTarget(t.Context(), alertv1.TargetKind_TARGET_KIND_FCM_TOKEN, "token", alertv1.Platform_PLATFORM_ANDROID, "ja"); err != nil {
		t.Fatal(err)
	}
	if s.desk.by != "Bearer sato/tablet-a" || s.desk.target.GetValue() != "token" || s.desk.target.GetPlatform() != alertv1.Platform_PLATFORM_ANDROID {
		t.Errorf("registered: %s %v", s.desk.by, s.desk.target)
	}
	if list, err := a.PushTargets(t.Context()); err != nil || list.GetUnreachable() {
		t.Errorf("listed: %v, %v", list, err)
	}
	if sent, err := a.TestPush(t.Context()); err != nil || len(sent) != 1 {
		t.Errorf("test: %v, %v", sent, err)
	}
	for _, group := range []replica.ID{{}, {2}} {
		if err := a.ConfirmShown(t.Context(), replica.ID{1}, group, true); err != nil {
			t.Fatal(err)
		}
		if c := s.desk.confirmed; c.GetDeliveryId()[0] != 1 || !c.GetOpened() || (len(c.GetGroupId()) == 0) != (group == replica.ID{}) {
			t.Errorf("confirmed: %v", c)
		}
	}
	if err := a.RemovePushTarget(t.Context(), replica.ID{}); err != nil || s.desk.target != nil {
		t.Errorf("removed: %v", err)
	}
	net.down = true
	if _, err := a.TestPush(t.Context()); !errors.Is(err, sdk.ErrOffline) {
		t.Errorf("without a network: %v", err)
	}
}
