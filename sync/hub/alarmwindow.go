package hub

import (
	"slices"
	"sort"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Bounds of the window that the rules look at. Where a chart has more, the view of a rule begins later, and its alert says
// so.
const (
	// maxWindowRecords and maxWindowBytes bound what a window keeps of each course, so that a flood of one hides nothing of
	// another: fifteen days of more than 130 records each.
	maxWindowRecords = 2_000
	maxWindowBytes   = 2 << 20
	// maxWindowReads bounds the places of the timeline that one transaction goes through for a window.
	maxWindowReads = 12_000
	// windowStep is how many of them are read at first, until it is known how far back a rule has to look; then twice as
	// many, and so on, until they have doubled so often.
	windowStep      = 8
	windowDoublings = 7
	// windowGap is the longest time that is read to join two windows; beyond it the later one takes the place of the other.
	windowGap = 7 * 24 * time.Hour
)

// window is what a transaction knows of the records of the months: all that a rule looks at between two times.
type window struct {
	loaded      bool
	from, until int64          // milliseconds since 1970, both included
	next        store.Place    // all places from here on were not read yet
	seen        []rules.Seen   // latest first, by time and then by number in the log
	shares      [courses]share // of each course
	reads       int            // places of the timeline that were gone through for it
	cut         bool           // there is more before it than a transaction reads
}

// holds tells whether something of a time and a course was read.
func (w *window) holds(c course, ms int64) bool {
	return w.loaded && ms <= w.until && ms >= w.next.EffectiveMs && !w.shares[c].lacks(ms)
}

// cover reads what a window lacks of a time; of what lies before it at most so many places, and it answers whether that
// was all. What is more of the course than a window holds is left out at its early end, and that is all then.
func (a *alarms) cover(w *window, c course, from, until int64, places int) (whole bool, err error) {
	gap := windowGap.Milliseconds()
	if !w.loaded || until < w.from-gap || until < w.from && w.cut || from > w.until+gap || w.shares[c].lacks(until) {
		*w = newWindow(until, w.reads)
	}
	if until > w.until {
		later := newWindow(until, w.reads)
		if err := a.scan(&later, c, w.until+1, maxWindowReads); err != nil {
			return false, err
		}
		if w.reads = later.reads; later.from > w.until+1 { // what lies before the gap is not looked at
			*w = later
		} else {
			w.follow(later)
		}
	}
	if from < w.from && !w.cut {
		if err := a.scan(w, c, from, places); err != nil {
			return false, err
		}
	}
	return w.from <= from || w.cut || w.shares[c].closed(), nil
}

// newWindow is one that ends at a time and holds nothing yet, after so many reads.
func newWindow(until int64, reads int) window {
	return window{loaded: true, from: until + 1, until: until, next: store.Place{EffectiveMs: until + 1}, reads: reads}
}

// follow puts a window that begins where this one ends at its end.
func (w *window) follow(later window) {
	for c := range course(courses) {
		if later.shares[c].cut { // it leaves a gap
			w.leaveOut(c, later.shares[c].begins, maxWindowRecords)
		}
	}
	w.seen, w.until = append(later.seen, w.seen...), later.until
	for c := range course(courses) {
		w.shares[c].records += later.shares[c].records
		w.shares[c].bytes += later.shares[c].bytes
		if w.shares[c].over() {
			w.forgetEarliest(c)
		}
	}
}

// scan reads on from where a window begins, back to a time or for so many places.
func (a *alarms) scan(w *window, c course, from int64, places int) error {
	begins := from
	var buffer []byte
	err := a.tx.Timeline(a.stream, w.next, func(p store.Place) error {
		if p.EffectiveMs < from {
			return store.ErrStop
		}
		if w.cut = w.reads >= maxWindowReads; w.cut || places == 0 || w.shares[c].closed() {
			begins = p.EffectiveMs + 1
			return store.ErrStop
		}
		places, w.next = places-1, p
		w.reads++
		raw, err := a.tx.Entry(a.stream, p.Seq)
		if err != nil {
			return err
		}
		_, parts, err := ledger.Skim(raw)
		if err != nil {
			return store.ErrDamaged
		}
		buffer = parts.AppendTo(buffer[:0])
		g := glimpseOf(buffer)
		if !g.mayBeOf(concerned) {
			return nil
		}
		if of, sure := g.course(); sure && w.shares[of].closed() {
			w.shares[of].leaveOut(p.EffectiveMs)
			return nil
		}
		if old, err := a.tx.Superseded(a.stream, p.Seq); err != nil || old {
			return err
		}
		rec := &carev1.Record{}
		if proto.Unmarshal(buffer, rec) != nil {
			return store.ErrDamaged
		}
		if rules.Concerns(rec.GetBody()) && !w.shares[courseOf(rec)].closed() {
			w.add(rules.Seen{Record: rec, Seq: p.Seq}, len(buffer))
		}
		return nil
	})
	if w.from = begins; begins == from {
		w.next = store.Place{EffectiveMs: from}
	}
	return err
}

// concerned are the kinds that rules look at when they are written.
var concerned = func() map[uint32]bool {
	kinds := map[uint32]bool{}
	for _, k := range care.Kinds() {
		if rules.Concerns(care.NewBody(k)) {
			kinds[k.Number] = true
		}
	}
	return kinds
}()

// add puts a record at the end, which is before all others in time.
func (w *window) add(s rules.Seen, size int) {
	w.seen = append(w.seen, s)
	w.shares[courseOf(s.Record)].add(size)
}

// put takes up a version that was written, in the place of the one before it.
func (w *window) put(s rules.Seen, replaces bool) {
	if !w.loaded {
		return
	}
	ms, c := effective(s).UnixMilli(), courseOf(s.Record)
	if replaces {
		w.drop(s.Record.GetId())
	}
	if ms > w.until || ms < w.next.EffectiveMs || ms == w.next.EffectiveMs && s.Seq < w.next.Seq || w.shares[c].lacks(ms) {
		return
	}
	if w.shares[c].full() {
		w.forgetEarliest(c)
	}
	at := sort.Search(len(w.seen), func(i int) bool { return effective(w.seen[i]).UnixMilli() <= ms })
	w.seen = slices.Insert(w.seen, at, s)
	w.shares[c].add(proto.Size(s.Record))
}

// forgetEarliest makes room by giving up the earlier half of a course.
func (w *window) forgetEarliest(c course) {
	left := w.shares[c].records / 2
	for _, s := range w.seen {
		if courseOf(s.Record) != c {
			continue
		}
		if left--; left < 0 {
			w.leaveOut(c, effective(s).UnixMilli(), w.shares[c].records/2)
			return
		}
	}
}

// leaveOut gives up what is before a time of a course, and keeps at most so many records of it.
func (w *window) leaveOut(c course, before int64, most int) {
	w.shares[c].leaveOut(before)
	w.shares[c].records, w.shares[c].bytes = 0, 0
	kept := make([]rules.Seen, 0, len(w.seen))
	for _, s := range w.seen {
		if courseOf(s.Record) == c {
			if effective(s).UnixMilli() < before || w.shares[c].records >= most {
				continue
			}
			w.shares[c].add(proto.Size(s.Record))
		}
		kept = append(kept, s)
	}
	w.seen = kept
}

func (w *window) drop(id []byte) {
	n := slices.IndexFunc(w.seen, func(s rules.Seen) bool { return string(s.Record.GetId()) == string(id) })
	if n >= 0 {
		c := courseOf(w.seen[n].Record)
		w.shares[c].records--
		w.shares[c].bytes -= proto.Size(w.seen[n].Record)
		w.seen = slices.Delete(w.seen, n, n+1)
	}
}

// between returns the records of a time, both ends included. The slice is the window's.
func (w *window) between(from, until int64) []rules.Seen {
	first := sort.Search(len(w.seen), func(i int) bool { return effective(w.seen[i]).UnixMilli() <= until })
	last := sort.Search(len(w.seen), func(i int) bool { return effective(w.seen[i]).UnixMilli() < from })
	return w.seen[first:max(first, last)]
}
