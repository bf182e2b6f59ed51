package app

import (
	"context"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/api"
	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/fcm/fcmtest"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// firebase is a server that speaks as Firebase does, and the settings of a server that sends to it.
func firebase(t *testing.T) (*fcmtest.Server, config.Server) {
	t.Helper()
	f, err := fcmtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	c := settings(t)
	c.FCMEndpoint, c.FCMProject = f.URL(), "made-up-project"
	return f, c
}

// told waits until so many pushes have come, and returns all that did. What the check of the credentials sends is none.
func told(t *testing.T, f *fcmtest.Server, n int) (pushes []fcmtest.Request) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		all := f.Requests()
		pushes = nil
		for _, one := range all {
			if !one.DryRun {
				pushes = append(pushes, one)
			}
		}
		if len(pushes) >= n {
			return pushes
		}
		if err := f.Wait(ctx, len(all)+1); err != nil {
			t.Fatalf("%d pushes came, want %d: %v", len(pushes), n, err)
		}
	}
}

// eventually waits until something holds that the server does a moment after it answered.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// tokenOf has the form of a registration token.
func tokenOf(name string) string { return name + ":APA91b" + strings.Repeat("x", 32) }

// reachedBy registers a device of Firebase for whoever has signed in, and returns its token.
func (c *client) reachedBy(t *testing.T, name string, on alertv1.Platform) string {
	t.Helper()
	_, err := c.alerts().RegisterTarget(t.Context(), connect.NewRequest(&alertv1.RegisterTargetRequest{
		Kind: alertv1.TargetKind_TARGET_KIND_FCM_TOKEN, Value: tokenOf(name), Platform: on,
	}))
	if err != nil {
		t.Fatal(err)
	}
	return tokenOf(name)
}

// saturation is a reading that nobody sleeps through.
func saturation(t *testing.T, chart string, percent uint32) *connect.Request[chartv1.WriteRequest] {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	return connect.NewRequest(&chartv1.WriteRequest{
		ChartId: chart, MutationId: id[:], Operation: syncv1.Operation_OPERATION_CREATE,
		Body:     &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{Spo2Percent: proto.Uint32(percent)}}},
		Envelope: &carev1.Envelope{Effective: timestamppb.Now(), Recorded: timestamppb.Now()},
	})
}

func (c *client) measures(t *testing.T, chart string, percent uint32) {
	t.Helper()
	if _, err := c.chart().Write(t.Context(), saturation(t, chart, percent)); err != nil {
		t.Fatal(err)
	}
}

// groups are those that somebody may read, answered ones too.
func (c *client) groups(t *testing.T) []*alertv1.AlertGroup {
	t.Helper()
	list, err := c.alerts().ListAlerts(t.Context(), connect.NewRequest(&alertv1.ListAlertsRequest{AnsweredToo: true}))
	if err != nil {
		t.Fatal(err)
	}
	return list.Msg.GetGroups()
}

func alertsOf(g *alertv1.AlertGroup) (ids [][]byte) {
	for _, a := range g.GetAlerts() {
		ids = append(ids, a.GetRecord().GetId())
	}
	return ids
}

// answers acknowledges everything in a group.
func (c *client) answers(t *testing.T, g *alertv1.AlertGroup) {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.alerts().Acknowledge(t.Context(), connect.NewRequest(&alertv1.AcknowledgeRequest{
		ChartId: g.GetChartId(), MutationId: id[:],
		Response: &carev1.AlertResponse{AlertIds: alertsOf(g), Answer: carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED},
	}))
	if err != nil {
		t.Fatal(err)
	}
}

