package rules

import (
	"fmt"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Days without stool: three are watched, five are reported.
const (
	stoolWatch  = 3 * 24 * time.Hour
	stoolReport = 5 * 24 * time.Hour
	stoolHabit  = 3                   // records of stool, of any kind, in the days before
	stoolMost   = 30 * 24 * time.Hour // who wrote nothing of stool for so long has no such habit any more
)

// stoolTopic is that of days without stool.
const stoolTopic = "no-stool"

// bowels is what a chart says of somebody's stool.
type bowels struct {
	last    Seen // the last stool that there was; none in the view: no record
	oldest  Seen // the oldest record of any kind
	written int  // how many records of any kind
}

func (v *View) bowels(now time.Time) (b bowels) {
	for s := range v.between(v.From, now) {
		stool := s.Record.GetBody().GetDailyCare().GetStool()
		if stool == nil {
			continue
		}
		b.written, b.oldest = b.written+1, s
		if b.last.Record == nil && stool.GetAmount() > carev1.StoolAmount_STOOL_AMOUNT_NONE {
			b.last = s
		}
	}
	return b
}

// noStool looks at those of whom stool is written down, and counts from the last one there was. Where every record says
// that there was none, it counts from the oldest of them, and says that it is at least so long. What was told before goes
// on, though the records that it rested on have left the view: the worst course is the one with the fewest records.
func noStool(v *View, now time.Time) []Finding {
	b := v.bowels(now)
	told, since := v.stoolTold(now)
	goesOn := told.Record != nil && (b.last.Record == nil || told.at().After(b.last.at()))
	if b.written < stoolHabit && !goesOn {
		return nil
	}
	evidence, from, atLeast := b.last, time.Time{}, false
	switch {
	case b.last.Record != nil:
		from = b.last.at()
	case b.written > 0:
		evidence, from, atLeast = b.oldest, b.oldest.at(), true
	default:
		evidence, from, atLeast = told, since, true
	}
	if goesOn && since.Before(from) && b.last.Record == nil {
		from = since
	}
	return stoolFinding(evidence, now.Sub(from), atLeast)
}

// stoolTold returns the last alert on days without stool before a time, and since when there was none by what it said.
func (v *View) stoolTold(now time.Time) (last Seen, since time.Time) {
	for _, all := range [][]Seen{v.Alerts, v.Recent} {
		for _, s := range all {
			a := s.Record.GetBody().GetAlert()
			if a.GetTopic() != stoolTopic || !stands(s.Record) || a.GetAmendment().GetVoid() || !s.at().Before(now) {
				continue
			}
			if last.Record == nil || s.at().After(last.at()) {
				last = s
			}
		}
	}
	rank := last.Record.GetBody().GetAlert().GetRank()
	if now := last.Record.GetBody().GetAlert().GetAmendment(); now != nil {
		rank = now.GetRank()
	}
	return last, last.at().Add(-time.Duration(rank) * 24 * time.Hour)
}

func stoolFinding(evidence Seen, without time.Duration, atLeast bool) []Finding {
	if without < stoolWatch || without >= stoolMost {
		return nil
	}
	f := Finding{Severity: Notice, Evidence: []Seen{evidence}, Topic: stoolTopic, Rank: int(without / (24 * time.Hour))}
	if without >= stoolReport {
		f.Severity = Urgent
	}
	ja, en := "", ""
	if atLeast {
		ja, en = "少なくとも", "at least "
	}
	f.Ja = fmt.Sprintf("%s%d日間、排便の記録がありません。", ja, f.Rank)
	f.En = fmt.Sprintf("No stool has been recorded for %s%s.", en, many(f.Rank, "day"))
	return []Finding{f}
}
