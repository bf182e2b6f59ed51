package alerts

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

const (
	defaultDeliveries = 100
	maxDeliveries     = 500
)

// deliveryOf is a push as people see it. One that was shown arrived, whatever was put down of its sending.
func deliveryOf(d *storev1.PushDelivery, kind alertv1.TargetKind) *alertv1.Delivery {
	ja, en := inWords(d.GetTrouble())
	state := d.GetState()
	switch {
	case d.GetOpenedMs() != 0:
		state = alertv1.DeliveryState_DELIVERY_STATE_OPENED
	case d.GetShownMs() != 0:
		state = alertv1.DeliveryState_DELIVERY_STATE_SHOWN
	}
	return &alertv1.Delivery{
		Id: d.GetId(), PersonId: d.GetPersonId(), TargetId: d.GetTargetId(), TargetKind: kind, State: state,
		Step: d.GetStep(), Round: d.GetRound(), Created: moment(d.GetCreatedMs()), Accepted: moment(d.GetAcceptedMs()),
		Shown: moment(d.GetShownMs()), Opened: moment(d.GetOpenedMs()), Attempts: d.GetAttempts(), TroubleJa: ja, TroubleEn: en,
	}
}

// moment is a time in milliseconds since 1970 UTC; absent for 0.
func moment(ms int64) *timestamppb.Timestamp {
	if ms == 0 {
		return nil
	}
	return timestamppb.New(time.UnixMilli(ms))
}

// pageSize is what was asked for, within its limits.
func pageSize(asked uint32, normal, most int) int {
	if asked == 0 {
		return normal
	}
	return min(int(asked), most)
}

// TestPush sends a push to every live target of the caller.
func (s *Service) TestPush(ctx context.Context, c hub.Call, _ *alertv1.TestPushRequest) (*alertv1.TestPushResponse, error) {
	var targets []*storev1.PushTarget
	err := s.view(ctx, func(r store.Reader) error {
		targets = nil
		return eachTarget(r, c.Session.Tenant, c.Session.PersonID, func(t *storev1.PushTarget) error {
			if live(t) && len(targets) < maxTargets {
				targets = append(targets, t)
			}
			return nil
		})
	})
	if err != nil || len(targets) == 0 {
		return &alertv1.TestPushResponse{}, err
	}
	sent, err := s.Test(ctx, c.Session.Tenant, targets)
	if err != nil {
		return nil, outward(err)
	}
	if err := s.keepTests(ctx, c.Session.Tenant, sent); err != nil {
		return nil, err
	}
	kinds := map[string]alertv1.TargetKind{}
	for _, t := range targets {
		kinds[string(t.GetId())] = t.GetKind()
	}
	resp := &alertv1.TestPushResponse{}
	for _, d := range sent {
		resp.Deliveries = append(resp.Deliveries, deliveryOf(d, kinds[string(d.GetTargetId())]))
	}
	return resp, nil
}

// keepTests puts down what was sent, so that the app can say that it was shown.
func (s *Service) keepTests(ctx context.Context, tenant string, sent []*storev1.PushDelivery) error {
	return s.update(ctx, func(tx store.Tx) error {
		for _, d := range sent {
			k := store.ServerKey{Tenant: tenant, Table: store.TableDelivery, Key: noGroup + "-" + hexID(d.GetId())}
			if err := put(tx, k, d); err != nil {
				return err
			}
		}
		return nil
	})
}

// ListDeliveries reads the trail of a group, oldest first: the ids of deliveries go by time.
func (s *Service) ListDeliveries(ctx context.Context, c hub.Call, req *alertv1.ListDeliveriesRequest) (*alertv1.ListDeliveriesResponse, error) {
	if err := s.serving(); err != nil {
		return nil, err
	}
	prefix := hexID(req.GetGroupId()) + "-"
	after, err := readTrailToken(prefix, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize(), defaultDeliveries, maxDeliveries)
	var resp *alertv1.ListDeliveriesResponse
	err = s.view(ctx, func(r store.Reader) error {
		resp = &alertv1.ListDeliveriesResponse{}
		e, err := row[storev1.Escalation](r, escalationKey(c.Session.Tenant, req.GetGroupId()))
		if err != nil {
			return err
		}
		if e == nil || len(visible(e, s.readable(c)[s.kept(c, e.GetChartId())])) == 0 {
			return errNotFound
		}
		return rows(r, c.Session.Tenant, store.TableDelivery, prefix, after, func(key string, d *storev1.PushDelivery) error {
			if len(resp.Deliveries) == size {
				resp.NextPageToken = after[len(prefix):]
				return store.ErrStop
			}
			after = key
			kind, err := targetKind(r, c.Session.Tenant, d)
			resp.Deliveries = append(resp.Deliveries, deliveryOf(d, kind))
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// readTrailToken is the key after which a page of a trail begins.
func readTrailToken(prefix, token string) (string, error) {
	if token == "" {
		return prefix, nil
	}
	if !isHexID(token) {
		return "", errToken
	}
	return prefix + token, nil
}

func targetKind(r store.Reader, tenant string, d *storev1.PushDelivery) (alertv1.TargetKind, error) {
	if len(d.GetTargetId()) == 0 {
		return 0, nil
	}
	t, err := row[storev1.PushTarget](r, targetKey(tenant, d.GetPersonId(), d.GetTargetId()))
	return t.GetKind(), err
}