// trail is that of a group, as commands show it.
func trail(t *testing.T, s operator.Service, id []byte) []operator.Sent {
	t.Helper()
	sent, err := s.Trail(t.Context(), hex.EncodeToString(id))
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

// runningGroup is the one group that runs.
func runningGroup(t *testing.T, c *client) *alertv1.AlertGroup {
	t.Helper()
	var one *alertv1.AlertGroup
	eventually(t, "a group runs", func() bool {
		for _, g := range c.groups(t) {
			if g.GetState() == alertv1.GroupState_GROUP_STATE_RUNNING {
				one = g
				return true
			}
		}
		return false
	})
	return one
}

// TestFromAReadingToATelephone: what a nurse measures is pushed to the physician, whoever else may read the chart sees it at
// once, and the answer ends it. What leaves the server names nobody.
func TestFromAReadingToATelephone(t *testing.T) {
	f, c := firebase(t)
	// Without a sign of life within the test, only the hint of the dispatcher can tell a watcher anything.
	r := start(t, c, WithLimits(api.Limits{SignOfLife: time.Hour}))
	doctor, nurse := h2c(t, r).signedIn(t, "tanaka", "console"), h2c(t, r).signedIn(t, "sato", "tablet-a")
	token := doctor.reachedBy(t, "telephone", alertv1.Platform_PLATFORM_ANDROID)
	watch, err := h2c(t, r).signedIn(t, "suzuki", "tablet-b").alerts().WatchAlerts(t.Context(), connect.NewRequest(&alertv1.WatchAlertsRequest{}))
	if err != nil || !watch.Receive() || watch.Msg().GetGroup() != nil {
		t.Fatal("the watch does not begin", err)
	}
	defer func() { _ = watch.Close() }()

	nurse.measures(t, "chart-0001", 80)
	push := told(t, f, 1)[0]
	g := runningGroup(t, doctor)
	if push.Token != token || push.Data["group"] != hex.EncodeToString(g.GetId()) || push.Data["severity"] != "critical" {
		t.Errorf("the push is to %q, of %v", push.Token, push.Data)
	}
	for _, word := range []string{"chart-0001", "山田", "花子", "佐藤", "tanaka", "sato", "SpO2"} {
		if strings.Contains(string(push.Message), word) {
			t.Errorf("the push says %q: %s", word, push.Message)
		}
	}
	if !watch.Receive() || hex.EncodeToString(watch.Msg().GetGroup().GetId()) != push.Data["group"] {
		t.Errorf("the watcher gets %v, %v", watch.Msg(), watch.Err())
	}

	doctor.answers(t, g)
	eventually(t, "the answer ends the group", func() bool {
		return doctor.groups(t)[0].GetState() == alertv1.GroupState_GROUP_STATE_ANSWERED
	})
	for watch.Receive() && watch.Msg().GetGroup().GetState() != alertv1.GroupState_GROUP_STATE_ANSWERED {
	}
	if err := watch.Err(); err != nil {
		t.Errorf("the watcher is never told of the answer: %v", err)
	}
	if g := doctor.groups(t)[0]; g.GetNext() != nil || g.GetAnsweredBy() != "tanaka" {
		t.Errorf("after the answer of %s it goes on at %v", g.GetAnsweredBy(), g.GetNext())
	}
	if n := len(told(t, f, 1)); n != 1 {
		t.Errorf("%d pushes went out", n)
	}
}

// TestAnAnswerStopsWhatWaits: a push that Firebase was too busy for is not sent any more.
func TestAnAnswerStopsWhatWaits(t *testing.T) {
	f, c := firebase(t)
	r := start(t, c)
	doctor := h2c(t, r).signedIn(t, "tanaka", "console")
	f.Script(doctor.reachedBy(t, "tanaka", alertv1.Platform_PLATFORM_ANDROID), fcmtest.Unavailable().After("600"))
	h2c(t, r).signedIn(t, "sato", "tablet-a").measures(t, "chart-0001", 80)
	told(t, f, 1)
	g := runningGroup(t, doctor)
	eventually(t, "what came of the try is written", func() bool {
		sent := trail(t, r, g.GetId())
		return len(sent) == 1 && sent[0].State == "queued" && sent[0].Trouble == "unavailable"
	})
	doctor.answers(t, g)
	eventually(t, "what waits is not needed", func() bool {
		sent := trail(t, r, g.GetId())
		return len(sent) == 1 && sent[0].State == "not-needed" && sent[0].Attempts == 1
	})
}

// TestMetricsOfAlerts have fixed labels: ways, verdicts and codes, and nothing of a person, a chart or a device.
func TestMetricsOfAlerts(t *testing.T) {
	f, c := firebase(t)
	r := start(t, c)
	doctor := h2c(t, r).signedIn(t, "tanaka", "console")
	f.Script(doctor.reachedBy(t, "tanaka", alertv1.Platform_PLATFORM_ANDROID), fcmtest.SenderIDMismatch())
	h2c(t, r).signedIn(t, "sato", "tablet-a").measures(t, "chart-0001", 80)
	told(t, f, 1)
	eventually(t, "the alarm is counted", func() bool {
		_, text := get(t, "http://"+r.Addr()+"/metrics")
		return strings.Contains(text, `tsunagu_alarms_total{code="target-aside"} 1`)
	})
	shows(t, r, `tsunagu_pushes_total{verdict="aside",way="fcm-token"} 1`, "tsunagu_push_seconds_count 1")
	_, text := get(t, "http://"+r.Addr()+"/metrics")
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "tsunagu_push") && !strings.HasPrefix(line, "tsunagu_alarm") {
			continue
		}
		for _, word := range []string{"tanaka", "sato", "chart-0001", "demo", "APA91b"} {
			if strings.Contains(line, word) {
				t.Errorf("/metrics names %s: %s", word, line)
			}
		}
	}
}

