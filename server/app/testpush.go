package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/store"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// testWait bounds the try of one test push.
const testWait = 15 * time.Second

// testPush tries each target once, all at the same time, and tells what became of each, in their order.
func (a *App) testPush(ctx context.Context, _ string, targets []*storev1.PushTarget) ([]*storev1.PushDelivery, error) {
	sent, errs := make([]*storev1.PushDelivery, len(targets)), make([]error, len(targets))
	var trying sync.WaitGroup
	for i, t := range targets {
		trying.Go(func() { sent[i], errs[i] = a.testOne(ctx, t) })
	}
	trying.Wait()
	return sent, errors.Join(errs...)
}

func (a *App) testOne(ctx context.Context, t *storev1.PushTarget) (*storev1.PushDelivery, error) {
	now := time.Now()
	m := push.Message{
		Kind: storev1.PushKind_PUSH_KIND_TEST, Severity: carev1.AlertSeverity_ALERT_SEVERITY_URGENT, Sent: now, Deadline: now.Add(testWait),
	}
	if _, err := rand.Read(m.Delivery[:]); err != nil {
		return nil, err
	}
	m.Group = m.Delivery // a test takes the place of no alert
	d := &storev1.PushDelivery{
		Id: m.Delivery[:], Kind: m.Kind, PersonId: t.GetPersonId(), TargetId: t.GetId(), CreatedMs: now.UnixMilli(), Attempts: 1,
		State: alertv1.DeliveryState_DELIVERY_STATE_REFUSED,
	}
	channel := a.ways.channels[t.GetKind()]
	if channel == nil {
		d.Trouble = "no-channel"
		return d, nil
	}
	try, cancel := context.WithTimeout(ctx, testWait)
	defer cancel()
	outcome := channel.Send(try, push.Target{
		Kind: t.GetKind(), Value: t.GetValue(), Platform: t.GetPlatform(), Language: t.GetLanguage(), SigningKey: t.GetSigningKey(),
	}, m)
	d.Trouble, d.ProviderId = outcome.Trouble, outcome.ID
	switch outcome.Verdict {
	case push.Accepted:
		a.dispatcher.Works(t.GetKind(), t.GetPlatform())
		d.State, d.AcceptedMs = alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED, time.Now().UnixMilli()
	case push.Dead:
		d.State = alertv1.DeliveryState_DELIVERY_STATE_DEAD
	case push.Later:
		d.State = alertv1.DeliveryState_DELIVERY_STATE_TOO_LATE
	}
	return d, nil
}

// TestPush implements operator.Service.
func (a *App) TestPush(ctx context.Context, person string) ([]operator.Sent, error) {
	if len(a.serving) == 0 {
		return nil, errors.New("no server runs on this data folder, and only a server sends pushes; nothing was sent: start it first")
	}
	tenant, _ := a.directory.Organisations()
	if _, known := a.directory.Person(tenant, person); !known {
		return nil, errNobody
	}
	targets, err := a.liveTargets(ctx, tenant, person)
	if err != nil {
		return nil, err
	}
	if len(targets) == 0 {
		return nil, errors.New("this person has no target that is in use, so nothing was sent: they have to sign in to the app once; see tsunagu alerts targets")
	}
	deliveries, err := a.testPush(ctx, tenant, targets)
	if err != nil {
		return nil, err
	}
	if err := a.keepTests(ctx, tenant, deliveries); err != nil {
		return nil, fmt.Errorf("the test was sent and cannot be written down; look at the disk: %w", err)
	}
	sent := make([]operator.Sent, 0, len(deliveries))
	for i, d := range deliveries {
		sent = append(sent, sentShown(d, plain(targets[i].GetKind().String(), "TARGET_KIND_")))
	}
	return sent, nil
}

// noGroup stands in the keys of pushes that are about no alert.
var noGroup = strings.Repeat("0", 2*len(store.ID{}))

// keepTests puts down what was sent, so that an app can say that it was shown.
func (a *App) keepTests(ctx context.Context, tenant string, sent []*storev1.PushDelivery) error {
	return a.engine.Update(ctx, func(tx store.Tx) error {
		for _, d := range sent {
			raw, err := proto.Marshal(d)
			if err != nil {
				return err
			}
			key := store.ServerKey{Tenant: tenant, Table: store.TableDelivery, Key: noGroup + "-" + hex.EncodeToString(d.GetId())}
			if err := tx.PutServerRow(key, raw); err != nil {
				return err
			}
		}
		return nil
	})[0]
}
