package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Alerts is how the way from a reading to a person stands.
type Alerts struct {
	// Running groups, the Unanswered ones among them, and those for the daily Digest.
	Running, Unanswered, Digest int
	// OldestDue is since when something should have been looked at.
	OldestDue time.Duration
	// Broken is how many ways out have credentials that are refused, Aside how many targets were put aside.
	Broken, Aside int
}

// Alerts adds gauges of alerts; read is asked whenever somebody reads the metrics.
func (m *Metrics) Alerts(read func() Alerts) {
	gauge := func(name, help string, labels prometheus.Labels, value func(Alerts) float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(
			prometheus.GaugeOpts{Name: "tsunagu_" + name, Help: help, ConstLabels: labels}, func() float64 { return value(read()) }))
	}
	const groups = "Groups of alerts by state; those that nobody has answered yet are running."
	gauge("alert_groups", groups, prometheus.Labels{"state": "running"}, func(a Alerts) float64 { return float64(a.Running) })
	gauge("alert_groups", groups, prometheus.Labels{"state": "unanswered"}, func(a Alerts) float64 { return float64(a.Unanswered) })
	gauge("alert_groups", groups, prometheus.Labels{"state": "digest"}, func(a Alerts) float64 { return float64(a.Digest) })
	gauge("alerts_oldest_due_seconds", "For how long the oldest alert or push has been due; more than a minute means that people are not told.", nil,
		func(a Alerts) float64 { return a.OldestDue.Seconds() })
	gauge("ways_broken", "Ways out to people whose credentials are refused.", nil, func(a Alerts) float64 { return float64(a.Broken) })
	gauge("targets_aside", "Registrations for pushes that were put aside; their owners have to register anew.", nil,
		func(a Alerts) float64 { return float64(a.Aside) })
}
