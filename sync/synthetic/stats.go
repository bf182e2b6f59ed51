package synthetic

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/care"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Stats are counts of a whole world.
type Stats struct {
	Days, Charts, People, Devices int
	Writes, Changes, Retractions  int
	// Kinds counts new records by the name of their kind, Courses people by what happened to them.
	Kinds   map[string]int
	Courses map[Kind]int
}

// Stats goes through the world and counts.
func (w *World) Stats() Stats {
	s := Stats{
		Days: w.days, Charts: len(w.charts), People: len(w.directory.People), Devices: len(w.directory.Devices),
		Kinds: map[string]int{}, Courses: map[Kind]int{},
	}
	for _, one := range w.Courses() {
		s.Courses[one.Kind]++
	}
	for write := range w.Writes() {
		s.Writes++
		switch write.Operation {
		case syncv1.Operation_OPERATION_PATCH:
			s.Changes++
		case syncv1.Operation_OPERATION_RETRACT:
			s.Retractions++
		default:
			if kind, ok := care.KindOf(write.Record.GetBody()); ok {
				s.Kinds[kind.Name]++
			}
		}
	}
	return s
}

// Print writes the counts, one on a line, always in the same order.
func (s Stats) Print(out io.Writer) error {
	lines := []string{
		fmt.Sprintf("%d days, %d charts, %d people, %d devices", s.Days, s.Charts, s.People, s.Devices),
		fmt.Sprintf("%d writes, of them %d changes and %d retractions", s.Writes, s.Changes, s.Retractions),
	}
	for _, name := range slices.Sorted(maps.Keys(s.Kinds)) {
		lines = append(lines, fmt.Sprintf("%8d %s", s.Kinds[name], name))
	}
	for _, kind := range slices.Sorted(maps.Keys(s.Courses)) {
		lines = append(lines, fmt.Sprintf("%8d %s", s.Courses[kind], kind))
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}
