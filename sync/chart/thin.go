package chart

// LeastPoints is the smallest number that a series can be thinned to: the first, the last, the least and the greatest.
const LeastPoints = 4

// Thin returns at most most of the points, which must be in order of time; at and value read one: its time in
// milliseconds, and its value. A series that has no more than that comes back as it is. Of a longer one the first and
// the last are kept, and of every stretch of equal length in time the first of its least and the first of its greatest;
// so no extreme is lost, and every point is one that was given. Fewer than LeastPoints counts as LeastPoints. Points of
// which keep is true stay too, beyond that number; nil keeps none.
func Thin[P any](points []P, most int, at, value func(P) int64, keep func(P) bool) []P {
	most = max(most, LeastPoints)
	if len(points) <= most {
		return points
	}
	last := len(points) - 1
	stretch := func(i int) int {
		return Stretch(at(points[i]), at(points[0]), at(points[last]), Stretches(most))
	}
	thinned := make([]P, 0, most)
	for from := 0; from <= last; {
		until := from + 1
		for until <= last && stretch(until) == stretch(from) {
			until++
		}
		least, greatest := extremes(from, until, func(i int) int64 { return value(points[i]) })
		for i := from; i < until; i++ {
			if i == 0 || i == last || i == least || i == greatest || keep != nil && keep(points[i]) {
				thinned = append(thinned, points[i])
			}
		}
		from = until
	}
	return thinned
}

// Stretches is how many stretches a series is divided into that is thinned to a number of points: each may leave two,
// beside the first and the last.
func Stretches(most int) int { return (max(most, LeastPoints) - 2) / 2 }

// Stretch returns which of n stretches a time lies in, in a series from first to last.
func Stretch(atMs, firstMs, lastMs int64, n int) int {
	if lastMs <= firstMs {
		return 0
	}
	// In floating point, so that no span of time overflows; both ends are clamped.
	share := float64(atMs-firstMs) / float64(lastMs-firstMs)
	return min(max(int(share*float64(n)), 0), n-1)
}

// extremes returns where the first least and the first greatest value stand between two places.
func extremes(from, until int, value func(int) int64) (least, greatest int) {
	least, greatest = from, from
	for i := from + 1; i < until; i++ {
		if value(i) < value(least) {
			least = i
		}
		if value(i) > value(greatest) {
			greatest = i
		}
	}
	return least, greatest
}
