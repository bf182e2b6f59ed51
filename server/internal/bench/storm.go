package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Figures of W5 and of many tablets.
var (
	w5Time = figure{row: "W5", what: "200 tablets at once, 20 up (packed before) and the team's 200 down each, until the last one has all", unit: seconds, target: 0.4,
		peer: "1.6 s PocketBase; 2.5 s bare CouchDB"}
	w5CPU   = figure{row: "W5", what: "  server CPU", unit: seconds}
	w5Retry = figure{row: "W5", what: "  refused without a retry-after", unit: count}
	w5Trips = figure{row: "W5", what: "  round trips of the tablet with most", unit: count}

	manyRate  = figure{row: "MANY", what: "durable mutations of many tablets at once, 20 in a request, fsync on", unit: perSecond, target: 20_000, atLeast: true}
	manyEach  = figure{row: "MANY", what: "  server CPU each", unit: microseconds, target: 50}
	manyPeak  = figure{row: "MANY", what: "  server's peak memory (VmHWM)", unit: mebibytes}
	manyBatch = figure{row: "MANY", what: "  mutations per commit (one fsync each)", unit: count}
)

// The storm: a region comes back online.
const (
	stormTablets = 200
	stormCharts  = 20
	stormUp      = 20
	stormRounds  = 25 // requests of each tablet in the row of many, for the usual number of records
)

// stormName is a tablet of the storm, and its person.
func stormName(n int) string { return fmt.Sprintf("storm-%03d", n) }

// stormChart is the chart that a tablet of the storm works on: one team of ten each.
func stormChart(n int) string { return sideChart(1 + n%stormCharts) }

// storm signs all tablets in, each from an address of its own, as they are in life.
func (l *lab) storm(ctx context.Context, s *site) (tablets []*tablet, close func(), err error) {
	close = func() {
		for _, t := range tablets {
			t.close()
		}
	}
	for n := range stormTablets {
		t, err := dialFrom(ctx, s.server.address(), stormName(n), fmt.Sprintf("10.0.%d.%d", n/200, 1+n%200))
		if err != nil {
			close()
			return nil, nil, err
		}
		tablets = append(tablets, t)
	}
	return tablets, close, nil
}

