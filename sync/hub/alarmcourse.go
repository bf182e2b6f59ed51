package hub

import (
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// course is what the rules look at together: no rule that a written record sets off looks at another course than its own.
type course int

const (
	vitalCourse course = iota
	doseCourse
	careCourse
	courses = 3
)

// courseOf is the course of a record that rules look at.
func courseOf(r *carev1.Record) course {
	switch r.GetBody().GetKind().(type) {
	case *carev1.Body_VitalSigns:
		return vitalCourse
	case *carev1.Body_MedicationLog:
		return doseCourse
	}
	return careCourse
}

// courseNumbers are the kinds of the courses.
var courseNumbers = map[uint32]course{
	numberOf("vital_signs"): vitalCourse, numberOf("medication_log"): doseCourse, numberOf("daily_care"): careCourse,
}

// course is the one of the record, if its bytes tell.
func (g *glimpse) course() (c course, sure bool) {
	if g.odd || g.seen != 1 {
		return 0, false
	}
	c, sure = courseNumbers[g.kinds[0]]
	return c, sure
}

// share is what a window holds of one course.
type share struct {
	records, bytes int
	cut            bool  // some were left out: all before begins, and of that millisecond any
	begins         int64 // milliseconds since 1970
}

func (s *share) add(size int) { s.records, s.bytes = s.records+1, s.bytes+size }

// full tells whether the window takes no more of the course.
func (s *share) full() bool { return s.records >= maxWindowRecords || s.bytes >= maxWindowBytes }

// closed tells whether it takes nothing from before what it holds: it is full, or gave up its early end.
func (s *share) closed() bool { return s.cut || s.full() }

// over tells whether it holds more than it takes.
func (s *share) over() bool { return s.records > maxWindowRecords || s.bytes > maxWindowBytes }

// leaveOut puts down that nothing before a time is held.
func (s *share) leaveOut(before int64) {
	if !s.cut || before > s.begins {
		s.cut, s.begins = true, before
	}
}

// lacks tells whether what is of a time was left out.
func (s *share) lacks(ms int64) bool { return s.cut && ms < s.begins }

// begins is from when on a window is complete for a course.
func (w *window) begins(c course) int64 {
	if s := w.shares[c]; s.cut && s.begins >= w.from {
		return s.begins + 1
	}
	return w.from
}

// short tells whether there is more of a course than the window has.
func (w *window) short(c course) bool { return w.cut || w.shares[c].closed() }
