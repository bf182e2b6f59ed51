package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1/alertv1connect"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Figures of alerts: from the moment at which the tablet has its answer until the push is where Firebase would be. A push
// that is there before the answer counts as 0.
var (
	alertIdle50  = figure{row: "ALERT", what: "write acknowledged until the push arrives, idle, p50", unit: milliseconds}
	alertIdle99  = figure{row: "ALERT", what: "  p99", unit: milliseconds, target: 250}
	alertStorm50 = figure{row: "ALERT", what: "write acknowledged until the push arrives, during the storm of W5, p50", unit: milliseconds}
	alertStorm99 = figure{row: "ALERT", what: "  p99, during the storm", unit: milliseconds, target: 250}
	alertWhole   = figure{row: "ALERT", what: "write sent until the push arrives, during the storm, p99", unit: milliseconds}
)

const (
	// maxProbes is how many alerts one round measures, each of another chart, with the usual number of records.
	maxProbes = 100
	// pushPatience is how long a push is waited for.
	pushPatience = 20 * time.Second
	// stormLength is about how long the storm goes on: the probes are spread over it.
	stormLength = 400 * time.Millisecond
)

// doctorName is the physician of one chart alone: a push to them is about it.
func doctorName(n int) string { return fmt.Sprintf("doctor-%03d", n) }

// tokenOf is what a physician's app is registered by. It has the length of a real one.
func tokenOf(n int) string {
	return fmt.Sprintf("c%03dbenchXXXXXXXXXXXX:APA91b%0134d", n, n)
}

// probeChart is the chart of a probe: none that the storm writes to.
func probeChart(n int) int { return stormCharts + 1 + n%(manyStreams-stormCharts-1) }

// alarms measures ALERT, each round on a fresh store.
func (l *lab) alarms(ctx context.Context) error {
	var err error
	if l.forwarder, err = newForwarder(); err != nil {
		return err
	}
	defer func() { _ = l.forwarder.close(); l.forwarder = nil }()
	for round := range l.settings.rounds {
		l.say("alerts: round %d of %d", round+1, l.settings.rounds)
		for _, one := range []func(context.Context, *site) error{l.alarmsIdle, l.alarmsInStorm} {
			l.forwarder.forget()
			if err := l.onFresh(ctx, one); err != nil {
				return err
			}
		}
	}
	return nil
}

// forget lets the tokens be new again.
func (f *forwarder) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.came)
}

// register signs the physicians of the probes in and registers their apps.
func (l *lab) register(ctx context.Context, s *site) error {
	for n := range l.probes() {
		chart := probeChart(n)
		t, err := dialFrom(ctx, s.server.address(), doctorName(chart), fmt.Sprintf("10.1.%d.%d", chart/200, 1+chart%200))
		if err != nil {
			return err
		}
		r := connect.NewRequest(&alertv1.RegisterTargetRequest{
			Kind: alertv1.TargetKind_TARGET_KIND_FCM_TOKEN, Value: tokenOf(chart), Platform: alertv1.Platform_PLATFORM_ANDROID, Language: "ja",
		})
		r.Header().Set("Authorization", "Bearer "+t.session.GetToken())
		_, err = alertv1connect.NewAlertServiceClient(t.http, t.base).RegisterTarget(ctx, r)
		t.close()
		if err != nil {
			return err
		}
	}
	return nil
}

// probe is one alert: how long after the write was sent, and after its answer, the push came.
type probe struct{ sent, acknowledged time.Duration }

// probeOnce writes a saturation that nobody sleeps through.
func (l *lab) probeOnce(ctx context.Context, s *site, t *tablet, r *readings, chart int) (p probe, err error) {
	stream := streamOf(sideChart(chart))
	record := r.next()
	record.Envelope.Effective = timestamppb.New(time.Now().Truncate(time.Second))
	record.Body.GetVitalSigns().Spo2Percent = proto.Uint32(82)
	record.Body.GetVitalSigns().Oxygen = &carev1.Oxygen{}
	s.booking.Lock()
	q, err := t.createOf(r, record, stream, s.book(stream))
	s.booking.Unlock()
	if err != nil {
		return p, err
	}
	m := request()
	m.Mutations = append(m.Mutations, q)
	parcel, err := wrap(m)
	if err != nil {
		return p, err
	}
	sent := time.Now()
	if err := t.post(ctx, parcel); err != nil {
		return p, err
	}
	acknowledged := time.Now()
	came, err := l.forwarder.await(tokenOf(chart), pushPatience)
	return probe{came.Sub(sent), max(0, came.Sub(acknowledged))}, err
}

func (l *lab) alarmsIdle(ctx context.Context, s *site) error {
	if err := l.register(ctx, s); err != nil {
		return err
	}
	t, err := dial(ctx, s.server.address(), many)
	if err != nil {
		return err
	}
	defer t.close()
	r := newReadings(l.settings.seed, l.probes())
	var all []probe
	for n := range l.probes() {
		p, err := l.probeOnce(ctx, s, t, r, probeChart(n))
		if err != nil {
			return err
		}
		all = append(all, p)
	}
	l.report.add(alertIdle50, quantile(all, 0.5, sinceAnswer))
	l.report.add(alertIdle99, quantile(all, 0.99, sinceAnswer))
	return nil
}

// alarmsInStorm lets every probe come at a time of its own while the storm goes on.
func (l *lab) alarmsInStorm(ctx context.Context, s *site) error {
	if err := l.register(ctx, s); err != nil {
		return err
	}
	tablets, close, err := l.storm(ctx, s)
	if err != nil {
		return err
	}
	defer close()
	clouds := make([]cloud, len(tablets))
	for n, t := range tablets {
		if clouds[n], err = t.gather(newReadings(l.settings.seed+uint64(n), stormUp), s, streamOf(stormChart(n))); err != nil {
			return err
		}
	}
	nurse, err := dial(ctx, s.server.address(), many)
	if err != nil {
		return err
	}
	defer nurse.close()
	var mu sync.Mutex
	var all []probe
	random := rand.New(rand.NewPCG(l.settings.seed, 7))
	delays := make([]time.Duration, l.probes())
	for n := range delays {
		delays[n] = time.Duration(random.Int64N(int64(stormLength)))
	}
	_, err = together(len(tablets)+len(delays), func(n int) (int, error) {
		if n < len(tablets) {
			return tablets[n].weather(ctx, clouds[n])
		}
		n -= len(tablets)
		time.Sleep(delays[n])
		p, err := l.probeOnce(ctx, s, nurse, newReadings(l.settings.seed+1000+uint64(n), 1), probeChart(n))
		mu.Lock()
		defer mu.Unlock()
		all = append(all, p)
		return 0, err
	})
	if err != nil {
		return err
	}
	l.report.add(alertStorm50, quantile(all, 0.5, sinceAnswer))
	l.report.add(alertStorm99, quantile(all, 0.99, sinceAnswer))
	l.report.add(alertWhole, quantile(all, 0.99, func(p probe) time.Duration { return p.sent }))
	return nil
}

// probes is how many alerts a round measures: fewer where somebody only tries the bench.
func (l *lab) probes() int { return max(4, min(maxProbes, l.settings.records*maxProbes/10_000)) }

func sinceAnswer(p probe) time.Duration { return p.acknowledged }

// quantile is in milliseconds.
func quantile(all []probe, q float64, of func(probe) time.Duration) float64 {
	sorted := make([]time.Duration, len(all))
	for i, p := range all {
		sorted[i] = of(p)
	}
	slices.Sort(sorted)
	return float64(sorted[min(len(sorted)-1, int(q*float64(len(sorted))))].Microseconds()) / 1000
}
