package app

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/emersion/go-smtp"
	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/config"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
)

// nobodyRings is what a server says that can reach no telephone.
const nobodyRings = "no way to push to telephones is set up"

// TestAServerThatReachesNobodySaysSo, in its log and whenever it is asked whether it is ready; its pushes are lines of the log.
func TestAServerThatReachesNobodySaysSo(t *testing.T) {
	r := start(t, settings(t))
	if _, text := get(t, "http://"+r.Addr()+"/readyz"); !strings.Contains(text, nobodyRings) || !strings.Contains(r.log.String(), nobodyRings) {
		t.Errorf("/readyz: %s", text)
	}
	doctor := h2c(t, r).signedIn(t, "tanaka", "console")
	doctor.reachedBy(t, "tanaka", alertv1.Platform_PLATFORM_ANDROID)
	h2c(t, r).signedIn(t, "sato", "tablet-a").measures(t, "chart-0001", 80)
	eventually(t, "the push is a line of the log", func() bool {
		return strings.Contains(r.log.String(), "a push was written to the log only")
	})
	if log := r.log.String(); strings.Contains(log, "APA91b") || strings.Contains(log, "chart-0001") || strings.Contains(log, "花子") {
		t.Error("the log holds a token, a chart or a name")
	}
	now, err := r.Alerts(t.Context())
	if err != nil || !now.LogOnly || len(now.Ways) != 3 || !now.Ways[0].Off || now.Ways[0].Name != "fcm" || now.Ways[2].Off {
		t.Errorf("%+v, %v", now, err)
	}
}

func TestAServerWithFirebaseDoesNot(t *testing.T) {
	_, c := firebase(t)
	r := start(t, c)
	if _, text := get(t, "http://"+r.Addr()+"/readyz"); strings.Contains(text, nobodyRings) || strings.Contains(r.log.String(), nobodyRings) {
		t.Errorf("/readyz: %s", text)
	}
	if now, err := r.Alerts(t.Context()); err != nil || now.LogOnly || now.Ways[0].Off {
		t.Errorf("%+v, %v", now, err)
	}
}

