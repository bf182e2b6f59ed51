package alerts

import (
	"context"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// ConfirmShown puts down that an app has shown one of the caller's pushes, or that somebody opened it. It only moves
// forward: an app that says less later changes nothing.
func (s *Service) ConfirmShown(ctx context.Context, c hub.Call, req *alertv1.ConfirmShownRequest) (*alertv1.ConfirmShownResponse, error) {
	err := s.update(ctx, func(tx store.Tx) error {
		k, d, err := s.ownDelivery(tx, c, req)
		if err != nil {
			return err
		}
		if !confirm(d, req.GetOpened(), c.Now.UnixMilli()) {
			return nil
		}
		return put(tx, k, d)
	})
	if err != nil {
		return nil, err
	}
	return &alertv1.ConfirmShownResponse{}, nil
}

// ownDelivery finds the push among those of the group that it named, and those of none: such a push names itself. If the
// app does not say what it named, the groups that run in the caller's charts are looked through.
func (s *Service) ownDelivery(r store.Reader, c hub.Call, req *alertv1.ConfirmShownRequest) (store.ServerKey, *storev1.PushDelivery, error) {
	groups := []string{noGroup}
	if len(req.GetGroupId()) > 0 {
		groups = append(groups, hexID(req.GetGroupId()))
	} else {
		for _, chart := range s.charts(c) {
			for _, name := range s.Directory.Names(c.Session.Tenant, chart) {
				running, err := r.ServerRow(runningKey(c.Session.Tenant, name))
				if err != nil {
					return store.ServerKey{}, nil, err
				}
				if len(running) > 0 {
					groups = append(groups, string(running))
				}
			}
		}
	}
	for _, group := range groups {
		k := store.ServerKey{Tenant: c.Session.Tenant, Table: store.TableDelivery, Key: group + "-" + hexID(req.GetDeliveryId())}
		d, err := row[storev1.PushDelivery](r, k)
		if err != nil {
			return k, nil, err
		}
		if d != nil && d.GetPersonId() == c.Session.PersonID && d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_NO_TARGET {
			return k, d, nil
		}
	}
	return store.ServerKey{}, nil, errNotFound
}

// confirm moves a push on, and tells whether that changed anything. Its state stays that of its sending, which the
// dispatcher writes: a push may be shown before whoever forwards it has said that it took it.
func confirm(d *storev1.PushDelivery, opened bool, now int64) (changed bool) {
	if d.GetShownMs() == 0 {
		d.ShownMs, changed = now, true
	}
	if opened && d.GetOpenedMs() == 0 {
		d.OpenedMs, changed = now, true
	}
	return changed
}
