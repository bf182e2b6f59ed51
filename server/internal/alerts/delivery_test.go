package alerts

import (
	"slices"
	"testing"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

const (
	stateQueued   = alertv1.DeliveryState_DELIVERY_STATE_QUEUED
	stateAccepted = alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED
	stateShown    = alertv1.DeliveryState_DELIVERY_STATE_SHOWN
	stateOpened   = alertv1.DeliveryState_DELIVERY_STATE_OPENED
	stateNoTarget = alertv1.DeliveryState_DELIVERY_STATE_NO_TARGET

	severityCritical = carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL
	severityUrgent   = carev1.AlertSeverity_ALERT_SEVERITY_URGENT
	severityNotice   = carev1.AlertSeverity_ALERT_SEVERITY_NOTICE
)

func deliveryKey(group string, d *storev1.PushDelivery) store.ServerKey {
	return store.ServerKey{Tenant: tenant, Table: store.TableDelivery, Key: group + "-" + hexID(d.GetId())}
}

// push puts down a push, as the dispatcher does. The nth has an id above those before it.
func (b *bench) push(group string, n byte, person string, state alertv1.DeliveryState) *storev1.PushDelivery {
	b.t.Helper()
	d := &storev1.PushDelivery{Id: append([]byte{n}, b.id()[1:]...), PersonId: person, State: state, CreatedMs: b.now.UnixMilli()}
	b.row(deliveryKey(group, d), d)
	return d
}

func (b *bench) confirm(person string, delivery, group []byte, opened bool) error {
	_, err := b.ConfirmShown(b.t.Context(), b.call(person), &alertv1.ConfirmShownRequest{DeliveryId: delivery, GroupId: group, Opened: opened})
	return err
}

// TestConfirmShown: only forward, only one's own, wherever the push stands; what was put down of its sending stays.
func TestConfirmShown(t *testing.T) {
	b := newBench(t)
	e := b.group("yamada", day, grouped("yamada/care", b.id(), severityCritical, day))
	in, group := hexID(e.GetId()), e.GetId()
	d := b.push(in, 1, "mori", stateQueued)
	want(t, "somebody else's", b.confirm("sato", d.GetId(), group, true), hub.NotFound)
	want(t, "none", b.confirm("mori", b.id(), group, true), hub.NotFound)
	want(t, "of another group", b.confirm("mori", d.GetId(), b.id(), true), hub.NotFound)
	want(t, "to nobody", b.confirm("mori", b.push(in, 2, "mori", stateNoTarget).GetId(), group, true), hub.NotFound)

	for i, step := range []struct {
		group       []byte
		opened      bool
		openedAfter time.Duration // the push was put down; what was said first counts. 0: it was not opened yet
	}{
		{group, false, 0}, {nil, false, 0}, {nil, true, 2 * time.Minute}, {group, true, 2 * time.Minute}, {group, false, 2 * time.Minute},
	} {
		b.now = day.Add(time.Duration(i) * time.Minute)
		if err := b.confirm("mori", d.GetId(), step.group, step.opened); err != nil {
			t.Fatal(i, err)
		}
		got, opened := &storev1.PushDelivery{}, int64(0)
		if step.openedAfter != 0 {
			opened = day.Add(step.openedAfter).UnixMilli()
		}
		b.stored(deliveryKey(in, d), got)
		if got.GetShownMs() != day.UnixMilli() || got.GetOpenedMs() != opened || got.GetState() != stateQueued {
			t.Errorf("step %d: %v", i, got)
		}
	}
	none := b.push(noGroup, 3, "mori", stateAccepted)
	for _, named := range [][]byte{nil, none.GetId()} { // a push of no group names itself
		if err := b.confirm("mori", none.GetId(), named, false); err != nil {
			t.Error(err)
		}
	}
}

// TestTrail: who may read the chart reads it, page by page, oldest first; states are those of people; the row of an alert
// in a stream that the caller may not read shows nothing.
func TestTrail(t *testing.T) {
	b := newBench(t)
	e := b.group("yamada", day, grouped("yamada/care", b.id(), severityCritical, day))
	in := hexID(e.GetId())
	target := b.register("mori", mail, "good@example.org").GetTarget()
	var all [][]byte
	for n, state := range []alertv1.DeliveryState{stateAccepted, stateQueued, stateNoTarget, stateAccepted, stateAccepted} {
		d := b.push(in, byte(n), "mori", state)
		if n == 0 {
			d.TargetId, d.Trouble, d.Step, d.Round = target.GetId(), "quota", 1, 2
		}
		d.ShownMs, d.OpenedMs = int64(n/3), int64(n/4)
		b.row(deliveryKey(in, d), d)
		all = append(all, d.GetId())
	}
	b.push(hexID(b.id()), 1, "mori", stateQueued)
	read := func(person string, size uint32) (got []*alertv1.Delivery, err error) {
		req := &alertv1.ListDeliveriesRequest{GroupId: e.GetId(), PageSize: size}
		for range 10 {
			page, err := b.ListDeliveries(t.Context(), b.call(person), req)
			if err != nil {
				return nil, err
			}
			got = append(got, page.GetDeliveries()...)
			if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
				return got, nil
			}
		}
		t.Fatal("no end")
		return nil, nil
	}
	for _, size := range []uint32{0, 1, 2, 4, 5, 6} {
		got, err := read("takahashi", size)
		var ids [][]byte
		for _, d := range got {
			ids = append(ids, d.GetId())
		}
		if err != nil || !sameIDs(ids, all) {
			t.Errorf("pages of %d: %d rows, %v", size, len(ids), err)
		}
	}
	got := must[[]*alertv1.Delivery](t)(read("sato", 0))
	var states []alertv1.DeliveryState
	for _, d := range got {
		states = append(states, d.GetState())
	}
	if !slices.Equal(states, []alertv1.DeliveryState{stateAccepted, stateQueued, stateNoTarget, stateShown, stateOpened}) {
		t.Errorf("%v", states)
	}
	if d := got[0]; d.GetTargetKind() != mail || d.GetTroubleJa() == "" || d.GetTroubleEn() == "" || d.GetStep() != 1 || d.GetRound() != 2 || got[1].GetTroubleEn() != "" {
		t.Errorf("%v", d)
	}
	_, err := read("kato", 0)
	want(t, "of a chart of others", err, hub.NotFound)
	_, err = b.ListDeliveries(t.Context(), b.call("sato"), &alertv1.ListDeliveriesRequest{GroupId: b.id()})
	want(t, "of no group", err, hub.NotFound)
	_, err = b.ListDeliveries(t.Context(), b.call("sato"), &alertv1.ListDeliveriesRequest{GroupId: e.GetId(), PageToken: "x"})
	want(t, "a token of something else", err, hub.InvalidArgument)

	hidden := b.group("yamada", day, grouped("yamada/clinical", b.id(), severityCritical, day))
	e = hidden
	if _, err := read("sato", 0); err != nil {
		t.Error(err)
	}
	_, err = read("takahashi", 0)
	want(t, "of an alert in a stream of others", err, hub.NotFound)
}