// storms measures W5, each time on a fresh store.
func (l *lab) storms(ctx context.Context) error {
	for round := range l.settings.rounds {
		l.say("W5: round %d of %d", round+1, l.settings.rounds)
		if err := l.onFresh(ctx, l.stormOnce); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) stormOnce(ctx context.Context, s *site) error {
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
	return l.profile("W5", func() error {
		w, err := s.begin(ctx, tablets[0].traffic)
		if err != nil {
			return err
		}
		trips, err := together(len(tablets), func(n int) (int, error) { return tablets[n].weather(ctx, clouds[n]) })
		if err != nil {
			return err
		}
		took, err := w.end(ctx)
		l.report.add(w5Time, took.wall.Seconds())
		l.report.add(w5CPU, took.cpu.Seconds())
		l.report.add(w5Retry, 0) // anything that was refused would have ended the row
		l.report.add(w5Trips, float64(trips))
		return err
	})
}

// together runs fn for every tablet at the same time and returns the greatest answer.
func together(tablets int, fn func(n int) (int, error)) (most int, err error) {
	var wait sync.WaitGroup
	var mu sync.Mutex
	begin := make(chan struct{})
	for n := range tablets {
		wait.Go(func() {
			<-begin
			got, failed := fn(n)
			mu.Lock()
			defer mu.Unlock()
			most = max(most, got)
			if err == nil {
				err = failed
			}
		})
	}
	close(begin)
	wait.Wait()
	return most, err
}

// cloud is the first request of a tablet in the storm: its queue, and that it has nothing. It is packed before the storm
// begins, which in life each tablet does on a processor of its own.
type cloud struct {
	parcel
	request *syncv1.SyncRequest
}

func (t *tablet) gather(r *readings, s *site, stream string) (c cloud, err error) {
	c.request = request()
	c.request.Pull, c.request.ManifestComplete = true, true
	for range stormUp {
		q, err := t.create(r, stream, s.book(stream))
		if err != nil {
			return c, err
		}
		c.request.Mutations = append(c.request.Mutations, q)
	}
	c.parcel, err = wrap(c.request)
	return c, err
}

// weather pushes the queue and pulls until the tablet has what its whole team wrote.
func (t *tablet) weather(ctx context.Context, c cloud) (trips int, err error) {
	p, team, got := newPuller(t), stormTablets/stormCharts*stormUp, 0
	asked := c.request
	answer, err := t.send(ctx, c.parcel)
	for range maxSteps {
		if err != nil {
			return trips, fmt.Errorf("a tablet was refused: %w", err)
		}
		trips++
		records, err := p.absorb(answer, asked)
		if err != nil {
			return trips, err
		}
		if got += records; got >= team {
			return trips, nil
		}
		if !answer.GetMore() {
			time.Sleep(5 * time.Millisecond) // the rest of the team is still writing
		}
		asked = request()
		asked.Pull, asked.ManifestComplete, asked.Positions = true, true, p.positions
		answer, err = t.step(ctx, asked)
	}
	return trips, fmt.Errorf("a tablet has %d of its team's %d records", got, team)
}

// absorb takes the answer to a request whose mutations all have to be taken, and returns how many records it brought.
func (p *puller) absorb(answer *syncv1.SyncResponse, asked *syncv1.SyncRequest) (records int, err error) {
	if err := accepted(answer, len(asked.GetMutations())); err != nil {
		return 0, err
	}
	for _, v := range answer.GetVerdicts() {
		if err := p.verdict(v); err != nil {
			return 0, err
		}
	}
	for _, page := range answer.GetPages() {
		if err := whole(page, asked); err != nil {
			return 0, err
		}
		if err := p.take(page); err != nil {
			return 0, err
		}
		records += writtenOf(page)
	}
	return records, nil
}

// manyTablets measures what the server takes of many tablets at once.
func (l *lab) manyTablets(ctx context.Context) error {
	for round := range l.settings.rounds {
		l.say("many tablets: round %d of %d", round+1, l.settings.rounds)
		if err := l.onFresh(ctx, l.manyOnce); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) manyOnce(ctx context.Context, s *site) error {
	tablets, close, err := l.storm(ctx, s)
	if err != nil {
		return err
	}
	defer close()
	parcels, rounds := make([][]parcel, len(tablets)), max(1, l.settings.records*stormRounds/10_000)
	for n, t := range tablets {
		r := newReadings(l.settings.seed+uint64(n), stormUp*rounds)
		stream := streamOf(stormChart(n))
		for range rounds {
			one, err := t.pack(r, stormUp, stream, s.book(stream))
			if err != nil {
				return err
			}
			parcels[n] = append(parcels[n], one...)
		}
	}
	return l.profile("MANY", func() error {
		w, err := s.begin(ctx, tablets[0].traffic)
		if err != nil {
			return err
		}
		_, err = together(len(tablets), func(n int) (int, error) {
			for _, p := range parcels[n] {
				if err := tablets[n].post(ctx, p); err != nil {
					return 0, err
				}
			}
			return 0, nil
		})
		if err != nil {
			return err
		}
		took, err := w.end(ctx)
		if err != nil {
			return err
		}
		total := stormTablets * stormUp * rounds
		peak, err := peakOf(s.server.pid())
		l.report.add(manyRate, took.rate(total))
		l.report.add(manyEach, float64(took.cpu.Microseconds())/float64(total))
		l.report.add(manyPeak, peak/(1<<20))
		if took.commits.known {
			l.report.add(manyBatch, float64(total)/took.commits.number)
		}
		return err
	})
}
