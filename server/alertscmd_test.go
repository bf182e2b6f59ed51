package main

import (
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1/alertv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1/chartv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"
	"github.com/tsunagu-care/tsunagu/server/app"
	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/fcm/fcmtest"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// ward is a server that runs on a data folder and pushes to a server which speaks as Firebase does.
type ward struct {
	t        *testing.T
	data     string
	firebase *fcmtest.Server
	url      string
	stop     func()
}

func newWard(t *testing.T) *ward {
	t.Helper()
	f, err := fcmtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	w := &ward{t: t, data: filepath.Join(t.TempDir(), "data"), firebase: f}
	a, err := app.Open(t.Context(), config.Server{
		Storage: config.Storage{Data: w.data}, Directory: demo, Listen: "127.0.0.1:0",
		Push:      config.Push{FCMEndpoint: f.URL(), FCMProject: "made-up-project"},
		TokenLife: time.Hour, HeaderTimeout: time.Second, ReadTimeout: time.Minute, IdleTimeout: time.Second, ShutdownDeadline: 10 * time.Second,
	}, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	w.url = "http://" + a.Addr()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = a.Run(ctx) }()
	w.stop = func() {
		cancel()
		<-ended
		_ = a.Close()
	}
	t.Cleanup(w.stop)
	return w
}

// carrying adds a token to every call.
type carrying string

// Do implements connect.HTTPClient.
func (c carrying) Do(r *http.Request) (*http.Response, error) {
	if c != "" {
		r.Header.Set("Authorization", "Bearer "+string(c))
	}
	return http.DefaultClient.Do(r)
}

func (w *ward) signedIn(person, device string) carrying {
	w.t.Helper()
	answer, err := identityv1connect.NewIdentityServiceClient(carrying(""), w.url).SignIn(w.t.Context(), connect.NewRequest(&identityv1.SignInRequest{
		DeviceId: device, DeviceSecret: "demo-" + device, PersonId: person, PersonSecret: "demo-" + person,
	}))
	if err != nil {
		w.t.Fatal(err)
	}
	return carrying(answer.Msg.GetToken())
}

// register registers a telephone of the physician's.
func (w *ward) register() {
	w.t.Helper()
	_, err := alertv1connect.NewAlertServiceClient(w.signedIn("tanaka", "console"), w.url).RegisterTarget(w.t.Context(), connect.NewRequest(&alertv1.RegisterTargetRequest{
		Kind: alertv1.TargetKind_TARGET_KIND_FCM_TOKEN, Value: "APA91b" + strings.Repeat("x", 32), Platform: alertv1.Platform_PLATFORM_ANDROID,
	}))
	if err != nil {
		w.t.Fatal(err)
	}
}

// worsens writes a reading that nobody sleeps through.
func (w *ward) worsens(chart string) {
	w.t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		w.t.Fatal(err)
	}
	_, err = chartv1connect.NewChartServiceClient(w.signedIn("sato", "tablet-a"), w.url).Write(w.t.Context(), connect.NewRequest(&chartv1.WriteRequest{
		ChartId: chart, MutationId: id[:], Operation: syncv1.Operation_OPERATION_CREATE,
		Body:     &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{Spo2Percent: proto.Uint32(80)}}},
		Envelope: &carev1.Envelope{Effective: timestamppb.Now(), Recorded: timestamppb.Now()},
	}))
	if err != nil {
		w.t.Fatal(err)
	}
}

// alerts runs a command of alerts on the ward's folder. What it says names no patient, no person by name and no device.
func (w *ward) alerts(args ...string) (code int, out, errs string) {
	w.t.Helper()
	args = append(append([]string{"alerts"}, args...), "--data", w.data, "--directory", demo)
	code, out, errs = tsunagu("", args...)
	for _, word := range []string{"山田", "花子", "中村", "佐藤", "田中", "APA91b", "SpO2", "NEWS2"} {
		if strings.Contains(out+errs, word) {
			w.t.Errorf("%v says %s: %s%s", args, word, out, errs)
		}
	}
	if code == exitError && strings.Count(errs, "\n") != 1 {
		w.t.Errorf("%v: not one sentence: %q", args, errs)
	}
	return code, out, errs
}

// now is the overview, in JSON.
func (w *ward) now() (now operator.AlertsNow, code int) {
	w.t.Helper()
	code, out, errs := w.alerts("list", "--json")
	if err := json.Unmarshal([]byte(out), &now); err != nil {
		w.t.Fatalf("%v: %q %q", err, out, errs)
	}
	return now, code
}

// until waits for the overview to be as it has to be in the end.
func (w *ward) until(what string, holds func(operator.AlertsNow) bool) (now operator.AlertsNow, code int) {
	w.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if now, code = w.now(); holds(now) {
			return now, code
		}
	}
	w.t.Fatalf("never: %s; %+v", what, now)
	return now, code
}

