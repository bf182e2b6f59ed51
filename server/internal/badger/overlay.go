package badger

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// overlay holds writes that are not committed yet, readable by key and in order. A closure has one; when it succeeds,
// its overlay is laid onto that of the commit, and when it fails it is forgotten with everything in it.
type overlay struct {
	groups map[group]*writes
	ends   map[uint32]uint64 // by stream: the highest entry of its log, for the logs that grow here
	arena  []byte
	slab   []staged
	bytes  int // keys and values, and what the driver adds to each
	count  int // keys
}

// writes are those of one group. Both hold the same writes: one by suffix, one in the order of the suffixes if sorted
// says so, else in that in which they came.
type writes struct {
	bySuffix map[string]*staged
	order    []*staged
	sorted   bool
}

// staged is one write: a value under its suffix; nil where the key is taken out.
type staged struct {
	suffix string
	value  []byte
}

// perWrite is what the driver counts for a write beside its key and value, rounded up.
const perWrite = 16

// How much an overlay allocates at once: bytes for the values it copies, and writes.
const (
	arenaBytes = 32 << 10
	slabWrites = 64
)

func newOverlay() *overlay {
	return &overlay{groups: map[group]*writes{}, ends: map[uint32]uint64{}}
}

// get returns a value, nil if the key is taken out; false if the overlay says nothing about the key.
func (o *overlay) get(g group, suffix []byte) ([]byte, bool) {
	w := o.groups[g]
	if w == nil {
		return nil, false
	}
	found, ok := w.bySuffix[string(suffix)]
	if !ok {
		return nil, false
	}
	return found.value, true
}

// put stores a copy of the value.
func (o *overlay) put(g group, suffix, value []byte) { o.set(g, suffix, o.copy(value)) }

// erase takes a key out, whether or not there is one.
func (o *overlay) erase(g group, suffix []byte) { o.set(g, suffix, nil) }

// set stages a value that is the overlay's own.
func (o *overlay) set(g group, suffix, value []byte) {
	w := o.groups[g]
	if w == nil {
		w = &writes{bySuffix: map[string]*staged{}, sorted: true}
		o.groups[g] = w
	}
	if old, ok := w.bySuffix[string(suffix)]; ok {
		o.bytes += len(value) - len(old.value)
		old.value = value
		return
	}
	o.insert(w, o.stage(string(suffix), value))
}

// insert takes up a write under a suffix that the group does not have.
func (o *overlay) insert(w *writes, one *staged) {
	w.sorted = w.sorted && (len(w.order) == 0 || w.order[len(w.order)-1].suffix < one.suffix)
	w.order = append(w.order, one)
	w.bySuffix[one.suffix] = one
	o.bytes += groupBytes + len(one.suffix) + len(one.value) + perWrite
	o.count++
}

// stage makes a write in a slab: there are many, and they live as long as each other.
func (o *overlay) stage(suffix string, value []byte) *staged {
	if len(o.slab) == 0 {
		o.slab = make([]staged, slabWrites)
	}
	one := &o.slab[0]
	o.slab = o.slab[1:]
	one.suffix, one.value = suffix, value
	return one
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
	maps.Copy(o.ends, other.ends)
	for g, from := range other.groups {
		to := o.groups[g]
		if to == nil {
			o.groups[g] = from
			for _, one := range from.order {
				o.bytes += groupBytes + len(one.suffix) + len(one.value) + perWrite
			}
			o.count += len(from.order)
			continue
		}
		for _, one := range from.order {
			if old, ok := to.bySuffix[one.suffix]; ok {
				o.bytes += len(one.value) - len(old.value)
				old.value = one.value
				continue
			}
			o.insert(to, one)
		}
	}
}

// from returns the writes of a group whose suffixes are not below the given one, in order. A later write may sort
// them anew and change their values, so whoever keeps them has to copy them.
func (o *overlay) from(g group, suffix []byte) []*staged {
	w := o.groups[g]
	if w == nil {
		return nil
	}
	if !w.sorted {
		slices.SortFunc(w.order, func(a, b *staged) int { return strings.Compare(a.suffix, b.suffix) })
		w.sorted = true
	}
	at, _ := slices.BinarySearchFunc(w.order, string(suffix), func(one *staged, suffix string) int {
		return strings.Compare(one.suffix, suffix)
	})
	return w.order[at:]
}
