package escalation

import (
	"time"
	_ "time/tzdata" // the zones of policies, on machines that have no file of them

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
)

// What counts where a policy says nothing.
const (
	defaultZone   = "Asia/Tokyo"
	defaultDigest = clock(8*60 + 30)
)

// japan is the zone where none is named and where the named one is unknown. It has had no summer time since 1951.
var japan = time.FixedZone(defaultZone, 9*60*60)

// zone returns the zone of a name; false if there is none of that name, and then that of Japan. "Local" is none: where
// the server stands must not decide when somebody sleeps.
func zone(name string) (*time.Location, bool) {
	if name == "" || name == defaultZone {
		return japan, true
	}
	loaded, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return japan, false
	}
	return loaded, true
}

// clock is a time of day in minutes.
type clock int

// readClock reads HH:MM; false for anything else.
func readClock(s string) (clock, bool) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, false
	}
	return clock(t.Hour()*60 + t.Minute()), true
}

// around is how far on both sides of a time of day its zone is looked at: more than the widest offset and day.
const around = 26 * time.Hour

// on returns the moment at which it is this time of the given day in a zone. Of two such moments, as when clocks are set
// back, it is the first one; where there is none, as when clocks are set forward, it is the moment at which they are.
func (c clock) on(year int, month time.Month, day int, in *time.Location) time.Time {
	written := time.Date(year, month, day, 0, int(c), 0, 0, time.UTC)
	_, before := written.Add(-around).In(in).Zone()
	_, after := written.Add(around).In(in).Zone()
	for _, offset := range []int{max(before, after), min(before, after)} { // the larger offset gives the earlier moment
		at := written.Add(-time.Duration(offset) * time.Second).In(in)
		if _, there := at.Zone(); there == offset {
			return at
		}
	}
	start, _ := written.Add(-time.Duration(before) * time.Second).In(in).ZoneBounds()
	return start
}

// quiet are hours in which nobody is disturbed.
type quiet struct {
	from, until clock
	in          *time.Location // nil: no such hours
}

// none are no quiet hours.
var none = quiet{}

// quietOf returns the quiet hours of a policy. Hours that begin when they end, or that cannot be read, are none: it is
// better to disturb somebody than to tell nobody.
func quietOf(p *alertv1.Policy) quiet {
	from, ok := readClock(p.GetQuiet().GetFrom())
	until, fine := readClock(p.GetQuiet().GetUntil())
	if !ok || !fine || from == until {
		return none
	}
	in, _ := zone(p.GetZone())
	return quiet{from, until, in}
}

// end returns when the quiet hours end that hold at a moment; false if none do.
func (q quiet) end(at time.Time) (time.Time, bool) {
	if q.in == nil {
		return time.Time{}, false
	}
	year, month, day := at.In(q.in).Date()
	for begun := day - 1; begun <= day; begun++ {
		last := begun
		if q.until < q.from {
			last++
		}
		from, until := q.from.on(year, month, begun, q.in), q.until.on(year, month, last, q.in)
		if !at.Before(from) && at.Before(until) {
			return until, true
		}
	}
	return time.Time{}, false
}

// putOff returns the moment itself, or the end of the quiet hours that hold then. Both are milliseconds since 1970 UTC.
func (q quiet) putOff(ms int64) int64 {
	if end, holds := q.end(time.UnixMilli(ms)); holds {
		return end.UnixMilli()
	}
	return ms
}

// DigestAt returns when the notices that are there now are told: at the policy's time of day, the first that comes after
// now.
func DigestAt(p *alertv1.Policy, now time.Time) time.Time {
	at, ok := readClock(p.GetDigestAt())
	if !ok {
		at = defaultDigest
	}
	in, _ := zone(p.GetZone())
	year, month, day := now.In(in).Date()
	next := at.on(year, month, day, in)
	for ; !next.After(now); day++ {
		next = at.on(year, month, day+1, in)
	}
	return next
}
