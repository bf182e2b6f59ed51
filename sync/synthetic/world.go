package synthetic

import (
	"iter"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Limits of a world. A Config beyond them is cut to them.
const (
	MaxWeeks     = 520
	MaxPatients  = 100_000
	MaxResidents = 100_000
)

// What a Config without numbers means.
const (
	defaultWeeks, defaultPatients, defaultResidents = 4, 20, 9
)

// Config says which world.
type Config struct {
	Seed uint64
	// Start is the first day; the world begins at its midnight in Japan.
	Start time.Time
	// Weeks of the world; 0: 4.
	Weeks int
	// Patients of the station and Residents of the home; 0: 20 and 9, negative: none.
	Patients, Residents int
}

// Write is one thing that somebody wrote.
type Write struct {
	// ID of the write; RecordID is the record that it is about, the same for a new one.
	ID, RecordID ID
	// At is when it was written down. When it was measured or seen stands in the envelope.
	At     time.Time
	Chart  string
	Stream string
	// Person and Device wrote it.
	Person, Device string
	// Operation is a create, a patch or a retraction.
	Operation syncv1.Operation
	// Groups are the fields that a patch of a kind that merges by field writes; nil for the whole record.
	Groups []uint32
	// Reason of a patch or a retraction.
	Reason string
	// Record holds body and envelope; what the server adds is missing. Nil for a retraction.
	Record *carev1.Record
	// Files are the contents that the record's envelope refers to by their hash.
	Files []File
}

// World is one world. It holds who there is and nothing of what they wrote: days are made when they are asked for. It
// does not change, and may be used by many goroutines at once.
type World struct {
	config    Config
	start     time.Time // midnight in Japan
	days      int
	directory Directory
	charts    []*chart
	teams     []*team
	units     []*unit
	around    around
}

// tokyo is the zone of everybody here; Japan has had no summer time since 1951.
var tokyo = time.FixedZone("JST", 9*60*60)

// New builds the world of a Config: the same one for the same Config, for ever.
func New(c Config) *World {
	c.Weeks = within(c.Weeks, defaultWeeks, MaxWeeks)
	c.Patients = within(c.Patients, defaultPatients, MaxPatients)
	c.Residents = within(c.Residents, defaultResidents, MaxResidents)
	y, m, d := c.Start.In(tokyo).Date()
	w := &World{config: c, start: time.Date(y, m, d, 0, 0, 0, 0, tokyo), days: 7 * max(c.Weeks, 1)}
	w.hire()
	w.admit()
	w.fallIll()
	w.goHome()
	w.enrol()
	return w
}

func within(n, usual, most int) int {
	if n == 0 {
		return usual
	}
	return min(max(n, 0), most)
}

// Start is the first midnight, in Japan; Days how many days there are.
func (w *World) Start() time.Time { return w.start }

// Days is how many days the world has.
func (w *World) Days() int { return w.days }

// Directory is who and what there is.
func (w *World) Directory() Directory { return w.directory }

// Day returns everything that was written on a day, in the order of its time. Day 0 also has what stood in the charts
// before. The slice and its records are the caller's.
func (w *World) Day(n int) []Write {
	if n < 0 || n >= w.days {
		return nil
	}
	visits := w.rounds(n)
	var all []Write
	for _, c := range w.charts {
		all = append(all, w.chartDay(c, n, visits[c.number])...)
	}
	sortWrites(all)
	return all
}

// Writes goes through all days, keeping one of them in memory.
func (w *World) Writes() iter.Seq[Write] {
	return func(yield func(Write) bool) {
		for n := range w.days {
			for _, write := range w.Day(n) {
				if !yield(write) {
					return
				}
			}
		}
	}
}

// ChartWrites goes through one chart, keeping one day of it in memory. A chart that there is not has no writes.
func (w *World) ChartWrites(chart string) iter.Seq[Write] {
	return func(yield func(Write) bool) {
		for _, c := range w.charts {
			if c.id != chart {
				continue
			}
			for n := range w.days {
				for _, write := range w.chartDay(c, n, w.rounds(n)[c.number]) {
					if !yield(write) {
						return
					}
				}
			}
		}
	}
}

// midnight is the beginning of a day.
func (w *World) midnight(day int) time.Time { return w.start.AddDate(0, 0, day) }

// clock is an hour and a minute of a day.
func (w *World) clock(day, hour, minute int) time.Time {
	return w.midnight(day).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// date writes a day as the contract does.
func (w *World) date(day int) string { return w.midnight(day).Format(time.DateOnly) }

// dayOf is the day in which a time lies; negative before the start.
func (w *World) dayOf(at time.Time) int {
	hours := int(at.Sub(w.start) / time.Hour)
	if at.Before(w.start) {
		return -1 - (-hours)/24
	}
	return hours / 24
}
