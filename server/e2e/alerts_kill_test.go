package e2e_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1/alertv1connect"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// alertCharts is how many patients get worse, one alert group each.
const alertCharts = 48

func alertChart(n int) string { return fmt.Sprintf("worse-%02d", n) }

// alertTown writes a directory of many charts with one nurse and one physician. Hashes are those of the demo.
func alertTown(t *testing.T) string {
	t.Helper()
	demo, err := os.ReadFile(testdata(t, "demo", "directory.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	head, _, found := strings.Cut(string(demo), "charts:\n")
	if !found {
		t.Fatal("the demo's directory has no charts")
	}
	b := strings.Builder{}
	b.WriteString(head + "charts:\n")
	var charts []string
	for n := range alertCharts {
		charts = append(charts, alertChart(n))
		fmt.Fprintf(&b, "  - {id: %s, patient: 架空}\n", alertChart(n))
	}
	all := strings.Join(charts, ", ")
	fmt.Fprintf(&b, "grants:\n  - {person: sato, charts: [%s], from: 2026-01-01}\n  - {person: tanaka, charts: [%s], from: 2026-01-01}\n", all, all)
	path := filepath.Join(t.TempDir(), "directory.yaml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (c *client) alerts() alertv1connect.AlertServiceClient {
	return alertv1connect.NewAlertServiceClient(c, c.url)
}

// groups lists all groups of alerts that a person may read.
func (c *client) groups(t *testing.T) (all []*alertv1.AlertGroup) {
	t.Helper()
	for token := ""; ; {
		page, err := c.alerts().ListAlerts(t.Context(), connect.NewRequest(&alertv1.ListAlertsRequest{AnsweredToo: true, PageSize: 200, PageToken: token}))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Msg.GetGroups()...)
		if token = page.Msg.GetNextPageToken(); token == "" {
			return all
		}
	}
}

// eventually waits until something holds that the server does a moment after it answered.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// worsening writes, until each is acknowledged, saturations that nobody sleeps through.
type worsening struct {
	mu    sync.Mutex
	left  []*chartv1.WriteRequest
	acked int
}

func (w *worsening) take() *chartv1.WriteRequest {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.left) == 0 {
		return nil
	}
	one := w.left[0]
	w.left = w.left[1:]
	return one
}

func (w *worsening) put(back *chartv1.WriteRequest) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left = append(w.left, back)
}

// run writes until the server is gone or nothing is left. enough is called once so many are acknowledged.
func (w *worsening) run(ctx context.Context, nurse *client, acked *atomic.Int64, enough func(int64)) {
	for one := w.take(); one != nil; one = w.take() {
		if _, err := nurse.write(ctx, one); err != nil {
			w.put(one) // whether it arrived is not known: it is sent again with its id
			return
		}
		w.mu.Lock()
		w.acked++
		w.mu.Unlock()
		enough(acked.Add(1))
	}
}

