package app

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/alarm"
	"github.com/tsunagu-care/tsunagu/server/internal/alerts"
	"github.com/tsunagu-care/tsunagu/server/internal/metrics"
	"github.com/tsunagu-care/tsunagu/server/internal/push"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
)

// dispatcherOwner names the dispatcher in leases. The lock of the store's folder sees to it that one process has it, and a
// server that starts again after a crash goes on at once with what it had claimed.
const dispatcherOwner = "server"

// openAlarm makes the dispatcher of alerts. Nothing runs yet.
func (a *App) openAlarm() {
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
	a.metrics.Alerts(a.alertGauges)
}

// alertGauges are what metrics say of alerts; they are counted once a minute.
func (a *App) alertGauges() metrics.Alerts {
	s := a.dispatcher.Status()
	g := metrics.Alerts{Running: s.Running, Unanswered: s.Unanswered, Digest: s.Digest, OldestDue: s.OldestDue, Aside: s.Aside}
	for _, c := range s.Channels {
		if c.Broken {
			g.Broken++
		}
	}
	return g
}

// openDefaults reads which limits organisations have set for readings.
func (a *App) openDefaults(ctx context.Context) (err error) {
	tenant, _ := a.directory.Organisations()
	a.defaults, err = alerts.OpenDefaults(ctx, a.engine, a.directory, tenant, time.Now, func(organisation string) {
		a.log.Error().Str("organisation", organisation).
			Msg("the limits that this organisation has set for readings cannot be read, and the proposed ones count for it; check the store, and restore a backup if it is damaged")
	})
	return err
}

// newAlerts makes what answers AlertService.
func (a *App) newAlerts() *alerts.Service {
	return alerts.New(alerts.Config{
		Store: a.engine, Hub: a.hub, Directory: a.directory, Restored: a.journal, Defaults: a.defaults,
		Test: a.testPush, Wake: a.dispatcher.Wake,
		CheckWebhook: a.ways.webhook.CheckURL, CheckMail: a.ways.checkMail,
		Aside: func(kind alertv1.TargetKind, trouble string) {
			a.metrics.Alarmed(alarm.AlarmAside)
			a.log.Error().Str("code", alarm.AlarmAside).Str("target", plain(kind.String(), "TARGET_KIND_")).Str("trouble", trouble).
				Msg("a registration for pushes is none that can be used; it was kept aside: ask its owner to update the app")
		},
		Moved: func(kind alertv1.TargetKind) {
			a.log.Warn().Str("code", "target-moved").Str("target", plain(kind.String(), "TARGET_KIND_")).
				Msg("a device went over to whoever signed in there next, and gets no pushes for who had it before; that is usual for a shared tablet: ask who had it if it is none")
		},
	})
}

// confirmedEvery is how often a restored server looks whether it was confirmed.
const confirmedEvery = time.Second

// runAlarm works until the context ends. A server that was restored tells nobody anything before its operator has
// confirmed it and what came meanwhile was judged: what it has may have been answered since, and the answers come with the
// tablets.
func (a *App) runAlarm(ctx context.Context) {
	for a.unjudged() {
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
