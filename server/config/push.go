package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"os"
	"strings"
)

// Push says how people are reached. Without any of it what would be sent goes to the log, and start-up and /readyz say so.
type Push struct {
	FCMProject     string `group:"push" name:"fcm-project" env:"TSUNAGU_FCM_PROJECT" placeholder:"ID" help:"Project of Firebase Cloud Messaging. Default: the one that the credentials name."`
	FCMCredentials string `group:"push" name:"fcm-credentials" env:"TSUNAGU_FCM_CREDENTIALS" type:"path" placeholder:"FILE" help:"Credentials of a service account (JSON) that may send messages. Default: none; what would be pushed goes to the log."`
	FCMEndpoint    string `group:"push" name:"fcm-endpoint" env:"TSUNAGU_FCM_ENDPOINT" placeholder:"URL" help:"Another server that speaks FCM HTTP v1, on this machine, for tests and demos: http://127.0.0.1:9099. No credentials are used then."`

	FCMAppleCritical bool `group:"push" name:"fcm-apple-critical" env:"TSUNAGU_FCM_APPLE_CRITICAL" help:"Critical alerts sound on a muted iPhone. Apple has to grant the app the entitlement for critical alerts first."`

	SMTPServer       string `group:"push" name:"smtp-server" env:"TSUNAGU_SMTP_SERVER" placeholder:"HOST:PORT" help:"Mail server for those who are told by mail. Default: none."`
	SMTPFrom         string `group:"push" name:"smtp-from" env:"TSUNAGU_SMTP_FROM" placeholder:"ADDRESS" help:"Sender of the mails."`
	SMTPUser         string `group:"push" name:"smtp-user" env:"TSUNAGU_SMTP_USER" placeholder:"NAME" help:"Name to sign in to the mail server with. Default: none."`
	SMTPPasswordFile string `group:"push" name:"smtp-password-file" env:"TSUNAGU_SMTP_PASSWORD_FILE" type:"path" placeholder:"FILE" help:"File with the password in its first line."`
	SMTPInsecure     bool   `group:"push" name:"smtp-insecure" env:"TSUNAGU_SMTP_INSECURE" help:"No TLS, for a mail server on this machine."`

	WebhookAllow []string `group:"push" name:"webhook-allow" env:"TSUNAGU_WEBHOOK_ALLOW" placeholder:"HOST" help:"Hosts in private networks that webhooks may call all the same, separated by commas. Default: none; private addresses are refused."`
}

// SMTPPassword returns the password; empty if there is none. It is in no error.
func (p Push) SMTPPassword() (string, error) {
	if p.SMTPPasswordFile == "" {
		return "", nil
	}
	content, err := os.ReadFile(p.SMTPPasswordFile)
	if err != nil {
		return "", fmt.Errorf("--smtp-password-file cannot be read; nothing was started: check its path and owner: %w", err)
	}
	if len(content) > maxSecretFile {
		return "", errors.New("--smtp-password-file is too long for a password; nothing was started: name the right file")
	}
	line, _, _ := strings.Cut(string(content), "\n")
	return strings.TrimSpace(line), nil
}

// CheckPush tells what cannot be meant.
func (p Push) CheckPush() error {
	if p.FCMEndpoint != "" && p.FCMCredentials != "" {
		return errors.New("--fcm-endpoint is for tests and uses no credentials; nothing was started: give one of --fcm-endpoint and --fcm-credentials")
	}
	if p.FCMEndpoint != "" && p.FCMProject == "" {
		return errors.New("--fcm-endpoint needs --fcm-project; nothing was started: give both")
	}
	if (p.SMTPServer == "") != (p.SMTPFrom == "") {
		return errors.New("--smtp-server and --smtp-from belong together; nothing was started: give both or none")
	}
	if p.SMTPServer != "" {
		if _, _, err := net.SplitHostPort(p.SMTPServer); err != nil {
			return errors.New("--smtp-server is not HOST:PORT; nothing was started: correct it")
		}
		if _, err := mail.ParseAddress(p.SMTPFrom); err != nil {
			return errors.New("--smtp-from is no mail address; nothing was started: correct it")
		}
	}
	if (p.SMTPUser == "") != (p.SMTPPasswordFile == "") {
		return errors.New("--smtp-user and --smtp-password-file belong together; nothing was started: give both or none")
	}
	_, err := p.SMTPPassword()
	return err
}