// TestOnePlatformIsCutOff: Apple's credentials have run out. The operator is told what is wrong, without a token, and Android
// goes on, also with what comes later.
func TestOnePlatformIsCutOff(t *testing.T) {
	f, c := firebase(t)
	r := start(t, c)
	doctor := h2c(t, r).signedIn(t, "tanaka", "console")
	iPhone := doctor.reachedBy(t, "iphone", alertv1.Platform_PLATFORM_IOS)
	android := doctor.reachedBy(t, "android", alertv1.Platform_PLATFORM_ANDROID)
	f.Script(iPhone, fcmtest.ThirdPartyAuth())
	nurse := h2c(t, r).signedIn(t, "sato", "tablet-a")
	nurse.measures(t, "chart-0001", 80)
	told(t, f, 2)
	eventually(t, "the alarm is in the log", func() bool { return strings.Contains(r.log.String(), `"code":"channel-broken"`) })
	nurse.measures(t, "chart-0002", 80)
	reached := map[string]int{}
	for _, one := range told(t, f, 3) {
		reached[one.Token]++
	}
	if reached[android] != 2 || reached[iPhone] != 1 {
		t.Errorf("pushes came to %v", reached)
	}
	if log := r.log.String(); !strings.Contains(log, `"trouble":"third-party-auth"`) || strings.Contains(log, "APA91b") {
		t.Error("the log does not say which credentials, or holds a token")
	}
	checkBroken(t, r, "third-party-auth")
}

// checkBroken: commands show that Firebase is cut off, and by which code.
func checkBroken(t *testing.T, r *running, code string) {
	t.Helper()
	now, err := r.Alerts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range now.Ways {
		if want := map[bool]string{true: code}[way.Name == "fcm"]; way.Trouble != want {
			t.Errorf("%s: %q, want %q", way.Name, way.Trouble, want)
		}
	}
}

// TestCredentialsThatAreRefused stop nothing but Firebase; a test that gets through says that they were mended.
func TestCredentialsThatAreRefused(t *testing.T) {
	f, c := firebase(t)
	f.Usually(fcmtest.Unauthenticated())
	r := start(t, c)
	doctor := h2c(t, r).signedIn(t, "tanaka", "console")
	doctor.reachedBy(t, "tanaka", alertv1.Platform_PLATFORM_ANDROID)
	eventually(t, "the check says so before anybody is to be told", func() bool {
		return strings.Contains(r.log.String(), "a way out to people does not work")
	})
	eventually(t, "commands say so", func() bool {
		now, err := r.Alerts(t.Context())
		return err == nil && now.Ways[0].Trouble == "its check failed; see the log"
	})
	h2c(t, r).signedIn(t, "sato", "tablet-a").measures(t, "chart-0001", 80)
	told(t, f, 1)
	eventually(t, "the alarm is in the log", func() bool { return strings.Contains(r.log.String(), `"code":"channel-broken"`) })
	checkBroken(t, r, "credentials")
	if strings.Contains(r.log.String(), "APA91b") {
		t.Error("the log holds a token")
	}

	f.Usually(fcmtest.Accepted())
	if sent, err := r.TestPush(t.Context(), "tanaka"); err != nil || len(sent) != 1 || sent[0].State != "accepted" {
		t.Fatalf("%+v, %v", sent, err)
	}
	if !r.checkWays(t.Context()) {
		t.Error("the check fails after the credentials were mended")
	}
	checkBroken(t, r, "")
}

// notRegistered is how Firebase answers for an app that is gone.
var notRegistered = fcmtest.Unregistered()

// shown tells the server that an app has shown a push.
func (c *client) shown(t *testing.T, delivery string) error {
	t.Helper()
	id, err := hex.DecodeString(delivery)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.alerts().ConfirmShown(t.Context(), connect.NewRequest(&alertv1.ConfirmShownRequest{DeliveryId: id}))
	return err
}
