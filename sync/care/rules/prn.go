package rules

import (
	"encoding/hex"
	"fmt"
	"time"
)

// A maximum in a day counts over any 24 hours, or by calendar day if the order says so; the sentence names both.
const rolling = 24 * time.Hour

// judgePrn finds a dose given when needed that came sooner than its order allows, or above the order's most in a day or
// most days in a row. Exactly at the interval is allowed.
func judgePrn(v *View, cause Seen) []Finding {
	d, ok := v.doseOf(cause)
	p := d.prn()
	if !ok || p == nil {
		return nil
	}
	var all []Finding
	if f, found := v.tooSoon(d, int(p.GetMinIntervalMinutes())); found {
		all = append(all, f)
	}
	if f, found := v.tooMany(d, int(p.GetMaxPerDay()), p.GetPerCalendarDay()); found {
		all = append(all, f)
	}
	if f, found := v.tooManyDays(d, int(p.GetMaxConsecutiveDays())); found {
		all = append(all, f)
	}
	return all
}

// of returns the doses of one order in a time, latest first.
func (v *View) of(order []byte, from, until time.Time) []dose {
	var all []dose
	for _, d := range v.doses(from, until) {
		if string(d.log.GetOrderId()) == string(order) {
			all = append(all, d)
		}
	}
	return all
}

// tooSoon looks at the doses that lie nearer than the interval, of which the nearest is named. With each dose in 24 hours it
// is worse, so that the next one that comes too soon is told too.
func (v *View) tooSoon(d dose, minutes int) (Finding, bool) {
	interval := time.Duration(minutes) * time.Minute
	evidence, least := []Seen{d.Seen}, interval
	for _, other := range v.of(d.log.GetOrderId(), d.at().Add(-interval), d.at().Add(interval)) {
		if apart := d.at().Sub(other.at()).Abs(); !d.same(other) && apart < interval {
			evidence, least = append(evidence, other.Seen), min(least, apart)
		}
	}
	if len(evidence) < 2 {
		return Finding{}, false
	}
	return Finding{
		Severity: d.severity(), Evidence: limit(evidence), Observed: d.at(), Topic: "prn-interval/" + short(d.log.GetOrderId()),
		Rank: len(v.of(d.log.GetOrderId(), d.at().Add(time.Nanosecond-rolling), d.at())),
		Ja:   fmt.Sprintf("頓用 %s：%d分後に再び与薬（指示は%d分以上あける）。", d.name(), int(least.Minutes()), minutes),
		En:   fmt.Sprintf("%s, when needed: given again after %s, the order asks for %d.", d.name(), many(int(least.Minutes()), "minute"), minutes),
	}, true
}

// tooMany counts the doses of the 24 hours that end with one, or of its calendar day.
func (v *View) tooMany(d dose, most int, byDay bool) (Finding, bool) {
	if most == 0 {
		return Finding{}, false
	}
	last24, today := 0, 0
	var evidence []Seen
	for _, other := range v.of(d.log.GetOrderId(), d.at().Add(-rolling), d.at().Add(rolling)) {
		within := d.at().Sub(other.at())
		sameDay := v.day(other.at()) == v.day(d.at())
		if within >= 0 && within < rolling {
			last24++
		}
		if sameDay {
			today++
		}
		if byDay && sameDay || !byDay && within >= 0 && within < rolling {
			evidence = append(evidence, other.Seen)
		}
	}
	if byDay && today <= most || !byDay && last24 <= most {
		return Finding{}, false
	}
	return Finding{
		Severity: d.severity(), Evidence: limit(evidence), Observed: d.at(), Rank: len(evidence), Topic: "prn-most/" + short(d.log.GetOrderId()),
		Ja: fmt.Sprintf("頓用 %s：24時間で%d回、暦日で%d回（指示は1日%d回まで）。", d.name(), last24, today, most),
		En: fmt.Sprintf("%s, when needed: %d in 24 hours and %d on the calendar day, the order allows %d a day.", d.name(), last24, today, most),
	}, true
}

// tooManyDays counts the days in a row that end with the dose's.
func (v *View) tooManyDays(d dose, most int) (Finding, bool) {
	if most == 0 {
		return Finding{}, false
	}
	on := map[int]Seen{}
	for _, other := range v.of(d.log.GetOrderId(), v.From, d.at()) {
		on[v.day(other.at())] = other.Seen
	}
	last := v.day(d.at())
	var evidence []Seen
	for n := 0; n <= most; n++ {
		s, given := on[last-n]
		if !given {
			return Finding{}, false
		}
		if len(evidence) < maxEvidence {
			evidence = append(evidence, s)
		}
	}
	return Finding{
		Severity: Notice, Evidence: evidence, Observed: d.at(), Topic: "prn-days/" + short(d.log.GetOrderId()),
		Ja: fmt.Sprintf("頓用 %s：%d日を超えて毎日使われています。", d.name(), most),
		En: fmt.Sprintf("%s, when needed: used every day for more than %s.", d.name(), many(most, "day")),
	}, true
}

// short is an id for a topic: its last six bytes, which are random in a UUIDv7.
func short(id []byte) string { return hex.EncodeToString(id[max(0, len(id)-6):]) }
