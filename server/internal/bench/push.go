package main

import (
	"context"
	"fmt"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Figures of W1. The prepared client is the one that is compared: it shows the server and the wire. The SDK's is what
// a whole tablet does, on the same cores as the server.
var (
	w1Rate = figure{row: "W1", what: "pushed by one prepared client, until another one sees them", unit: perSecond, target: 30_000, atLeast: true,
		peer: "18,900/s bare CouchDB; 7,960 PouchDB; 6,140 PowerSync"}
	w1CPU   = figure{row: "W1", what: "  server CPU", unit: seconds, target: 0.4}
	w1Each  = figure{row: "W1", what: "  server CPU per record", unit: microseconds}
	w1Peak  = figure{row: "W1", what: "  server's peak memory (VmHWM)", unit: mebibytes, target: 100}
	w1Up    = figure{row: "W1", what: "  bytes up per record", unit: bytesUnit}
	w1Down  = figure{row: "W1", what: "  bytes down per record", unit: bytesUnit}
	w1Disk  = figure{row: "W1", what: "  bytes written to disk per record, logs included", unit: bytesUnit}
	w1Batch = figure{row: "W1", what: "  records per commit (one fsync each)", unit: count}

	w1SDK     = figure{row: "W1", what: "pushed by the SDK from its durable queue, its own records pulled back", unit: perSecond}
	w1SDKCPU  = figure{row: "W1", what: "  server CPU, pushed by the SDK", unit: seconds}
	w1SDKPeak = figure{row: "W1", what: "  server's peak memory, pushed by the SDK", unit: mebibytes}
	w1Written = figure{row: "W1", what: "  entries saved before on the tablet, each durable", unit: perSecond}
)

// pushes measures W1, each time on a fresh store.
func (l *lab) pushes(ctx context.Context) error {
	for round := range l.settings.rounds {
		l.say("W1: round %d of %d", round+1, l.settings.rounds)
		for _, one := range []func(context.Context, *site) error{l.pushPrepared, l.pushSDK} {
			if err := l.onFresh(ctx, one); err != nil {
				return err
			}
		}
	}
	return nil
}

// onFresh runs fn on a fresh site and checks it.
func (l *lab) onFresh(ctx context.Context, fn func(context.Context, *site) error) error {
	s, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer s.abandon()
	if err := fn(ctx, s); err != nil {
		return err
	}
	return s.finish(ctx)
}

// pushPrepared pushes requests that are ready as bytes, one after the other, as a tablet has to.
func (l *lab) pushPrepared(ctx context.Context, s *site) error {
	t, err := dial(ctx, s.server.address(), writer)
	if err != nil {
		return err
	}
	defer t.close()
	other, err := dial(ctx, s.server.address(), watcher)
	if err != nil {
		return err
	}
	defer other.close()
	n := l.settings.records
	parcels, err := t.pack(newReadings(l.settings.seed, n), n, streamOf(mainChart), s.book(streamOf(mainChart)))
	if err != nil {
		return err
	}
	var took spent
	err = l.profile("W1", func() error {
		w, err := s.begin(ctx, t.traffic)
		if err != nil {
			return err
		}
		for _, p := range parcels {
			if err := t.post(ctx, p); err != nil {
				return err
			}
		}
		if err := other.sees(ctx, streamOf(mainChart), n); err != nil {
			return err
		}
		took, err = w.end(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return l.reportPush(s, took)
}

// sees asks how far a stream goes, without pulling anything.
func (t *tablet) sees(ctx context.Context, stream string, n int) error {
	m := request()
	m.Positions = []*syncv1.StreamPosition{{StreamId: stream}}
	answer, err := t.step(ctx, m)
	if err != nil {
		return err
	}
	if got := answer.GetVerdicts()[0].GetHead().GetVersion().GetSeq(); got < uint64(n) {
		return fmt.Errorf("%d records were pushed, another tablet sees %d", n, got)
	}
	return nil
}

func (l *lab) reportPush(s *site, took spent) error {
	n := float64(l.settings.records)
	peak, err := peakOf(s.server.pid())
	l.report.add(w1Rate, took.rate(l.settings.records))
	l.report.add(w1CPU, took.cpu.Seconds())
	l.report.add(w1Each, float64(took.cpu.Microseconds())/n)
	l.report.add(w1Peak, peak/(1<<20))
	l.report.add(w1Up, took.up/n)
	l.report.add(w1Down, took.down/n)
	l.report.add(w1Disk, took.disk/n)
	batch := w1Batch
	if !took.commits.known {
		batch.note = "the server's /metrics does not count commits: records per commit are not known"
		l.report.add(batch)
		return err
	}
	l.report.add(batch, n/took.commits.number)
	return err
}
