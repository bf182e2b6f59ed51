package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1/chartv1connect"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
)

// Figures of a shift, of the timeline, and of a server that has nothing to do.
var (
	shiftBytes = figure{row: "SHIFT", what: "200 mutations pushed, the team's 200 pulled: bytes, both ways", unit: bytesUnit, target: 30 << 10}
	shiftTrips = figure{row: "SHIFT", what: "  round trips", unit: count, target: 3}
	shiftTime  = figure{row: "SHIFT", what: "  time", unit: milliseconds}

	timelineP99 = figure{row: "TIMELINE", what: "a page of 50 of the large chart, somewhere in it: p99", unit: milliseconds, target: 20}
	timelineP50 = figure{row: "TIMELINE", what: "  p50", unit: milliseconds}

	idleMemory = figure{row: "IDLE", what: "memory (RSS) of a server just started on the small chart, with nothing to do", unit: mebibytes, target: 100}
)

const (
	shiftUp       = 200
	timelinePages = 300
	idleFor       = 3 * time.Second
)

// shift measures what one shift of a busy unit costs on the wire: its own writes, and those of the team since the morning.
func (l *lab) shift(ctx context.Context, s *site) error {
	team, err := dial(ctx, s.server.address(), writer)
	if err != nil {
		return err
	}
	defer team.close()
	mine, err := dial(ctx, s.server.address(), watcher)
	if err != nil {
		return err
	}
	defer mine.close()
	stream, p := streamOf(mainChart), newPuller(mine)
	if _, err := p.pull(ctx); err != nil {
		return err
	}
	r := newReadings(l.settings.seed+3, 2*shiftUp*max(l.settings.rounds, 5))
	for range max(l.settings.rounds, 5) {
		parcels, err := team.pack(r, shiftUp, stream, s.book(stream))
		if err != nil {
			return err
		}
		if err := team.post(ctx, parcels[0]); err != nil {
			return err
		}
		if err := l.shiftOnce(ctx, s, p, r); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) shiftOnce(ctx context.Context, s *site, p *puller, r *readings) error {
	stream := streamOf(mainChart)
	m := request()
	for range shiftUp {
		q, err := p.tablet.create(r, stream, s.book(stream))
		if err != nil {
			return err
		}
		m.Mutations = append(m.Mutations, q)
	}
	p.tablet.traffic.take()
	began := time.Now()
	trips, got := 0, 0
	for range maxSteps {
		m.Pull, m.ManifestComplete, m.Positions = true, true, p.positions
		answer, err := p.tablet.step(ctx, m)
		if err != nil {
			return err
		}
		trips++
		for _, result := range answer.GetResults() {
			if result.GetOutcome() != syncv1.Outcome_OUTCOME_APPLIED {
				return fmt.Errorf("a reading was answered with %s", result.GetOutcome())
			}
		}
		for _, page := range answer.GetPages() {
			got += writtenOf(page)
			if err := whole(page, m); err != nil {
				return err
			}
			if err := p.take(page); err != nil {
				return err
			}
		}
		if m = request(); !answer.GetMore() {
			break
		}
	}
	took := time.Since(began)
	up, down := p.tablet.traffic.take()
	if got != 2*shiftUp {
		return fmt.Errorf("%d records came, the team and the tablet itself wrote %d", got, 2*shiftUp)
	}
	l.report.add(shiftBytes, float64(up+down))
	l.report.add(shiftTrips, float64(trips))
	l.report.add(shiftTime, took.Seconds()*1000)
	return nil
}

// whole puts into a page what this request brought and the answer does not repeat.
func whole(page *syncv1.Page, m *syncv1.SyncRequest) (err error) {
	for _, r := range page.GetRecords() {
		if r.Record, err = ledger.Whole(r, m.GetMutations()); err != nil {
			return err
		}
	}
	return nil
}

// timeline measures pages of the large chart, each from another place in it.
func (l *lab) timeline(ctx context.Context, s *site) error {
	t, err := dial(ctx, s.server.address(), watcher)
	if err != nil {
		return err
	}
	defer t.close()
	charts := chartv1connect.NewChartServiceClient(t.http, t.base, connect.WithSendGzip())
	var times []float64
	span := time.Duration(l.large()) * apart
	for n := range timelinePages {
		until := time.Now().Add(-span * time.Duration(n*7919%timelinePages) / timelinePages)
		r := connect.NewRequest(&chartv1.GetTimelineRequest{ChartId: mainChart, Until: timestamppb.New(until)})
		r.Header().Set("Authorization", "Bearer "+t.session.GetToken())
		began := time.Now()
		answer, err := charts.GetTimeline(ctx, r)
		if err != nil {
			return err
		}
		times = append(times, time.Since(began).Seconds()*1000)
		if len(answer.Msg.GetItems()) == 0 && n == 0 {
			return fmt.Errorf("the newest page of the timeline is empty")
		}
	}
	slices.Sort(times)
	l.report.add(timelineP99, times[len(times)*99/100])
	l.report.add(timelineP50, times[len(times)/2])
	return nil
}

// idle measures the memory of a server that was just started on a store and does nothing.
func (l *lab) idle(ctx context.Context) error {
	return l.onFresh(ctx, func(ctx context.Context, s *site) error {
		if _, err := s.fill(ctx, l.settings.records); err != nil {
			return err
		}
		if err := s.halt(); err != nil {
			return err
		}
		if err := s.start(ctx); err != nil {
			return err
		}
		select {
		case <-time.After(idleFor):
		case <-ctx.Done():
			return ctx.Err()
		}
		rss, err := residentOf(s.server.pid())
		l.report.add(idleMemory, rss/(1<<20))
		return err
	})
}

// from sends the address of a client behind a proxy that the server trusts.
type from struct {
	http.RoundTripper
	address string
}

func (f from) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", f.address)
	return f.RoundTripper.RoundTrip(r)
}
