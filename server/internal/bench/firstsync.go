package main

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
)

// Figures of W2.
var (
	w2Rate = figure{row: "W2", what: "first sync of the small chart, nothing kept, digests verified", unit: perSecond, target: 150_000, atLeast: true,
		peer: "49,000/s PocketBase"}
	w2CPU  = figure{row: "W2", what: "  server CPU per record, nothing kept", unit: microseconds}
	w2Down = figure{row: "W2", what: "  bytes down per record", unit: bytesUnit, target: 45, peer: "73 PowerSync, zstd; 373 to 700 uncompressed"}
	w2Up   = figure{row: "W2", what: "  bytes up", unit: bytesUnit}

	w2Kept = figure{row: "W2", what: "first sync of the small chart, kept by the SDK: encrypted, durable", unit: perSecond, target: 40_000, atLeast: true,
		peer: "8,020/s PouchDB, kept in memory"}
	w2KeptCPU = figure{row: "W2", what: "  server CPU per record, kept by the SDK", unit: microseconds}

	w2Large     = figure{row: "W2", what: "first sync of the large chart, nothing kept, digests verified", unit: seconds, target: 0.7, peer: "1.87 s PocketBase"}
	w2LargeCPU  = figure{row: "W2", what: "  server CPU, large chart", unit: seconds, target: 0.6, peer: "2.1 s PocketBase"}
	w2LargeDown = figure{row: "W2", what: "  bytes down per record, large chart", unit: bytesUnit, target: 45, peer: "73 PowerSync, zstd; 373 to 700 uncompressed"}
	w2LargePeak = figure{row: "W2", what: "  server's peak memory (VmHWM), large chart", unit: mebibytes}
)

// pullRounds is how often a pull is repeated at least: it changes nothing on the server and is over soon.
const pullRounds = 5

// firstSyncs measures W2 on the small chart.
func (l *lab) firstSyncs(ctx context.Context) error {
	return l.onFresh(ctx, func(ctx context.Context, s *site) error {
		l.say("W2: the small chart")
		if _, err := s.fill(ctx, l.settings.records); err != nil {
			return err
		}
		for range max(l.settings.rounds, pullRounds) {
			took, err := l.pullAll(ctx, s, "W2", l.settings.records)
			if err != nil {
				return err
			}
			n := float64(l.settings.records)
			l.report.add(w2Rate, took.rate(l.settings.records))
			l.report.add(w2CPU, float64(took.cpu.Microseconds())/n)
			l.report.add(w2Down, took.down/n)
			l.report.add(w2Up, took.up)
		}
		for range max(l.settings.rounds, pullRounds) {
			if err := l.pullKept(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// pullAll is one first sync of a tablet that keeps nothing, on a connection that is open.
func (l *lab) pullAll(ctx context.Context, s *site, row string, n int) (took spent, err error) {
	t, err := dial(ctx, s.server.address(), newcomer)
	if err != nil {
		return took, err
	}
	defer t.close()
	return took, l.profile(row, func() error {
		w, err := s.begin(ctx, t.traffic)
		if err != nil {
			return err
		}
		got, err := newPuller(t).pull(ctx)
		if err != nil {
			return err
		}
		if took, err = w.end(ctx); err == nil && got.records != n {
			err = fmt.Errorf("%d records are there, %d came", n, got.records)
		}
		return err
	})
}

// pullKept is one first sync of a tablet as apps have it.
func (l *lab) pullKept(ctx context.Context, s *site) (err error) {
	d, err := l.openDevice(ctx, s, newcomer)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.remove()) }()
	n := l.settings.records
	took, err := l.watched(ctx, s, d, "W2kept", func(r sdk.SyncReport) bool { return r.Pulled == n })
	if err != nil {
		return err
	}
	l.report.add(w2Kept, took.rate(n))
	l.report.add(w2KeptCPU, float64(took.cpu.Microseconds())/float64(n))
	return d.whole()
}
