// Package sheet writes a chart as a file: for people (HTML that can be read and printed anywhere) and for programs (JSON,
// and JSON by lines).
//
// It promises that nothing is left out of what it is given, that every text is escaped, and that a file refers to nothing
// outside itself. It never decides who may see what: it is given what may be in the file.
package sheet

import (
	"io"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/sync/care"
)

// About says what the file is of.
type About struct {
	// Chart is the chart's id, Patient the name as the directory has it.
	Chart, Patient string
	// At is when the file was written, By who asked for it.
	At time.Time
	By *carev1.Actor
	// ForFamily: what the patient was not told is left out.
	ForFamily bool
	// From and Until bound the timeline; nil is no bound.
	From, Until *timestamppb.Timestamp
	// Latest are the newest vital signs that stand, newest first. They come again in the timeline.
	Latest []*chartv1.TimelineItem
	// Conflicts is how many records have values that wait for a decision, Held how many entries the server holds for the
	// chart: those are not in the file.
	Conflicts, Held Count
}

// Count is a number of things; with More, there are at least so many.
type Count struct {
	N    int
	More bool
}

// Writer writes one file: Begin, the standing records, Timeline, the records of the timeline newest first, then Changed
// and the records that changed while the file was written, if there are any, End. A record that comes again is a newer
// version of itself.
type Writer interface {
	MediaType() string
	// WantsHistory tells whether Record is to be given every version.
	WantsHistory() bool
	Begin() error
	Timeline() error
	Changed() error
	Record(item *chartv1.TimelineItem, class carev1.StreamClass, history []*chartv1.HistoryItem) error
	End() error
}

// order in which kinds of standing records stand in a file: what an emergency crew looks for comes first.
var order = []string{
	"patient_profile", "allergy", "advance_directive", "condition", "instruction", "temporary_instruction", "medication_order", "alert_threshold", "episode",
	"task",
}

// Order is the place of a standing record's kind in the file.
func Order(item *chartv1.TimelineItem) int {
	kind, ok := care.KindOf(item.GetRecord().GetBody())
	for i, name := range order {
		if ok && kind.Name == name {
			return i
		}
	}
	return len(order)
}

// zone in which a file for people shows times, and the name of the zone that is meant where a record names none.
var zone = time.FixedZone("JST", 9*60*60)

const homeZone = "Asia/Tokyo"

// printer writes texts and keeps the first error.
type printer struct {
	out io.Writer
	err error
}

func (p *printer) text(parts ...string) {
	for _, part := range parts {
		if p.err == nil {
			_, p.err = io.WriteString(p.out, part)
		}
	}
}
