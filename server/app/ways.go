package app

import (
	"context"
	"errors"
	"fmt"
	"net"
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

// findWays makes the ways out. It comes before the store: what is set up by halves leaves no new store behind.
func (a *App) findWays(ctx context.Context) (err error) {
	a.ways, err = openWays(ctx, a.config.Push, push.NewLog(a.log, time.Now))
	return err
}

// warnOfWays says at the start that nobody can be reached. A start that is refused has said one sentence already.
func (a *App) warnOfWays() {
	if a.ways.logOnly {
		a.log.Warn().Msg("no way to push to telephones is set up: pushes are written to the log and reach nobody; see --fcm-credentials in tsunagu serve --help")
	}
}

// openWays makes the channels that are configured. What is not is written to the log.
func openWays(ctx context.Context, c config.Push, log push.Channel) (w ways, err error) {
	if err := c.CheckPush(); err != nil {
		return w, err
	}
	w.channels = map[alertv1.TargetKind]push.Channel{
		alertv1.TargetKind_TARGET_KIND_FCM_TOKEN: log, alertv1.TargetKind_TARGET_KIND_FCM_INSTALLATION: log,
	}
	if w.webhook, err = webhook.New(webhook.Options{AllowHosts: c.WebhookAllow}); err != nil {
		return w, err
	}
	w.channels[alertv1.TargetKind_TARGET_KIND_WEBHOOK] = w.webhook
	if w.logOnly = c.FCMCredentials == "" && c.FCMEndpoint == ""; !w.logOnly {
		firebase, err := fcm.Open(ctx, fcm.Config{ProjectID: c.FCMProject, CredentialsFile: c.FCMCredentials, Endpoint: c.FCMEndpoint, AppleCritical: c.FCMAppleCritical})
		if err != nil {
			return w, fmt.Errorf("nothing was started: %w", err)
		}
		w.channels[alertv1.TargetKind_TARGET_KIND_FCM_TOKEN] = firebase
		w.channels[alertv1.TargetKind_TARGET_KIND_FCM_INSTALLATION] = firebase
	}
	// An address that was registered while there was a mail server must not count as reached once there is none.
	if w.mails = c.SMTPServer != ""; w.mails {
		w.channels[alertv1.TargetKind_TARGET_KIND_MAIL], err = openMail(c)
	} else if w.logOnly {
		w.channels[alertv1.TargetKind_TARGET_KIND_MAIL] = log
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
