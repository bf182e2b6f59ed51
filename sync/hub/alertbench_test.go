package hub_test

import (
	"context"
	"testing"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// benchmarkReadings stores requests of 1,000 sets of vital signs, ten minutes apart.
func benchmarkReadings(b *testing.B, body func(n int) *carev1.Body) {
	w := newBench(b)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		req := w.request()
		req.Pull = false
		for n := range pushed {
			w.now = w.now.Add(10 * time.Minute)
			req.Mutations = append(req.Mutations, w.queued(w.create("sato", body(n))))
		}
		b.StartTimer()
		if _, _, err := w.hub.Sync(context.Background(), w.call("sato"), req); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/pushed, "ns/mutation")
}

// BenchmarkPushUnread is what storing costs of records that no rule looks at.
func BenchmarkPushUnread(b *testing.B) {
	benchmarkReadings(b, func(n int) *carev1.Body {
		return &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{
			Format: carev1.NoteFormat_NOTE_FORMAT_FREE, Text: "朝食後。会話良好、顔色良い。",
		}}}
	})
}

// BenchmarkPushQuiet is what it costs that the rules look at readings of which none speaks.
func BenchmarkPushQuiet(b *testing.B) {
	benchmarkReadings(b, func(n int) *carev1.Body { return quietReading(n) })
}

// BenchmarkPushAlarming is what it costs when all speak: each is judged, most are kept silent by an alert before them.
func BenchmarkPushAlarming(b *testing.B) {
	benchmarkReadings(b, func(n int) *carev1.Body {
		body := quietReading(n)
		high := uint32(160 + n%30)
		body.GetVitalSigns().SystolicMmhg = &high
		return body
	})
}

// quietReading is a set of vital signs of the usual size of which no rule speaks.
func quietReading(n int) *carev1.Body {
	body := reading(n)
	t := int32(360 + n%14)
	body.GetVitalSigns().TemperatureTenthsC = &t
	return body
}

// BenchmarkOneReading is what storing one set of vital signs costs in a request of its own, where profile and limits are
// read for it alone: quiet, and one that a rule with a window may speak of.
func BenchmarkOneReading(b *testing.B) {
	fever := int32(376)
	for name, body := range map[string]func(n int) *carev1.Body{
		"quiet": quietReading,
		"warm": func(n int) *carev1.Body {
			body := quietReading(n)
			if n%2 == 0 {
				body.GetVitalSigns().TemperatureTenthsC = &fever
			}
			return body
		},
		"unread": func(int) *carev1.Body {
			return &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{Format: carev1.NoteFormat_NOTE_FORMAT_FREE, Text: "x"}}}
		},
	} {
		b.Run(name, func(b *testing.B) {
			w, n := newBench(b), 0
			for b.Loop() {
				b.StopTimer()
				w.now = w.now.Add(30 * time.Minute)
				req := w.request(w.queued(w.create("sato", body(n))))
				req.Pull, n = false, n+1
				b.StartTimer()
				if _, _, err := w.hub.Sync(context.Background(), w.call("sato"), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