// TestKillWithAlertsInFlight kills the server again and again while patients get worse and while they are answered. Every
// alert that was raised is in a group that people are told of, or that a person has answered; a push may have come twice,
// then with the same id.
func TestKillWithAlertsInFlight(t *testing.T) {
	every := int64(4)
	if testing.Short() {
		every = 16
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	f := newForwarder(t)
	data, town := t.TempDir(), alertTown(t)
	start := func(listen string) *server {
		return serveWith(t, data, listen, town, "--fcm-endpoint", f.url, "--fcm-project", "test")
	}
	s := start("127.0.0.1:0")
	doctor := signIn(t, s.url(), "tanaka", "console")
	if _, err := doctor.alerts().RegisterTarget(t.Context(), connect.NewRequest(&alertv1.RegisterTargetRequest{
		Kind: alertv1.TargetKind_TARGET_KIND_FCM_TOKEN, Value: goodToken("tanaka"), Platform: alertv1.Platform_PLATFORM_ANDROID,
	})); err != nil {
		t.Fatal(err)
	}
	w := &worsening{}
	for n := range alertCharts {
		r := create(t, alertChart(n), 80)
		r.Body.GetVitalSigns().Spo2Percent = proto.Uint32(80)
		w.left = append(w.left, r)
	}
	kills := 0
	for w.acked < alertCharts {
		nurse := signIn(t, s.url(), "sato", "tablet-a")
		killAmid(t, s, 1+random.Int64N(every), func(acked *atomic.Int64, enough func(int64)) {
			w.run(t.Context(), nurse, acked, enough)
		})
		kills++
		s = start(s.address)
	}
	groups := checkEscalated(t, s, f)
	kills += answerAmidKills(t, &s, start, random, groups)
	t.Logf("%d kills, %d groups, %d pushes", kills, len(groups), f.count())
	s.stop(t)
	verify(t, data)
}

// killAmid lets four hands work and kills the server once enough was acknowledged, or when there is nothing left to do.
func killAmid(t *testing.T, s *server, enough int64, work func(acked *atomic.Int64, enough func(int64))) {
	t.Helper()
	var acked atomic.Int64
	reached, once := make(chan struct{}), sync.Once{}
	var working sync.WaitGroup
	for range 4 {
		working.Go(func() {
			work(&acked, func(n int64) {
				if n >= enough {
					once.Do(func() { close(reached) })
				}
			})
		})
	}
	ended := make(chan struct{})
	go func() { working.Wait(); close(ended) }()
	select {
	case <-reached:
	case <-ended:
	case <-time.After(patience):
		t.Fatal("nothing is acknowledged")
	}
	s.kill(t)
	await(t, ended, "the writers to see that the server is gone")
}

// checkEscalated finds every alert of every chart in a group, by its id, and for every group a push.
func checkEscalated(t *testing.T, s *server, f *forwarder) []*alertv1.AlertGroup {
	t.Helper()
	doctor := signIn(t, s.url(), "tanaka", "console")
	raised := map[string]bool{}
	for n := range alertCharts {
		before := len(raised)
		for _, item := range doctor.timeline(t, alertChart(n)) {
			if item.GetRecord().GetBody().GetAlert() != nil {
				raised[hex.EncodeToString(item.GetRecord().GetId())] = true
			}
		}
		if len(raised) == before {
			t.Errorf("%s: a saturation of 80 %% raised nothing", alertChart(n))
		}
	}
	var groups []*alertv1.AlertGroup
	eventually(t, "every alert is in a group of which a push has come", func() bool {
		groups = doctor.groups(t)
		in := map[string]bool{}
		for _, g := range groups {
			if !f.came(hex.EncodeToString(g.GetId())) {
				return false
			}
			for _, a := range g.GetAlerts() {
				in[hex.EncodeToString(a.GetRecord().GetId())] = true
			}
		}
		for id := range raised {
			if !in[id] {
				return false
			}
		}
		return true
	})
	if len(groups) != alertCharts {
		t.Errorf("%d groups for %d patients", len(groups), alertCharts)
	}
	for _, g := range groups {
		if g.GetState() != alertv1.GroupState_GROUP_STATE_RUNNING || g.GetNext() == nil {
			t.Errorf("a group that nobody has answered is %v, with its next step at %v", g.GetState(), g.GetNext())
		}
	}
	f.checkDuplicates(t)
	return groups
}

// answerAmidKills lets the physician answer every other group while the server is killed. Those end, and the others go on.
func answerAmidKills(t *testing.T, s **server, start func(string) *server, random *rand.Rand, groups []*alertv1.AlertGroup) (kills int) {
	t.Helper()
	var left []*alertv1.AcknowledgeRequest
	answered := map[string]bool{}
	for n, g := range groups {
		if n%2 == 0 {
			continue
		}
		answered[string(g.GetId())] = true
		r := &alertv1.AcknowledgeRequest{ChartId: g.GetChartId(), MutationId: create(t, g.GetChartId(), 80).GetMutationId(), Response: &carev1.AlertResponse{
			Answer: carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED,
		}}
		for _, a := range g.GetAlerts() {
			r.Response.AlertIds = append(r.Response.AlertIds, a.GetRecord().GetId())
		}
		left = append(left, r)
	}
	for len(left) > 0 {
		doctor := signIn(t, (*s).url(), "tanaka", "console")
		var mu sync.Mutex
		killAmid(t, *s, 1+random.Int64N(6), func(acked *atomic.Int64, enough func(int64)) {
			for {
				mu.Lock()
				if len(left) == 0 {
					mu.Unlock()
					return
				}
				one := left[0]
				left = left[1:]
				mu.Unlock()
				if _, err := doctor.alerts().Acknowledge(t.Context(), connect.NewRequest(one)); err != nil {
					mu.Lock()
					left = append(left, one)
					mu.Unlock()
					return
				}
				enough(acked.Add(1))
			}
		})
		kills++
		*s = start((*s).address)
	}
	doctor := signIn(t, (*s).url(), "tanaka", "console")
	eventually(t, "what was answered has ended, and nothing else has", func() bool {
		for _, g := range doctor.groups(t) {
			ended := g.GetState() == alertv1.GroupState_GROUP_STATE_ANSWERED
			if ended && !answered[string(g.GetId())] {
				t.Fatal("a group ended that nobody has answered")
			}
			if !ended && answered[string(g.GetId())] {
				return false
			}
		}
		return true
	})
	return kills
}
