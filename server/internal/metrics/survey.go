package metrics

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// Survey is how the server stands: what the protocol promises to keep visible until somebody has dealt with it. It is
// taken every now and then, so that nobody who reads the metrics makes the store work.
type Survey struct {
	// Taken is when, BackupMade when the last verified backup was made, 0 if none was; in seconds since 1970.
	Taken, BackupMade int64
	// Streams, Entries, and the entries that no verified backup covers.
	Streams, Entries, NotBackedUp uint64
	// Conflicts, Held and Inbox wait for a person.
	Conflicts, Held, Inbox uint64
	// Devices that were heard of within a week, and those that were not.
	DevicesRecent, DevicesSilent int
	// Unpurged are the streams that a device was told to remove and has not said to have removed.
	Unpurged int
	// Unconfirmed: a restore waits for its operator.
	Unconfirmed bool
	// ErasuresOpen are orders that are written down and not carried out.
	ErasuresOpen int
}

// survey holds the last one; each gauge reads its part of it.
type survey struct{ last atomic.Pointer[Survey] }

// Surveyed puts a survey in the place of the last one.
func (m *Metrics) Surveyed(s Survey) { m.survey.last.Store(&s) }

// BlobsMissing sets how many photos and files are shown by records and were not brought within a day.
func (m *Metrics) BlobsMissing(n int) { m.missing.Set(float64(n)) }

// register adds the gauges. Before the first survey they are 0, and so is the time at which it was taken.
func (s *survey) register(registry *prometheus.Registry) {
	s.last.Store(&Survey{})
	for _, one := range []struct {
		name, help string
		labels     prometheus.Labels
		value      func(*Survey) float64
	}{
		{"survey_timestamp_seconds", "When the store was last surveyed for the gauges below.", nil, func(s *Survey) float64 { return float64(s.Taken) }},
		{"streams", "Streams of charts.", nil, func(s *Survey) float64 { return float64(s.Streams) }},
		{"entries", "Entries in all logs.", nil, func(s *Survey) float64 { return float64(s.Entries) }},
		{"entries_not_backed_up", "Entries that no verified backup covers.", nil, func(s *Survey) float64 { return float64(s.NotBackedUp) }},
		{"backup_made_timestamp_seconds", "When the last verified backup was made; 0: there is none.", nil, func(s *Survey) float64 { return float64(s.BackupMade) }},
		{"conflicts_open", "Records with values that wait for a decision.", nil, func(s *Survey) float64 { return float64(s.Conflicts) }},
		{"held_open", "Writes that are held in streams and wait.", nil, func(s *Survey) float64 { return float64(s.Held) }},
		{"inbox_open", "Writes that wait in inboxes of organisations.", nil, func(s *Survey) float64 { return float64(s.Inbox) }},
		{"devices", "Devices that were ever heard of, by when they were last.", prometheus.Labels{"heard": "within_a_week"}, func(s *Survey) float64 { return float64(s.DevicesRecent) }},
		{"devices", "Devices that were ever heard of, by when they were last.", prometheus.Labels{"heard": "longer_ago"}, func(s *Survey) float64 { return float64(s.DevicesSilent) }},
		{"streams_unpurged", "Streams that devices were told to remove and have not said to have removed.", nil, func(s *Survey) float64 { return float64(s.Unpurged) }},
		{"erasures_open", "Orders to erase that are written down and not carried out.", nil, func(s *Survey) float64 { return float64(s.ErasuresOpen) }},
		{"restore_unconfirmed", "1 while a restore waits to be confirmed: no page is served.", nil, func(s *Survey) float64 {
			if s.Unconfirmed {
				return 1
			}
			return 0
		}},
	} {
		registry.MustRegister(prometheus.NewGaugeFunc(
			prometheus.GaugeOpts{Name: "tsunagu_" + one.name, Help: one.help, ConstLabels: one.labels},
			func() float64 { return one.value(s.last.Load()) }))
	}
}
