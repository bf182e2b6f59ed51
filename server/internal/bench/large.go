package main

import "context"

// Figures of W6 that have no file of their own.
var w6Fill = figure{row: "W6", what: "the large chart pushed by one prepared client", unit: perSecond}

func (l *lab) large() int { return l.settings.records * largeFactor }

// largeChart fills the large chart, looks at its disk, and measures on the last store what needs a long history.
func (l *lab) largeChart(ctx context.Context) error {
	fills := 1
	if l.wants("W6") {
		fills = l.settings.rounds
	}
	for round := 1; round < fills; round++ {
		if err := l.onFresh(ctx, l.fillLarge); err != nil {
			return err
		}
	}
	return l.onFresh(ctx, func(ctx context.Context, s *site) error {
		if err := l.fillLarge(ctx, s); err != nil {
			return err
		}
		return l.onLarge(ctx, s)
	})
}

// fillLarge fills a store with the large chart and measures what it takes on disk once the server has stopped.
func (l *lab) fillLarge(ctx context.Context, s *site) error {
	l.say("W6: filling the large chart")
	took, err := s.fill(ctx, l.large())
	if err != nil {
		return err
	}
	if !l.wants("W6") {
		return nil
	}
	l.report.add(w6Fill, float64(l.large())/took.Seconds())
	if err := s.halt(); err != nil {
		return err
	}
	if err := l.lookAtDisk(s); err != nil {
		return err
	}
	return s.start(ctx)
}

// onLarge measures what has a long history behind it.
func (l *lab) onLarge(ctx context.Context, s *site) error {
	for _, row := range []struct {
		name string
		run  func(context.Context, *site) error
	}{
		{"W2", l.firstSyncLarge}, {"W3", l.catchUp}, {"REPAIR", l.repair}, {"TIMELINE", l.timeline}, {"SHIFT", l.shift},
		{"W4", l.nothingNew},
	} {
		if !l.wants(row.name) {
			continue
		}
		l.say("%s: on the large chart", row.name)
		if err := row.run(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) firstSyncLarge(ctx context.Context, s *site) error {
	for range max(l.settings.rounds, pullRounds) {
		took, err := l.pullAll(ctx, s, "W2large", l.large())
		if err != nil {
			return err
		}
		l.report.add(w2Large, took.wall.Seconds())
		l.report.add(w2LargeCPU, took.cpu.Seconds())
		l.report.add(w2LargeDown, took.down/float64(l.large()))
	}
	peak, err := peakOf(s.server.pid())
	l.report.add(w2LargePeak, peak/(1<<20))
	return err
}
