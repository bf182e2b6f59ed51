package chart_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/chart"
)

// point is a reading with a number of its own.
type point struct {
	at, value int64
	number    int
}

func thin(points []point, most int) []point { return thinKeeping(points, most, nil) }

func thinKeeping(points []point, most int, keep func(point) bool) []point {
	return chart.Thin(points, most, func(p point) int64 { return p.at }, func(p point) int64 { return p.value }, keep)
}

// series draws readings in order of time, often several at one moment and often of one value.
var series = rapid.Custom(func(t *rapid.T) []point {
	n := rapid.IntRange(0, 400).Draw(t, "readings")
	readings := make([]point, n)
	at := rapid.Int64Range(-1<<50, 1<<50).Draw(t, "first")
	for i := range readings {
		at += rapid.SampledFrom([]int64{0, 0, 1, 1000, 60_000, 86_400_000, 1 << 40}).Draw(t, "step")
		value := rapid.Int64Range(-3, 3)
		if rapid.Bool().Draw(t, "wide") {
			value = rapid.Int64()
		}
		readings[i] = point{at, value.Draw(t, "value"), i}
	}
	return readings
})

// TestThinLosesNoExtreme: whatever is drawn, no more points than asked for, in order, real, with both ends and the least
// and the greatest value of every stretch.
func TestThinLosesNoExtreme(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		readings, points := series.Draw(t, "series"), rapid.IntRange(chart.LeastPoints, 60).Draw(t, "points")
		thinned := thin(slices.Clone(readings), points)
		if len(readings) <= points {
			if !slices.Equal(thinned, readings) {
				t.Fatalf("%d readings for %d points came back changed", len(readings), points)
			}
			return
		}
		if len(thinned) > points {
			t.Fatalf("%d points, asked for %d", len(thinned), points)
		}
		if thinned[0] != readings[0] || thinned[len(thinned)-1] != readings[len(readings)-1] {
			t.Fatal("an end is missing")
		}
		next := 0 // every point is a reading, and none comes twice or out of order
		for _, p := range thinned {
			for next < len(readings) && readings[next] != p {
				next++
			}
			if next == len(readings) {
				t.Fatalf("%v is no reading, or out of order", p)
			}
			next++
		}
		n, first, last := chart.Stretches(points), readings[0].at, readings[len(readings)-1].at
		kept := map[[2]int64]bool{}
		for _, p := range thinned {
			kept[[2]int64{int64(chart.Stretch(p.at, first, last, n)), p.value}] = true
		}
		least, greatest := map[int]int64{}, map[int]int64{}
		for _, p := range readings {
			at := chart.Stretch(p.at, first, last, n)
			if v, seen := least[at]; !seen || p.value < v {
				least[at] = p.value
			}
			if v, seen := greatest[at]; !seen || p.value > v {
				greatest[at] = p.value
			}
		}
		for at := range least {
			if !kept[[2]int64{int64(at), least[at]}] || !kept[[2]int64{int64(at), greatest[at]}] {
				t.Fatalf("stretch %d lost an extreme", at)
			}
		}
	})
}

// TestThinDividesByTime: a spike among many readings of one hour stays, and so does the one quiet reading of a month.
func TestThinDividesByTime(t *testing.T) {
	var readings []point
	for i := range int64(1000) {
		readings = append(readings, point{at: i, value: 80})
	}
	readings[500].value = 300
	readings = append(readings, point{at: 1_000_000, value: 20}, point{at: 2_000_000, value: 80})
	var values []int64
	for _, p := range thin(readings, 10) {
		values = append(values, p.value)
	}
	if !slices.Equal(values, []int64{80, 300, 20, 80}) {
		t.Errorf("%v", values)
	}
}

// TestThinKeepsWhatItMust: whatever else is thinned out, every point that has to be kept is there, in order and once, and
// the others are those that would be there without it.
func TestThinKeepsWhatItMust(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		readings, points := series.Draw(t, "series"), rapid.IntRange(chart.LeastPoints, 60).Draw(t, "points")
		every := rapid.IntRange(1, 50).Draw(t, "every")
		must := func(p point) bool { return p.number%every == 0 }
		plain, got := thin(readings, points), thinKeeping(readings, points, must)
		var want []point
		for _, p := range readings {
			if must(p) || slices.Contains(plain, p) {
				want = append(want, p)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%d of %d points, want %d", len(got), len(readings), len(want))
		}
	})
}
