package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
)

// Figures of W3 and W4. Bytes are all that goes over the socket, frames and headers included.
var (
	w3Time  = figure{row: "W3", what: "100 new records among the large chart's", unit: milliseconds, target: 2, peer: "4.4 ms PocketBase"}
	w3Bytes = figure{row: "W3", what: "  bytes, both ways", unit: bytesUnit, target: 8000, peer: "37,600 PocketBase"}
	w3CPU   = figure{row: "W3", what: "  server CPU each", unit: milliseconds}
	w3Trips = figure{row: "W3", what: "  round trips", unit: count}
)

// w4 are the figures of one number of streams.
type w4 struct {
	person              string
	time, down, up, cpu figure
	both                figure
}

func w4Figures(person string, streams int, down, both float64) w4 {
	what := fmt.Sprintf("nothing new in %d streams, the large chart among them, one round trip", streams)
	return w4{
		person: person,
		time:   figure{row: "W4", what: what, unit: milliseconds, target: 1, peer: "2.2 ms PocketBase"},
		down:   figure{row: "W4", what: fmt.Sprintf("  bytes received, %d streams", streams), unit: bytesUnit, target: down, peer: "286 PocketBase"},
		up:     figure{row: "W4", what: fmt.Sprintf("  bytes sent, %d streams", streams), unit: bytesUnit},
		both:   figure{row: "W4", what: fmt.Sprintf("  bytes, both ways, %d streams", streams), unit: bytesUnit, target: both},
		cpu:    figure{row: "W4", what: fmt.Sprintf("  server CPU each, %d streams", streams), unit: milliseconds},
	}
}

// How often the short ones are repeated at least.
const (
	catchUpRounds = 50
	nothingRounds = 200
	catchUpNew    = 100
)

// catchUp measures W3: one tablet pushes a few, another one that has everything pulls them.
func (l *lab) catchUp(ctx context.Context, s *site) error {
	from, err := dial(ctx, s.server.address(), writer)
	if err != nil {
		return err
	}
	defer from.close()
	to, err := dial(ctx, s.server.address(), watcher)
	if err != nil {
		return err
	}
	defer to.close()
	rounds := max(l.settings.rounds, catchUpRounds)
	r := newReadings(l.settings.seed+1, rounds*catchUpNew)
	p := newPuller(to)
	if _, err := p.pull(ctx); err != nil {
		return err
	}
	for range rounds {
		parcels, err := from.pack(r, catchUpNew, streamOf(mainChart), s.book(streamOf(mainChart)))
		if err != nil {
			return err
		}
		if err := from.post(ctx, parcels[0]); err != nil {
			return err
		}
		if err := l.catchUpOnce(ctx, s, p); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) catchUpOnce(ctx context.Context, s *site, p *puller) error {
	before, err := cpuOf(s.server.pid())
	if err != nil {
		return err
	}
	p.tablet.traffic.take()
	began := time.Now()
	got, err := p.pull(ctx)
	took := time.Since(began)
	up, down := p.tablet.traffic.take()
	if err != nil {
		return err
	}
	after, err := cpuOf(s.server.pid())
	if err != nil {
		return err
	}
	if got.records != catchUpNew {
		return fmt.Errorf("%d records are new, %d came", catchUpNew, got.records)
	}
	l.report.add(w3Time, took.Seconds()*1000)
	l.report.add(w3Bytes, float64(up+down))
	l.report.add(w3Trips, float64(got.trips))
	l.report.add(w3CPU, (after-before).Seconds()*1000)
	return nil
}

// nothingNew measures W4, with few streams and with many.
func (l *lab) nothingNew(ctx context.Context, s *site) error {
	if err := s.fillSides(ctx); err != nil {
		return err
	}
	for _, f := range []w4{w4Figures(few, fewStreams, 400, 0), w4Figures(many, manyStreams, 0, 1024)} {
		if err := l.nothingFor(ctx, s, f); err != nil {
			return err
		}
	}
	return nil
}

// fillSides puts a reading into each of the other streams.
func (s *site) fillSides(ctx context.Context) error {
	t, err := dial(ctx, s.server.address(), many)
	if err != nil {
		return err
	}
	defer t.close()
	r := newReadings(s.lab.settings.seed+2, manyStreams)
	for n := 1; n < manyStreams; n++ {
		stream := streamOf(sideChart(n))
		parcels, err := t.pack(r, 1, stream, s.book(stream))
		if err != nil {
			return err
		}
		if err := t.post(ctx, parcels[0]); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) nothingFor(ctx context.Context, s *site, f w4) error {
	t, err := dial(ctx, s.server.address(), f.person)
	if err != nil {
		return err
	}
	defer t.close()
	p := newPuller(t)
	if _, err := p.pull(ctx); err != nil {
		return err
	}
	rounds := max(l.settings.rounds, nothingRounds)
	return l.profile("W4", func() error {
		w, err := s.begin(ctx, t.traffic)
		if err != nil {
			return err
		}
		for range rounds {
			if err := l.nothingOnce(ctx, p, f); err != nil {
				return err
			}
		}
		took, err := w.end(ctx)
		l.report.add(f.cpu, took.cpu.Seconds()*1000/float64(rounds))
		return err
	})
}

// nothingOnce asks with the hash of the manifest, as a device does that is complete.
func (l *lab) nothingOnce(ctx context.Context, p *puller, f w4) error {
	p.tablet.traffic.take()
	began := time.Now()
	m := request()
	m.Pull, m.ManifestHash = true, ledger.Manifest(p.positions)
	answer, err := p.tablet.step(ctx, m)
	took := time.Since(began)
	up, down := p.tablet.traffic.take()
	if err != nil {
		return err
	}
	if answer.GetManifestNeeded() || answer.GetMore() || len(answer.GetPages()) > 0 {
		return errors.New("there should have been nothing new")
	}
	l.report.add(f.time, took.Seconds()*1000)
	l.report.add(f.down, float64(down))
	l.report.add(f.up, float64(up))
	l.report.add(f.both, float64(up+down))
	return nil
}
