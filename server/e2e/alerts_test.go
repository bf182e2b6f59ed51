package e2e_test

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/server/internal/fcm/fcmtest"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// leaseLeft is less than what is left of the lease of a push, 60 s, when a server that was killed is up again: what comes
// within it did not wait for the lease to end.
const leaseLeft = 40 * time.Second

// pushesAt are the pushes that came; the check of the credentials sends none.
func pushesAt(t *testing.T, f *fcmtest.Server, n int, within time.Duration) (all []fcmtest.Request) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for {
		came := f.Requests()
		all = nil
		for _, one := range came {
			if !one.DryRun {
				all = append(all, one)
			}
		}
		if len(all) >= n {
			return all
		}
		if err := f.Wait(ctx, len(came)+1); err != nil {
			t.Fatalf("%d pushes came, want %d", len(all), n)
		}
	}
}

// TestAPushInFlightOutlivesItsServer: what a nurse wrote on a tablet is being pushed when the server is killed. The server
// that starts after it is the same one to its own leases, and sends the push at once, by the same id; and the operator sees
// what became of it.
func TestAPushInFlightOutlivesItsServer(t *testing.T) {
	f, err := fcmtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	data, directory := t.TempDir(), testdata(t, "demo", "directory.yaml")
	start := func(listen string) *server {
		return serveWith(t, data, listen, directory, "--fcm-endpoint", f.URL(), "--fcm-project", "made-up-project")
	}
	s := start("127.0.0.1:0")
	if _, err := signIn(t, s.url(), "tanaka", "console").alerts().RegisterTarget(t.Context(), connect.NewRequest(&alertv1.RegisterTargetRequest{
		Kind: alertv1.TargetKind_TARGET_KIND_FCM_TOKEN, Value: goodToken("telephone"), Platform: alertv1.Platform_PLATFORM_ANDROID,
	})); err != nil {
		t.Fatal(err)
	}
	f.Script(goodToken("telephone"), fcmtest.Accepted().Slow(time.Hour)) // it hangs until the server is gone
	tablet := openTablet(t, t.TempDir(), s.url(), "sato", "tablet-a")
	if _, err := tablet.Create(shared, &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{Spo2Percent: proto.Uint32(80)}}}, sdk.Entry{Confirm: true}); err != nil {
		t.Fatal(err)
	}
	synchronise(t, tablet)
	first := pushesAt(t, f, 1, patience)[0]
	s.kill(t)
	f.Script(goodToken("telephone"), fcmtest.Accepted())
	s = start(s.address)
	began := time.Now()
	again := pushesAt(t, f, 2, leaseLeft)[1]
	t.Logf("it came %v after the server was up again", time.Since(began).Round(time.Millisecond))
	if again.Data["delivery"] != first.Data["delivery"] || again.Data["group"] != first.Data["group"] {
		t.Errorf("it is another push: %v after %v", again.Data, first.Data)
	}
	trail := func() string {
		out, err := exec.Command(serverProgram(t), "alerts", "trail", first.Data["group"], "--data", data, "--directory", directory).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	eventually(t, "the push is accepted", func() bool { return strings.Contains(trail(), "accepted") })
	if n := strings.Count(trail(), "tanaka"); n != 1 {
		t.Errorf("%d pushes to one telephone:\n%s", n, trail())
	}
	s.stop(t)
	if !strings.Contains(trail(), "accepted") {
		t.Errorf("without a server the trail is\n%s", trail())
	}
}
