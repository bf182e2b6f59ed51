package care

import "time"

// SlotAt returns when a slot of a day, YYYY-MM-DD, lies in a usual day of the zone; false for a slot that this build does
// not know. It is for telling that a dose is late, never when to give one. The error is ErrDay.
func SlotAt(dayText, slot string, zone *time.Location) (at time.Time, known bool, err error) {
	d, err := dayOf(dayText, zone)
	if err != nil {
		return time.Time{}, false, err
	}
	if _, known = slotMinute(slot); !known {
		return time.Time{}, false, nil
	}
	at, _ = d.span(slot)
	return at, true, nil
}