// TestWaysByHalves refuse the start with a sentence, and leave neither a store nor a socket behind.
func TestWaysByHalves(t *testing.T) {
	folder := t.TempDir()
	garbage := filepath.Join(folder, "key.json")
	if err := os.WriteFile(garbage, []byte(`{"type":"service_account","private_key":"-----TOPSECRET"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, push := range map[string]config.Push{
		"endpoint without project":   {FCMEndpoint: "http://127.0.0.1:9"},
		"endpoint and credentials":   {FCMEndpoint: "http://127.0.0.1:9", FCMProject: "made-up-project", FCMCredentials: garbage},
		"endpoint elsewhere":         {FCMEndpoint: "http://192.0.2.1:9", FCMProject: "made-up-project"},
		"credentials that are none":  {FCMCredentials: garbage},
		"credentials not there":      {FCMCredentials: filepath.Join(folder, "absent")},
		"mail without sender":        {SMTPServer: "127.0.0.1:25"},
		"mail without port":          {SMTPServer: "127.0.0.1", SMTPFrom: "a@example.org"},
		"mail elsewhere, unguarded":  {SMTPServer: "192.0.2.1:25", SMTPFrom: "a@example.org", SMTPInsecure: true},
		"user without password":      {SMTPServer: "127.0.0.1:25", SMTPFrom: "a@example.org", SMTPUser: "u"},
		"a password that is nowhere": {SMTPServer: "127.0.0.1:25", SMTPFrom: "a@example.org", SMTPUser: "u", SMTPPasswordFile: filepath.Join(folder, "absent")},
	} {
		t.Run(name, func(t *testing.T) {
			c := settings(t)
			c.Push = push
			c.Data = filepath.Join(t.TempDir(), "data")
			probe, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			c.Listen = probe.Addr().String()
			_ = probe.Close()
			a, err := Open(t.Context(), c, zerolog.Nop())
			if a != nil || err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "nothing was started") || strings.Contains(err.Error(), "TOPSECRET") {
				t.Fatalf("%v", err)
			}
			if _, err := os.Stat(c.Data); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a folder was left behind: %v", err)
			}
			again, err := net.Listen("tcp", c.Listen)
			if err != nil {
				t.Fatalf("the socket was left open: %v", err)
			}
			_ = again.Close()
		})
	}
}

// TestAWebhookOnThisMachineIsRefused: a server that could be sent to its own machine would be a way around every door of it.
func TestAWebhookOnThisMachineIsRefused(t *testing.T) {
	c := settings(t)
	c.WebhookAllow = []string{"receiver.internal"}
	r := start(t, c)
	doctor := h2c(t, r).signedIn(t, "tanaka", "console")
	register := func(address string) error {
		_, err := doctor.alerts().RegisterTarget(t.Context(), connect.NewRequest(&alertv1.RegisterTargetRequest{
			Kind: alertv1.TargetKind_TARGET_KIND_WEBHOOK, Value: address,
		}))
		return err
	}
	for _, address := range []string{"https://127.0.0.1:8443/push", "https://[::1]:8443/push", "http://127.0.0.1:8080/push", "https://localhost:8443/", "https://10.0.0.7:8443/"} {
		if err := register(address); connect.CodeOf(err) != connect.CodeInvalidArgument || strings.Contains(err.Error(), "8443") {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{"https://receiver.example.org/push", "https://receiver.internal:8443/push"} {
		if err := register(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestMailIsRefusedWhereThereIsNone, and by an address that is none.
func TestMailIsRefusedWhereThereIsNone(t *testing.T) {
	doctor := h2c(t, start(t, settings(t))).signedIn(t, "tanaka", "console")
	if err := doctor.mailedTo(t, "tanaka@clinic.example"); connect.CodeOf(err) != connect.CodeInvalidArgument || !strings.Contains(err.Error(), "sends no mail") {
		t.Errorf("%v", err)
	}
}

func (c *client) mailedTo(t *testing.T, address string) error {
	t.Helper()
	_, err := c.alerts().RegisterTarget(t.Context(), connect.NewRequest(&alertv1.RegisterTargetRequest{
		Kind: alertv1.TargetKind_TARGET_KIND_MAIL, Value: address,
	}))
	return err
}

// TestByMail: a physician who is told by mail gets one of a real mail server, and it says nothing of the patient.
func TestByMail(t *testing.T) {
	post, address := postOffice(t)
	c := settings(t)
	c.SMTPServer, c.SMTPFrom, c.SMTPInsecure = address, "alerts@tsunagu.example", true
	r := start(t, c)
	if !r.checkWays(t.Context()) {
		t.Errorf("the check fails: %s", r.log)
	}
	doctor := h2c(t, r).signedIn(t, "tanaka", "console")
	if err := doctor.mailedTo(t, "no address"); connect.CodeOf(err) != connect.CodeInvalidArgument {
		t.Errorf("what is no address: %v", err)
	}
	if err := doctor.mailedTo(t, "tanaka@clinic.example"); err != nil {
		t.Fatal(err)
	}
	h2c(t, r).signedIn(t, "sato", "tablet-a").measures(t, "chart-0001", 80)
	select {
	case got := <-post.came:
		if got.to != "tanaka@clinic.example" || got.from != "alerts@tsunagu.example" || got.content == "" {
			t.Errorf("%+v", got)
		}
		for _, word := range []string{"chart-0001", "山田", "花子", "佐藤", "SpO2"} {
			if strings.Contains(got.content, word) {
				t.Errorf("the mail says %s", word)
			}
		}
	case <-time.After(time.Minute):
		t.Fatalf("no mail comes: %s", r.log)
	}
	g := runningGroup(t, doctor)
	eventually(t, "the mail is accepted", func() bool {
		sent := trail(t, r, g.GetId())
		return len(sent) == 1 && sent[0].Kind == "mail" && sent[0].State == "accepted"
	})
	if strings.Contains(r.log.String(), "clinic.example") {
		t.Error("the log holds the address")
	}
}

// letter is a mail as the server took it.
type letter struct{ from, to, content string }

// office is a mail server on this machine that takes everything.
type office struct{ came chan letter }

func postOffice(t *testing.T) (*office, string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{came: make(chan letter, 16)}
	s := smtp.NewServer(o)
	s.Domain = "localhost"
	var serving sync.WaitGroup
	serving.Go(func() { _ = s.Serve(listener) })
	t.Cleanup(func() { _ = s.Close(); serving.Wait() })
	return o, listener.Addr().String()
}

func (o *office) NewSession(*smtp.Conn) (smtp.Session, error) { return &counter{office: o}, nil }

// counter is one connection to it.
type counter struct {
	office *office
	now    letter
}

func (c *counter) Reset()        { c.now = letter{} }
func (c *counter) Logout() error { return nil }

func (c *counter) Mail(from string, _ *smtp.MailOptions) error {
	c.now.from = from
	return nil
}

func (c *counter) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.now.to = to
	return nil
}

func (c *counter) Data(r io.Reader) error {
	content, err := io.ReadAll(r)
	c.now.content = string(content)
	c.office.came <- c.now
	return err
}
