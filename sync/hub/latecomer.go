package hub

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Bounds of what is judged again when a record comes late.
const (
	// maxJudgedAgain is how many of the records after it that are of one course with it, the next ones by time, and beyond
	// them the newest one; and how many doses of other orders.
	maxJudgedAgain = 16
	// maxAgainReads is how many places of the timeline a transaction may have read by then of what lies ahead: half of all,
	// so that what comes late does not take the view from what is written.
	maxAgainReads = 6_000
	// maxAgainWork is how many records, over all views, a transaction may look at to judge others again. From then on it
	// judges fewer again: the next one of each sort, and the newest. A flood in one request must not hold up the others.
	maxAgainWork = 500_000
	// maxAhead is how many records after a late one are gone through for those that may rest on it.
	maxAhead = 1_000
	// doseBeside is how far apart two doses of different orders may be that are one too many.
	doseBeside = 8 * time.Hour
)

// found is one thing that a rule found, in the view that shows it.
type found struct {
	rules.Finding
	view *rules.View
	// again: in a record that was judged before, and that rests on the one that came now.
	again bool
}

// findings returns what the rules find in a record that was written, and in those after it in time that stand in the log
// already and of which a rule speaks only with this one: a course does not hang on the order in which tablets find a
// network. Findings of one rule about one matter stand together, the worst one first.
func (a *alarms) findings(cause rules.Seen) (matters [][]found, err error) {
	own, view, err := a.judge(cause)
	if err != nil {
		return nil, err
	}
	for _, f := range own {
		matters = append(matters, []found{{Finding: f, view: view}})
	}
	later, err := a.later(cause)
	if err != nil {
		return nil, err
	}
	for _, s := range later {
		more, view, err := a.judge(s)
		if err != nil {
			return nil, err
		}
		view.Seq = cause.Seq // the newest that it holds
		a.again += len(view.Recent)
		for _, f := range more {
			if restsOnRecord(f, cause.Record.GetId()) {
				matters = withMatter(matters, found{f, view, true})
			}
		}
	}
	for _, all := range matters {
		slices.SortStableFunc(all, func(a, b found) int {
			return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Rank, a.Rank))
		})
	}
	return matters, nil
}

func restsOnRecord(f rules.Finding, id []byte) bool {
	return slices.ContainsFunc(f.Evidence, func(s rules.Seen) bool { return bytes.Equal(s.Record.GetId(), id) })
}

func withMatter(matters [][]found, f found) [][]found {
	for i, all := range matters {
		if all[0].Rule == f.Rule && all[0].Topic == f.Topic {
			matters[i] = append(all, f)
			return matters
		}
	}
	return append(matters, []found{f})
}

// later returns the records after one that are judged again, the earliest first.
func (a *alarms) later(cause rules.Seen) (all []rules.Seen, err error) {
	reach := rules.ForwardOf(a.alone(cause), cause)
	if reach == 0 || a.ahead.reads >= maxAgainReads {
		return nil, nil
	}
	from, until := effective(cause).UnixMilli(), effective(cause).Add(reach).UnixMilli()
	if _, err := a.cover(&a.ahead, courseOf(cause.Record), from, until, maxWindowReads); err != nil {
		return nil, err
	}
	near := a.ahead.between(from, until) // latest first
	most := maxJudgedAgain
	if a.again >= maxAgainWork {
		most = 1
	}
	course, beside := pick{most: most}, pick{most: most}
	for i := range min(len(near), maxAhead) {
		s := near[len(near)-1-i]
		if might, err := a.might(s.Record); err != nil || !might {
			if err != nil {
				return nil, err
			}
			continue
		}
		switch {
		case ofOneCourse(s.Record, cause.Record):
			course.take(s)
		case givenBeside(s, cause):
			beside.take(s)
		}
	}
	all = append(append(course.next, course.newest...), beside.next...)
	slices.SortStableFunc(all, func(a, b rules.Seen) int { return effective(a).Compare(effective(b)) })
	return all, nil
}

// pick takes the first records that it is given, and the last one.
type pick struct {
	most         int // of the first
	next, newest []rules.Seen
}

func (p *pick) take(s rules.Seen) {
	if len(p.next) < p.most {
		p.next = append(p.next, s)
	} else {
		p.newest = []rules.Seen{s}
	}
}

// ofOneCourse tells whether a record may go on with what another one says: readings, meals, doses of one order.
func ofOneCourse(r, on *carev1.Record) bool {
	if sameID(r.GetId(), on.GetId()) {
		return false
	}
	switch body := on.GetBody().GetKind().(type) {
	case *carev1.Body_VitalSigns:
		return r.GetBody().GetVitalSigns() != nil
	case *carev1.Body_MedicationLog:
		order := r.GetBody().GetMedicationLog().GetOrderId()
		return len(order) > 0 && bytes.Equal(order, body.MedicationLog.GetOrderId())
	case *carev1.Body_DailyCare:
		return r.GetBody().GetDailyCare() != nil
	}
	return false
}

// givenBeside tells whether a dose is near one of another order: the rules speak of some of them from one side only.
func givenBeside(s, on rules.Seen) bool {
	return s.Record.GetBody().GetMedicationLog() != nil && on.Record.GetBody().GetMedicationLog() != nil &&
		!sameID(s.Record.GetId(), on.Record.GetId()) && effective(s).Sub(effective(on)) <= doseBeside
}

// cameLate is from when on the words say how long a record took to arrive.
const cameLate = time.Hour

// sayLate adds to a finding in an earlier record that something from before it came only now.
func (f found) sayLate(n news) rules.Finding {
	late, told := n.arrived.Sub(effective(n.cause)), f.Finding
	switch {
	case n.amends:
		told.Ja, told.En = told.Ja+"（前の記録が訂正された）", told.En+" An earlier record was amended."
	case late < cameLate:
		told.Ja, told.En = told.Ja+"（前の記録をあとから受信）", told.En+" An earlier record arrived after it."
	case late < 48*time.Hour:
		told.Ja += fmt.Sprintf("（%d時間前の記録をいま受信）", int(late.Hours()))
		told.En += fmt.Sprintf(" A record from %d h ago arrived only now.", int(late.Hours()))
	default:
		days := int(late.Hours()) / 24
		told.Ja += fmt.Sprintf("（%d日前の記録をいま受信）", days)
		told.En += fmt.Sprintf(" A record from %d days ago arrived only now.", days)
	}
	return told
}
