package care

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// ErrDay: a day is written YYYY-MM-DD and stands in the calendar.
var ErrDay = errors.New("care: not a day of the calendar")

// slotMinutes says where the slots lie in a usual day, in minutes after midnight. It is used only to tell on which
// side of the start or end of an episode a dose lies, and to list doses in the order of the day; chosen for this
// project, not an instruction when to give a dose.
var slotMinutes = func() map[string]int {
	at := map[string]int{SlotWakeUp: 6 * 60, SlotBedtime: 21 * 60}
	after := [6]int{1: -30, -5, 25, 30, 150} // the slots of a meal, from its start
	for _, m := range []struct {
		slots meal
		start int
	}{{breakfast, 7*60 + 30}, {lunch, 12 * 60}, {dinner, 18 * 60}} {
		for n := 1; n < len(m.slots); n++ {
			at[m.slots[n]] = m.start + after[n]
		}
	}
	return at
}()

// minutesPerDay is where a slot that this build does not know is listed: after all others.
const minutesPerDay = 24 * minutesPerHour

// slotMinute returns where a slot lies, in minutes after midnight; false for one that this build does not know.
func slotMinute(slot string) (int, bool) {
	if m, ok := slotMinutes[slot]; ok {
		return m, true
	}
	hour, isHour := strings.CutPrefix(slot, "hour-")
	n, err := strconv.Atoi(hour)
	if !isHour || len(hour) != 2 || err != nil || n < 0 || n >= 24 {
		return minutesPerDay, false
	}
	return n * minutesPerHour, true
}

// day is one calendar day in the patient's zone.
type day struct {
	text  string
	start time.Time
	end   time.Time // the last moment: the start of the next day is no part of it
}

func dayOf(text string, zone *time.Location) (day, error) {
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return day{}, ErrDay
	}
	next := time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, zone)
	return day{text, t, next.Add(-time.Nanosecond)}, nil
}

func (d day) holds(t time.Time) bool { return !t.Before(d.start) && !t.After(d.end) }

// span returns the moment of a slot twice, or the whole day for a slot whose place in it is not known.
func (d day) span(slot string) (from, to time.Time) {
	m, ok := slotMinute(slot)
	if !ok {
		return d.start, d.end
	}
	y, month, n := d.start.Date()
	at := time.Date(y, month, n, 0, m, 0, 0, d.start.Location())
	return at, at
}
