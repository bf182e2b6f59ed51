// Package metrics counts what the server does, for Prometheus.
//
// It promises that labels come from fixed sets (procedures, codes, outcomes) only: nothing that a caller sent, and
// nothing about a person, a device or a chart, becomes part of a metric.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tsunagu-care/tsunagu/server/internal/httpx"
)

// Metrics is one server's set.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	bytes    *prometheus.CounterVec
	signIns  *prometheus.CounterVec
	watches  prometheus.Gauge
	panics   prometheus.Counter
	reloads  *prometheus.CounterVec
	differed prometheus.Counter
	removed  *prometheus.CounterVec
	missing  prometheus.Gauge
	survey   survey

	pushes *prometheus.CounterVec
	left   prometheus.Histogram
	alarms *prometheus.CounterVec
}

// New makes a set. ready is asked whenever somebody reads it.
func New(version string, ready func() bool) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: counters("requests_total", "Requests answered.", "procedure", "code"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tsunagu_request_seconds", Help: "Time to answer a request; of a watch, its whole life.",
			Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"procedure"}),
		bytes:   counters("request_bytes_total", "Bytes of bodies on the wire.", "procedure", "direction"),
		signIns: counters("sign_ins_total", "Attempts to sign in.", "outcome"),
		watches: prometheus.NewGauge(prometheus.GaugeOpts{Name: "tsunagu_watches_open", Help: "Watches open now."}),
		panics:  prometheus.NewCounter(prometheus.CounterOpts{Name: "tsunagu_panics_total", Help: "Handlers that panicked."}),
		reloads: counters("directory_reloads_total", "Reloads of the directory.", "outcome"),
		differed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tsunagu_sections_differed_total",
			Help: "Sections of a chart that a tablet held otherwise than the log has them; each is repaired. More than a few mean a fault.",
		}),
		removed: counters("blobs_removed_total", "Photos and files that nothing mentioned any more, and uploads that were given up.", "what"),
		missing: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tsunagu_blobs_missing", Help: "Photos and files that records of more than a day ago show and nobody has brought; counted once a day.",
		}),
	}
	m.pushes = counters("pushes_total", "Pushes tried, by what they went over and what came of it.", "way", "verdict")
	m.left = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "tsunagu_push_seconds", Help: "Time from the commit of what raised an alert until its push leaves.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
	})
	m.alarms = counters("alarms_total", "What an operator has to look at about alerts, by code; see the log.", "code")
	up := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "tsunagu_ready", Help: "1 if the server takes writes.",
	}, func() float64 {
		if ready() {
			return 1
		}
		return 0
	})
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "tsunagu_build_info", Help: "Always 1.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.seconds, m.bytes, m.signIns, m.watches, m.panics, m.reloads, m.differed, m.removed, m.missing, m.pushes, m.left, m.alarms, up, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.survey.register(m.registry)
	return m
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tsunagu_" + name, Help: help}, labels)
}

// Commits are what a store counts of its commits, each with one fsync.
type Commits struct{ Commits, Closures, Writes, Bytes uint64 }

// Store adds what a store counts; read is asked whenever somebody reads the metrics.
func (m *Metrics) Store(read func() Commits) {
	for name, one := range map[string]struct {
		help  string
		value func(Commits) uint64
	}{
		"commits_total":  {"Commits made durable, each with one fsync.", func(c Commits) uint64 { return c.Commits }},
		"closures_total": {"Writes asked for; several share a commit.", func(c Commits) uint64 { return c.Closures }},
		"keys_total":     {"Keys that the commits wrote.", func(c Commits) uint64 { return c.Writes }},
		"bytes_total":    {"Bytes that the commits wrote, before compression.", func(c Commits) uint64 { return c.Bytes }},
	} {
		m.registry.MustRegister(prometheus.NewCounterFunc(
			prometheus.CounterOpts{Name: "tsunagu_store_" + name, Help: one.help},
			func() float64 { return float64(one.value(read())) }))
	}
}

// Handler answers Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

// Observe counts a request.
func (m *Metrics) Observe(o httpx.Observed) {
	m.requests.WithLabelValues(o.Procedure, o.Code).Inc()
	m.seconds.WithLabelValues(o.Procedure).Observe(o.Duration.Seconds())
	m.bytes.WithLabelValues(o.Procedure, "in").Add(float64(o.In))
	m.bytes.WithLabelValues(o.Procedure, "out").Add(float64(o.Out))
}

// SignedIn counts an attempt to sign in.
func (m *Metrics) SignedIn(outcome string) { m.signIns.WithLabelValues(outcome).Inc() }

// Watching sets how many watches are open.
func (m *Metrics) Watching(open int) { m.watches.Set(float64(open)) }

// Panicked counts a panic.
func (m *Metrics) Panicked() { m.panics.Inc() }

// Pushed counts a push that was tried.
func (m *Metrics) Pushed(way, verdict string) { m.pushes.WithLabelValues(way, verdict).Inc() }

// PushLeft counts how long after its commit an alert's push left.
func (m *Metrics) PushLeft(since time.Duration) { m.left.Observe(since.Seconds()) }

// Alarmed counts something that an operator has to look at.
func (m *Metrics) Alarmed(code string) { m.alarms.WithLabelValues(code).Inc() }

// Reloaded counts a reload of the directory.
func (m *Metrics) Reloaded(outcome string) { m.reloads.WithLabelValues(outcome).Inc() }

// Differed counts sections that a tablet held otherwise than the log has them.
func (m *Metrics) Differed(sections int) { m.differed.Add(float64(sections)) }

// Collected counts photos and files that were removed, and uploads that were given up.
func (m *Metrics) Collected(blobs, uploads int) {
	m.removed.WithLabelValues("blob").Add(float64(blobs))
	m.removed.WithLabelValues("upload").Add(float64(uploads))
}
