package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/fcm"
	"github.com/tsunagu-care/tsunagu/server/internal/mail"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/server/internal/webhook"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
)

// ways are the ways out to people.
type ways struct {
	channels map[alertv1.TargetKind]push.Channel
	webhook  *webhook.Channel
	// logOnly: nothing is set up that reaches a telephone.
	logOnly bool
	// mails: a mail server is set up.
	mails bool
}

// openWays makes the channels that are configured. What is not is written to the log.
func openWays(ctx context.Context, c config.Push, log push.Channel) (w ways, err error) {
	if err := c.CheckPush(); err != nil {
		return w, err
	}
	w.channels = map[alertv1.TargetKind]push.Channel{
		alertv1.TargetKind_TARGET_KIND_FCM_TOKEN: log, alertv1.TargetKind_TARGET_KIND_FCM_INSTALLATION: log,
		alertv1.TargetKind_TARGET_KIND_MAIL: log,
	}
	if w.webhook, err = webhook.New(webhook.Options{AllowHosts: c.WebhookAllow}); err != nil {
		return w, err
	}
	w.channels[alertv1.TargetKind_TARGET_KIND_WEBHOOK] = w.webhook
	if w.logOnly = c.FCMCredentials == "" && c.FCMEndpoint == ""; !w.logOnly {
		firebase, err := fcm.Open(ctx, fcm.Config{ProjectID: c.FCMProject, CredentialsFile: c.FCMCredentials, Endpoint: c.FCMEndpoint})
		if err != nil {
			return w, fmt.Errorf("nothing was started: %w", err)
		}
		w.channels[alertv1.TargetKind_TARGET_KIND_FCM_TOKEN] = firebase
		w.channels[alertv1.TargetKind_TARGET_KIND_FCM_INSTALLATION] = firebase
	}
	if w.mails = c.SMTPServer != ""; w.mails {
		w.channels[alertv1.TargetKind_TARGET_KIND_MAIL], err = openMail(c)
	}
	return w, err
}

// tlsPort is where mail servers speak TLS from the first byte; everywhere else it begins with STARTTLS.
const tlsPort = "465"

func openMail(c config.Push) (push.Channel, error) {
	password, err := c.SMTPPassword()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(c.SMTPServer)
	privacy := mail.StartTLS
	switch {
	case c.SMTPInsecure:
		privacy = mail.Plain
	case port == tlsPort:
		privacy = mail.TLS
	}
	return mail.New(mail.Options{Server: c.SMTPServer, Privacy: privacy, From: c.SMTPFrom, User: c.SMTPUser, Password: password})
}

var errNoMail = errors.New("this server sends no mail; nothing was registered: register the app, or ask the operator to set up a mail server")

// checkMail tells what is wrong with a mail address.
func (w ways) checkMail(address string) error {
	if !w.mails {
		return errNoMail
	}
	return mail.CheckAddress(address)
}

// names of the ways out, for operators.
var wayNames = map[alertv1.TargetKind]string{
	alertv1.TargetKind_TARGET_KIND_FCM_TOKEN: "fcm", alertv1.TargetKind_TARGET_KIND_WEBHOOK: "webhook", alertv1.TargetKind_TARGET_KIND_MAIL: "mail",
}

const (
	// checkWaysEvery is how often the credentials of the ways out are tried, checkWayWait how long one try may take.
	checkWaysEvery = time.Hour
	checkWayWait   = 30 * time.Second
)

// checkWaysNowAndThen tries the credentials of each way out at the start and every hour, and lets the log say what is wrong.
func (a *App) checkWaysNowAndThen(ctx context.Context) {
	again := time.NewTicker(checkWaysEvery)
	defer again.Stop()
	for {
		for kind, name := range wayNames {
			try, cancel := context.WithTimeout(ctx, checkWayWait)
			err := a.ways.channels[kind].Check(try)
			cancel()
			if err != nil && ctx.Err() == nil {
				a.log.Error().Str("way", name).Str("why", strings.Join(strings.Fields(err.Error()), " ")).Msg("a way out to people does not work")
			}
			a.wayWorks(name, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
	}
}

// wayWorks remembers what the last check of a way out said.
func (a *App) wayWorks(name string, err error) {
	a.wayTroubles.Lock()
	defer a.wayTroubles.Unlock()
	if a.wayTroubles.last == nil {
		a.wayTroubles.last = map[string]bool{}
	}
	a.wayTroubles.last[name] = err != nil
}
