package hub_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// ruled applies the rules to writes in the order of the log, with the whole chart before them each time: what the hub does
// with windows, gates and batches must come to the same.
func ruled(order []*syncv1.Mutation) (ids []string) {
	v := &rules.View{Zone: time.FixedZone("Asia/Tokyo", 9*60*60), Defaults: rules.Defaults()}
	for i, m := range order {
		rec := proto.CloneOf(m.GetRecord())
		cause := rules.Seen{Record: rec, Seq: uint64(i + 1)}
		at := rec.GetEnvelope().GetEffective().AsTime()
		v.Recent = append(v.Recent, cause)
		slices.SortStableFunc(v.Recent, func(a, b rules.Seen) int {
			return b.Record.GetEnvelope().GetEffective().AsTime().Compare(a.Record.GetEnvelope().GetEffective().AsTime())
		})
		v.From = at.Add(-rules.Lookback)
		for _, alert := range rules.Raise(v, rules.Cause{MutationID: m.GetId()}, rules.Judge(v, cause)) {
			ids = append(ids, string(alert.GetId()))
			v.Alerts = append(v.Alerts, rules.Seen{Record: alert})
		}
	}
	slices.Sort(ids)
	return ids
}

// vitalsOf draws a set of vital signs, of which many are beyond a limit.
func vitalsOf(t *rapid.T) *carev1.Body {
	v := &carev1.VitalSigns{}
	if rapid.Bool().Draw(t, "has temperature") {
		n := rapid.Int32Range(345, 400).Draw(t, "temperature")
		v.TemperatureTenthsC = &n
	}
	if rapid.Bool().Draw(t, "has weight") {
		n := uint32(rapid.IntRange(50, 56).Draw(t, "weight")) * 1000
		v.WeightG = &n
	}
	n := rapid.Uint32Range(38, 140).Draw(t, "pulse")
	v.PulsePerMin = &n
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: v}}
}

// TestAlertsHangOnTheOrderOfTheLogAlone: however writes are cut into requests, and however often they are sent again, the
// alerts are those of the rules applied to the log in its order.
func TestAlertsHangOnTheOrderOfTheLogAlone(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		b := newBench(outer)
		var all []*syncv1.Mutation
		for range rapid.IntRange(1, 25).Draw(t, "writes") {
			back := time.Duration(rapid.IntRange(0, 20*24*4).Draw(t, "quarters of an hour before")) * 15 * time.Minute
			all = append(all, at(b.create("sato", vitalsOf(t)), b.now.Add(-back)))
		}
		for rest, sent := all, 0; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "in one request")
			b.push("sato", rest[:n]...)
			rest, sent = rest[n:], sent+n
			if again := rapid.IntRange(0, sent).Draw(t, "sent again"); again > 0 {
				b.push("sato", all[:again]...)
			}
		}
		want, got := ruled(all), slices.Sorted(maps.Keys(b.alerts()))
		if !slices.Equal(got, want) {
			t.Fatalf("%d alerts, the rules alone raise %d", len(got), len(want))
		}
		if v := b.verify(); len(v.Damage) > 0 {
			t.Fatal(v.Damage)
		}
	})
}
