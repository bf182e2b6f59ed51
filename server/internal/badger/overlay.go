package badger

import (
	"bytes"
	"slices"
)

// overlay holds writes that are not committed yet, readable by key and in order. A closure has one; when it succeeds,
// its overlay is laid onto that of the commit, and when it fails it is forgotten with everything in it.
type overlay struct {
	groups map[group]*writes
	arena  []byte
	bytes  int // keys and values, and what the driver adds to each
	count  int // keys
}

// writes are those of one group.
type writes struct {
	values map[string][]byte
	order  []string // the suffixes, sorted if inOrder
	sorted bool
}

// perWrite is what the driver counts for a write beside its key and value, rounded up.
const perWrite = 16

// arenaBytes is how much an overlay allocates at once for the values it copies.
const arenaBytes = 32 << 10

func newOverlay() *overlay { return &overlay{groups: map[group]*writes{}} }

// get returns a value; false if the overlay has none under the key.
func (o *overlay) get(g group, suffix []byte) ([]byte, bool) {
	w := o.groups[g]
	if w == nil {
		return nil, false
	}
	value, ok := w.values[string(suffix)]
	return value, ok
}

// put stores a copy of the value.
func (o *overlay) put(g group, suffix, value []byte) {
	w := o.groups[g]
	if w == nil {
		w = &writes{values: map[string][]byte{}, sorted: true}
		o.groups[g] = w
	}
	o.set(w, string(suffix), o.copy(value))
}

func (o *overlay) set(w *writes, suffix string, value []byte) {
	if old, ok := w.values[suffix]; ok {
		o.bytes += len(value) - len(old)
	} else {
		w.sorted = w.sorted && (len(w.order) == 0 || w.order[len(w.order)-1] < suffix)
		w.order = append(w.order, suffix)
		o.bytes += groupBytes + len(suffix) + len(value) + perWrite
		o.count++
	}
	w.values[suffix] = value
}

// copy returns a copy that is never nil: an empty value is a value.
func (o *overlay) copy(value []byte) []byte {
	if len(value) > arenaBytes/4 {
		return bytes.Clone(value)
	}
	if o.arena == nil || len(o.arena)+len(value) > cap(o.arena) {
		o.arena = make([]byte, 0, arenaBytes)
	}
	start := len(o.arena)
	o.arena = append(o.arena, value...)
	return o.arena[start:len(o.arena):len(o.arena)]
}

// lay puts everything of another overlay onto this one. The other must not be used any more.
func (o *overlay) lay(other *overlay) {
	for g, from := range other.groups {
		to := o.groups[g]
		if to == nil {
			o.groups[g] = from
			for suffix, value := range from.values {
				o.bytes += groupBytes + len(suffix) + len(value) + perWrite
			}
			o.count += len(from.values)
			continue
		}
		for _, suffix := range from.order {
			o.set(to, suffix, from.values[suffix])
		}
	}
}

// from returns the suffixes of a group that are not below the given one, in order. A later write may sort them anew,
// so whoever keeps them has to copy them.
func (o *overlay) from(g group, suffix []byte) []string {
	w := o.groups[g]
	if w == nil {
		return nil
	}
	if !w.sorted {
		slices.Sort(w.order)
		w.sorted = true
	}
	at, _ := slices.BinarySearch(w.order, string(suffix))
	return w.order[at:]
}
