package badger

import (
	"encoding/binary"
	"sync"
)

// numbers remembers the numbers of streams and organisations. Only committed ones get in: what a failing closure was
// given must be given again.
type numbers struct {
	mu    sync.RWMutex
	known map[name]uint32
}

// name is a tenant's stream or organisation.
type name struct {
	table  table
	tenant string
	name   string
}

// maxKnown bounds the memory of numbers; beyond it they are read from the store again.
const maxKnown = 1 << 18

func (n *numbers) get(key name) (uint32, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	number, ok := n.known[key]
	return number, ok
}

func (n *numbers) remember(key name, number uint32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) >= maxKnown {
		n.known = map[name]uint32{}
	}
	n.known[key] = number
}

// committed remembers the numbers that a commit gave.
func (n *numbers) committed(o *overlay) {
	for _, t := range [...]table{tableStreams, tableInboxes} {
		if w := o.groups[t.of(0)]; w != nil {
			for _, one := range w.order {
				tenant, short := parseNames([]byte(one.suffix))
				n.remember(name{t, tenant, short}, binary.BigEndian.Uint32(one.value))
			}
		}
	}
}

// number returns the number of a name; 0 if it has none in this snapshot.
func (r *reader) number(key name) (uint32, error) {
	if key == r.last && r.lastNumber != 0 {
		return r.lastNumber, nil
	}
	number, ok := r.store.numbers.get(key)
	if !ok {
		value, err := r.get(key.table.of(0), nameSuffix(key.tenant, key.name))
		if err != nil || value == nil {
			return 0, err
		}
		number = binary.BigEndian.Uint32(value)
		if r.layers == [2]*overlay{} {
			r.store.numbers.remember(key, number)
		}
	}
	r.last, r.lastNumber = key, number
	return number, nil
}

// ensure returns the number of a name and gives it one if it has none.
func (t *tx) ensure(key name) (uint32, error) {
	number, err := t.number(key)
	if err != nil || number != 0 {
		return number, err
	}
	counter, err := t.get(tableCounter.of(0), nil)
	if err != nil {
		return 0, err
	}
	if counter != nil {
		number = binary.BigEndian.Uint32(counter)
	}
	number++
	value := binary.BigEndian.AppendUint32(nil, number)
	t.own.put(tableCounter.of(0), nil, value)
	t.own.put(key.table.of(0), nameSuffix(key.tenant, key.name), value)
	t.last, t.lastNumber = key, number
	return number, nil
}
