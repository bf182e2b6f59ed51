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
	// maxWindowRecords and maxWindowBytes bound what one transaction keeps of a stream for the rules: fifteen days of more
	// than 130 records each.
	maxWindowRecords = 2_000
	maxWindowBytes   = 2 << 20
	// maxWindowReads bounds the places of the timeline that one transaction goes through for them.
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
	from, until int64        // milliseconds since 1970, both included
	next        store.Place  // all places from here on were not read yet
	seen        []rules.Seen // latest first, by time and then by number in the log
	bytes       int
	cut         bool // there is more before it than a window holds, or a transaction reads
}

// holds tells whether something of a time was read.
func (w *window) holds(ms int64) bool { return w.loaded && ms <= w.until && ms >= w.next.EffectiveMs }

// full tells whether the window takes no more.
func (w *window) full() bool { return len(w.seen) >= maxWindowRecords || w.bytes >= maxWindowBytes }

// cover reads what the window lacks of a time; of what lies before it at most so many places, and it answers whether that
// was all. What is more than a window holds is left out at its early end, and that is all then.
func (a *alarms) cover(from, until int64, places int) (whole bool, err error) {
	w := &a.window
	gap := windowGap.Milliseconds()
	if !w.loaded || until < w.from-gap || until < w.from && w.cut || from > w.until+gap || until > w.until && w.full() {
		*w = newWindow(until)
	}
	if until > w.until {
		later := newWindow(until)
		if err := a.scan(&later, w.until+1, maxWindowReads); err != nil {
			return false, err
		}
		if later.cut { // what lies before the gap is not looked at
			*w = later
		} else {
			w.seen, w.until, w.bytes = append(later.seen, w.seen...), until, w.bytes+later.bytes
		}
	}
	if from < w.from && !w.cut {
		if err := a.scan(w, from, places); err != nil {
			return false, err
		}
	}
	return w.from <= from || w.cut, nil
}

// newWindow is one that ends at a time and holds nothing yet.
func newWindow(until int64) window {
	return window{loaded: true, from: until + 1, until: until, next: store.Place{EffectiveMs: until + 1}}
}

// scan reads on from where a window begins, back to a time or for so many places.
func (a *alarms) scan(w *window, from int64, places int) error {
	begins := from
	var buffer []byte
	err := a.tx.Timeline(a.stream, w.next, func(p store.Place) error {
		if p.EffectiveMs < from {
			return store.ErrStop
		}
		if w.cut = w.full() || a.reads >= maxWindowReads; w.cut || places == 0 {
			begins = p.EffectiveMs + 1
			return store.ErrStop
		}
		places, w.next = places-1, p
		a.reads++
		raw, err := a.tx.Entry(a.stream, p.Seq)
		if err != nil {
			return err
		}
		_, parts, err := ledger.Skim(raw)
		if err != nil {
			return store.ErrDamaged
		}
		buffer = parts.AppendTo(buffer[:0])
		if g := glimpseOf(buffer); !g.mayBeOf(concerned) {
			return nil
		}
		if old, err := a.tx.Superseded(a.stream, p.Seq); err != nil || old {
			return err
		}
		rec := &carev1.Record{}
		if proto.Unmarshal(buffer, rec) != nil {
			return store.ErrDamaged
		}
		if rules.Concerns(rec.GetBody()) {
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
	w.seen, w.bytes = append(w.seen, s), w.bytes+size
}

// put takes up a version that was written, in the place of the one before it.
func (w *window) put(s rules.Seen, replaces bool) {
	if !w.loaded {
		return
	}
	ms := effective(s).UnixMilli()
	if replaces {
		w.drop(s.Record.GetId())
	}
	if ms > w.until || ms < w.next.EffectiveMs || ms == w.next.EffectiveMs && s.Seq < w.next.Seq {
		return
	}
	if w.full() {
		w.forgetEarliest()
	}
	at := sort.Search(len(w.seen), func(i int) bool { return effective(w.seen[i]).UnixMilli() <= ms })
	w.seen, w.bytes = slices.Insert(w.seen, at, s), w.bytes+proto.Size(s.Record)
}

// forgetEarliest makes room by giving up the earlier half.
func (w *window) forgetEarliest() {
	half := len(w.seen) / 2
	if half == 0 {
		return
	}
	w.from, w.cut = effective(w.seen[half]).UnixMilli()+1, true
	w.next = store.Place{EffectiveMs: w.from}
	w.seen = slices.Clone(w.seen[:half])
	w.bytes = 0
	for _, s := range w.seen {
		w.bytes += proto.Size(s.Record)
	}
}

func (w *window) drop(id []byte) {
	w.seen = slices.DeleteFunc(w.seen, func(s rules.Seen) bool { return string(s.Record.GetId()) == string(id) })
}

// between returns the records of a time, both ends included. The slice is the window's.
func (w *window) between(from, until int64) []rules.Seen {
	first := sort.Search(len(w.seen), func(i int) bool { return effective(w.seen[i]).UnixMilli() <= until })
	last := sort.Search(len(w.seen), func(i int) bool { return effective(w.seen[i]).UnixMilli() < from })
	return w.seen[first:max(first, last)]
}
