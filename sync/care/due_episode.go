package care

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// DueState says what became of something that was to be done on a day.
type DueState int

const (
	// DueOpen: nobody has written anything down yet. Whether it is late is for the reader's clock.
	DueOpen DueState = iota + 1
	// DueUnderWay: a visit that has begun.
	DueUnderWay
	// DueDone: the dose was taken, the visit has ended.
	DueDone
	// DueMissed: written down as not taken or as cancelled.
	DueMissed
	// DueSuspended: it rests, because the patient is elsewhere or the order is on hold.
	DueSuspended
)

// DueTitle names a state of something due, for people.
func DueTitle(s DueState) (ja, en string) {
	if s < 0 || int(s) >= len(dueTitles) {
		s = 0
	}
	return dueTitles[s].ja, dueTitles[s].en
}

var dueTitles = [...]title{
	{"記録を参照", "see record"},
	DueOpen: {"予定", "due"}, DueUnderWay: {"実施中", "under way"}, DueDone: {"実施済み", "done"},
	DueMissed: {"未実施", "not done"}, DueSuspended: {"休止", "suspended"},
}

// stay is an episode as far as it decides what is due.
type stay struct {
	id            []byte
	kind          carev1.EpisodeKind
	start         time.Time
	end           time.Time // zero: it lasts
	doses, visits bool      // what it suspends
}

// staysOf reads the episodes that count, in the order of their start, of what they suspend, and of their id: retracted
// ones, other kinds and those without a start say nothing. An expected end ends nothing: whoever came back was recorded
// with an end.
func staysOf(episodes []*carev1.Record) []stay {
	var all []stay
	for _, r := range episodes {
		e := r.GetBody().GetEpisode()
		start := e.GetPeriod().GetStart()
		if e == nil || !stands(r) || start == nil || !start.IsValid() {
			continue
		}
		s := stay{id: r.GetId(), kind: e.GetKind(), start: start.AsTime(), doses: e.GetSuspendsDoses(), visits: e.GetSuspendsVisits()}
		if end := e.GetPeriod().GetEnd(); end != nil && end.IsValid() {
			s.end = end.AsTime()
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b stay) int {
		return cmp.Or(a.start.Compare(b.start), b.suspended()-a.suspended(), bytes.Compare(a.id, b.id))
	})
	return all
}

// suspended counts what the stay suspends. Of two that begin together the one that suspends less comes last, and counts.
func (s stay) suspended() (n int) {
	for _, is := range []bool{s.doses, s.visits} {
		if is {
			n++
		}
	}
	return n
}

// meets tells whether the stay holds at some moment of [from, to].
func (s stay) meets(from, to time.Time) bool {
	return !to.Before(s.start) && (s.end.IsZero() || from.Before(s.end))
}

// covers tells whether the stay holds during the whole of [from, to].
func (s stay) covers(from, to time.Time) bool {
	return !from.Before(s.start) && (s.end.IsZero() || to.Before(s.end))
}

// dead tells whether a death is recorded that lies at or before t.
func dead(stays []stay, t time.Time) bool {
	return slices.ContainsFunc(stays, func(s stay) bool {
		return s.kind == carev1.EpisodeKind_EPISODE_KIND_DEATH && !t.Before(s.start)
	})
}

// suspension returns the stay by which [from, to] is suspended. Stays lie within each other, and the one that began last
// says where the patient is: who lives in a home and is in hospital takes nothing here, and who spends a night at home
// during a hospital stay does. If the last one holds for a part of the time only, the dose is due: a dose too many on the
// list is asked about, one too few is not.
func suspension(stays []stay, from, to time.Time, suspends func(stay) bool) (found stay, ok bool) {
	for _, s := range stays {
		switch {
		case s.kind == carev1.EpisodeKind_EPISODE_KIND_DEATH || !s.meets(from, to):
		case !suspends(s):
			found, ok = stay{}, false
		case s.covers(from, to):
			found, ok = s, true
		}
	}
	return found, ok
}

// words say why something rests: "入院のため休止".
func (s stay) words() title {
	ja, en := EnumTitle(s.kind)
	return title{ja + "のため休止", "suspended: " + en}
}