// TestAlertsOfARunningServer: what an operator sees and how a script is told that somebody has to act.
func TestAlertsOfARunningServer(t *testing.T) {
	w := newWard(t)
	if code, out, errs := w.alerts(); code != exitOK || !strings.Contains(out, "way out: fcm") || !strings.Contains(out, "groups running") || errs != "" {
		t.Fatalf("%d %q %q", code, out, errs)
	}
	if _, out, _ := w.alerts("targets", "--json"); strings.TrimSpace(out) != "[]" {
		t.Errorf("no targets are %q", out)
	}
	if code, _, errs := w.alerts("test", "--person", "tanaka"); code != exitError || !strings.Contains(errs, "no target that is in use") {
		t.Errorf("%d %q", code, errs)
	}
	w.register()
	w.worsens("chart-0001")
	w.worsens("chart-0002")
	now, code := w.until("both groups run", func(n operator.AlertsNow) bool { return n.Running == 2 })
	if code != exitOK || len(now.Groups) != 2 || now.Live != 1 || now.LogOnly || now.Damaged != 0 {
		t.Errorf("%d %+v", code, now)
	}
	if code, out, _ := w.alerts(); code != exitOK || !strings.Contains(out, "chart-0001") || !strings.Contains(out, now.Groups[0].ID[:8]) {
		t.Errorf("%d %q", code, out)
	}
	w.trails(now)
	if code, out, _ := w.alerts("test", "--person", "tanaka"); code != exitOK || !strings.Contains(out, "accepted") {
		t.Errorf("%d %q", code, out)
	}
	w.firebase.Usually(fcmtest.Unregistered())
	if code, out, errs := w.alerts("test", "--person", "tanaka", "--json"); code != exitAct || !strings.Contains(out, `"state":"dead"`) || !strings.Contains(errs, "somebody has to act") {
		t.Errorf("%d %q %q", code, out, errs)
	}
	if code, out, _ := w.alerts("duty"); code != exitOK || !strings.Contains(out, "REACHABLE") {
		t.Errorf("%d %q", code, out)
	}
	if code, out, _ := w.alerts("targets", "--person", "tanaka"); code != exitOK || !strings.Contains(out, "…xxxx") || !strings.Contains(out, "fcm-token") {
		t.Errorf("%d %q", code, out)
	}
	for _, args := range [][]string{{"test", "--person", "nobody"}, {"targets", "--person", "nobody"}} {
		if code, out, errs := w.alerts(args...); code != exitError || out != "" || !strings.Contains(errs, "no such person") {
			t.Errorf("%v: %d %q %q", args, code, out, errs)
		}
	}
	for _, args := range [][]string{{"test"}, {"trail"}, {"bogus"}, {"list", "--bogus"}} {
		if code, out, errs := w.alerts(args...); code != exitUsage || out != "" || errs == "" {
			t.Errorf("%v: %d %q %q", args, code, out, errs)
		}
	}

	w.stop()
	stopped, code := w.now()
	if code != exitAct || stopped.Running != 2 || len(stopped.Ways) != 0 || stopped.LogOnly {
		t.Errorf("without a server: %d %+v", code, stopped)
	}
	if code, out, _ := w.alerts("list"); code != exitAct || !strings.Contains(out, "no server runs on this data folder") || strings.Contains(out, "way out") {
		t.Errorf("without a server: %d %q", code, out)
	}
	w.trails(now)
	if code, _, errs := w.alerts("test", "--person", "tanaka"); code != exitError || !strings.Contains(errs, "no server runs") {
		t.Errorf("without a server: %d %q", code, errs)
	}
}

// trails asks for the trail of a group by its id, by its first digits, and by what is none.
func (w *ward) trails(now operator.AlertsNow) {
	w.t.Helper()
	first, second := now.Groups[0].ID, now.Groups[1].ID
	common := 0
	for first[common] == second[common] {
		common++
	}
	for _, id := range []string{first, strings.ToUpper(first[:common+1])} {
		var sent []operator.Sent
		code, out, errs := w.alerts("trail", id, "--json")
		if err := json.Unmarshal([]byte(out), &sent); code != exitOK || err != nil || len(sent) == 0 || sent[0].Person != "tanaka" || sent[0].Kind != "fcm-token" {
			w.t.Errorf("%s: %d %v %q %q", id, code, err, out, errs)
		}
	}
	if code, out, _ := w.alerts("trail", first); code != exitOK || !strings.HasPrefix(out, "PERSON") || !strings.Contains(out, "tanaka") {
		w.t.Errorf("%d %q", code, out)
	}
	for id, want := range map[string]string{first[:common]: "more than one group", "ffff": "no group whose id begins", "chart-0001": "digits 0 to 9"} {
		if code, out, errs := w.alerts("trail", id); code != exitError || out != "" || !strings.Contains(errs, want) {
			w.t.Errorf("%q: %d %q %q", id, code, out, errs)
		}
	}
}

// TestAlertsThatWantSomebody: a way out that is broken, and a group that nobody could be told of, end the command with the
// code for that.
func TestAlertsThatWantSomebody(t *testing.T) {
	w := newWard(t)
	w.worsens("chart-0001") // nobody has a target
	if _, code := w.until("the group is unanswered", func(n operator.AlertsNow) bool { return n.Unanswered == 1 }); code != exitAct {
		t.Errorf("a group that nobody hears of: %d", code)
	}

	b := newWard(t)
	b.register()
	b.firebase.Usually(fcmtest.Unauthenticated())
	b.worsens("chart-0001")
	_, code := b.until("Firebase is broken", func(n operator.AlertsNow) bool { return n.Ways[0].Trouble == "credentials" })
	if code != exitAct {
		t.Errorf("a way out that is broken: %d", code)
	}
	if code, out, errs := b.alerts(); code != exitAct || !strings.Contains(out, "BROKEN: credentials") || !strings.Contains(errs, "somebody has to act") {
		t.Errorf("%d %q %q", code, out, errs)
	}
}
