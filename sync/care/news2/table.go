package news2

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// band is one row of a parameter's column in Chart 1: readings up to and including upTo score points. The rows of a
// column stand in rising order, and the last one has no upper end.
type band struct {
	upTo   int64
	points int
}

// unbounded is above every reading that the contract takes.
const unbounded = 1 << 30

// Chart 1 of the publication. Temperature is in tenths of a degree Celsius, everything else in the chart's own unit.
var (
	respirationBands  = []band{{8, 3}, {11, 1}, {20, 0}, {24, 2}, {unbounded, 3}}
	saturation1Bands  = []band{{91, 3}, {93, 2}, {95, 1}, {unbounded, 0}}
	saturation2Air    = []band{{83, 3}, {85, 2}, {87, 1}, {unbounded, 0}}
	saturation2Oxygen = []band{{83, 3}, {85, 2}, {87, 1}, {92, 0}, {94, 1}, {96, 2}, {unbounded, 3}}
	systolicBands     = []band{{90, 3}, {100, 2}, {110, 1}, {219, 0}, {unbounded, 3}}
	pulseBands        = []band{{40, 3}, {50, 1}, {90, 0}, {110, 1}, {130, 2}, {unbounded, 3}}
	temperatureBands  = []band{{350, 3}, {360, 1}, {380, 0}, {390, 1}, {unbounded, 2}}
)

// oxygenPoints is what any supplemental oxygen adds, home oxygen too.
const oxygenPoints = 2

// consciousnessPoints: new confusion, and everything below alert, is 3.
func consciousnessPoints(c carev1.Consciousness) int {
	if c == carev1.Consciousness_CONSCIOUSNESS_ALERT {
		return 0
	}
	return 3
}

func points(column []band, reading int64) int {
	for _, b := range column {
		if reading <= b.upTo {
			return b.points
		}
	}
	return column[len(column)-1].points
}
