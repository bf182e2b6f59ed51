package app

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/alarm"
	"github.com/tsunagu-care/tsunagu/server/internal/alerts"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/server/internal/push"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// dispatcherOwner names the dispatcher in leases. The lock of the store's folder sees to it that one process has it, and a
// server that starts again after a crash goes on at once with what it had claimed.
const dispatcherOwner = "server"

// openAlarm makes the dispatcher of alerts and the ways out. Nothing runs yet.
func (a *App) openAlarm(ctx context.Context) (err error) {
	if a.ways, err = openWays(ctx, a.config.Push, push.NewLog(a.log, time.Now)); err != nil {
		return err
	}
	if a.ways.logOnly {
		a.log.Warn().Msg("no way to push to telephones is set up: pushes are written to the log and reach nobody; see --fcm-credentials in tsunagu serve --help")
	}
	a.dispatcher = alarm.New(alarm.Config{
		Store: a.engine, Directory: a.directory, Channels: a.ways.channels, LogOnly: a.ways.logOnly,
		Owner: dispatcherOwner, Entropy: rand.Reader, Log: a.log,
		Hooks: alarm.Hooks{
			Tried: func(kind alertv1.TargetKind, v push.Verdict) {
				a.metrics.Pushed(plain(kind.String(), "TARGET_KIND_"), v.String())
			},
			Leaving: a.metrics.PushLeft,
			Alarm:   a.metrics.Alarmed,
			Changed: func(tenant, chart string, group [16]byte) { a.api.PublishGroup(tenant, chart, group) },
		},
	})
	return nil
}

// newAlerts makes what answers AlertService.
func (a *App) newAlerts() *alerts.Service {
	return alerts.New(alerts.Config{
		Store: a.engine, Hub: a.hub, Directory: a.directory, Restored: a.journal, Test: a.testPush, Wake: a.dispatcher.Wake,
		CheckWebhook: a.ways.webhook.CheckURL, CheckMail: a.ways.checkMail,
		Aside: func(kind alertv1.TargetKind, trouble string) {
			a.metrics.Alarmed(alarm.AlarmAside)
			a.log.Error().Str("code", alarm.AlarmAside).Str("target", plain(kind.String(), "TARGET_KIND_")).Str("trouble", trouble).
				Msg("a registration for pushes is none that can be used; it was kept aside: ask its owner to update the app")
		},
	})
}

// confirmedEvery is how often a restored server looks whether it was confirmed.
const confirmedEvery = time.Second

// runAlarm works until the context ends. A server that was restored tells nobody anything before its operator has
// confirmed it: what it has may have been answered since, and the answers come with the tablets.
func (a *App) runAlarm(ctx context.Context) {
	for a.journal.Unconfirmed() {
		select {
		case <-ctx.Done():
			return
		case <-time.After(confirmedEvery):
		}
	}
	if err := a.dispatcher.Run(ctx); err != nil && ctx.Err() == nil {
		a.log.Error().Str("why", cause(err)).Msg("alerts are not told any more; nothing of them is lost: start the server again")
	}
}

// testWait bounds the try of one test push.
const testWait = 15 * time.Second

// testPush tries each target once and tells what became of it.
func (a *App) testPush(ctx context.Context, _ string, targets []*storev1.PushTarget) (sent []*storev1.PushDelivery, err error) {
	for _, t := range targets {
		d, err := a.testOne(ctx, t)
		if err != nil {
			return sent, err
		}
		sent = append(sent, d)
	}
	return sent, nil
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
		return nil, errors.New("the directory has no such person; nothing was sent: look at the ids in the directory file")
	}
	targets, err := a.liveTargets(ctx, tenant, person)
	if err != nil {
		return nil, err
	}
	if len(targets) == 0 {
		return nil, errors.New("this person has no target that is in use, so nothing was sent: they have to sign in to the app once; see tsunagu alerts targets")
	}
	deliveries, err := a.testPush(ctx, tenant, targets)
	var sent []operator.Sent
	for i, d := range deliveries {
		sent = append(sent, sentShown(d, plain(targets[i].GetKind().String(), "TARGET_KIND_")))
	}
	return sent, err
}

// showWays tells how the ways out stand.
func (a *App) showWays() (shown []operator.Way, logOnly bool) {
	a.wayTroubles.Lock()
	defer a.wayTroubles.Unlock()
	broken := map[string]string{}
	for name, bad := range a.wayTroubles.last {
		if bad {
			broken[name] = "its check failed; see the log"
		}
	}
	for _, c := range a.dispatcher.Status().Channels {
		if c.Broken {
			broken[wayNames[c.Kind]] = c.Trouble
		}
	}
	for kind, name := range wayNames {
		if _, onlyLog := a.ways.channels[kind].(*push.Log); onlyLog {
			name = "log (" + name + " is not set up)"
		}
		shown = append(shown, operator.Way{Name: name, Trouble: broken[name]})
	}
	slices.SortFunc(shown, func(x, y operator.Way) int { return strings.Compare(x.Name, y.Name) })
	return shown, a.ways.logOnly
}
