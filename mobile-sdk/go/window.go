package sdk

import (
	"time"

	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// How much of a chart a tablet holds.
const (
	// DefaultMonths besides the present one.
	DefaultMonths = 3
	// Everything there is.
	Everything = -1
)

// months is the wish as the replica counts it: 0 is everything.
func (o Options) months() uint32 {
	switch {
	case o.WindowMonths == 0:
		return DefaultMonths
	case o.WindowMonths < 0:
		return 0
	}
	return uint32(o.WindowMonths)
}

// Widen asks for older months of a chart: for those from the month of a time on, in UTC; the zero time: for all there
// are. It needs no network; the next synchronisation fetches them, newest first, and goes on where it was cut off.
func (t *Tablet) Widen(chart string, from time.Time) error {
	c, err := t.Chart(chart)
	if err != nil {
		return err
	}
	month := uint32(0)
	if !from.IsZero() {
		year, of, _ := from.UTC().Date()
		month = uint32(max(year, 1)*100 + int(of))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range c.Streams {
		if err := t.replica.Widen(t.opts.Clock(), s.ID, month); err != nil {
			return err
		}
	}
	return nil
}

// hold counts a stream in: of a chart, only what all its streams have is here.
func (c *Chart) hold(s replica.StreamView) {
	c.OldestMonth = max(c.OldestMonth, s.OldestMonth)
	c.Widening = c.Widening || s.Widening
}

// OldestWords says from when on a chart is on this tablet; empty if all of it is.
func (c Chart) OldestWords() (ja, en string) {
	if c.OldestMonth == 0 {
		return "", ""
	}
	month := time.Date(int(c.OldestMonth/100), time.Month(c.OldestMonth%100), 1, 0, 0, 0, 0, time.UTC)
	return month.Format("2006年1月") + "より前の記録は（あれば）サーバーにあります",
		"records from before " + month.Format("January 2006") + ", if any, are on the server"
}
