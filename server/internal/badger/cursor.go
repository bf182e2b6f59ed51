package badger

import (
	"bytes"

	driver "github.com/dgraph-io/badger/v4"
)

// cursor walks the keys of one group in order: those of the snapshot, with the overlays laid over them as they were
// when it began.
type cursor struct {
	it      *driver.Iterator
	stale   bool // it stands on a key that was handed out
	pending []staged
	values  bool // hand out values

	suffix []byte // of the key it stands on, valid until next
	value  []byte // as suffix
	keep   func([]byte) error
}

// openCursor returns a cursor before the first key that is not below from. It has to be closed.
func openCursor(txn *driver.Txn, g group, from []byte, values bool, layers ...*overlay) *cursor {
	o := driver.DefaultIteratorOptions
	o.PrefetchValues = false // it starts a goroutine per value
	o.Prefix = g[:]
	c := &cursor{it: txn.NewIterator(o), values: values, pending: layer(g, from, layers)}
	c.keep = func(v []byte) error { c.value = v; return nil }
	c.it.Seek(append(g[:], from...))
	return c
}

// layer merges what the overlays have from a suffix on; the last one wins.
func layer(g group, from []byte, layers []*overlay) []staged {
	var merged []staged
	for _, o := range layers {
		if o == nil {
			continue
		}
		lower := merged
		merged = nil
		for _, one := range o.from(g, from) {
			for len(lower) > 0 && lower[0].suffix < one.suffix {
				merged, lower = append(merged, lower[0]), lower[1:]
			}
			if len(lower) > 0 && lower[0].suffix == one.suffix {
				lower = lower[1:]
			}
			merged = append(merged, *one)
		}
		merged = append(merged, lower...)
	}
	return merged
}

// next moves to the next key; false at the end. It passes over what the overlays take out.
func (c *cursor) next() (bool, error) {
	for {
		if c.stale {
			c.it.Next()
			c.stale = false
		}
		below := -1 // which comes first: the snapshot's key or the pending one
		if !c.it.Valid() {
			below = 1
		} else if len(c.pending) > 0 {
			below = bytes.Compare(c.it.Item().Key()[groupBytes:], []byte(c.pending[0].suffix))
		}
		if below < 0 {
			return true, c.takeStored()
		}
		if len(c.pending) == 0 {
			return false, nil
		}
		one := c.pending[0]
		c.pending, c.stale = c.pending[1:], below == 0
		if one.value != nil {
			c.suffix, c.value = []byte(one.suffix), one.value
			return true, nil
		}
	}
}

func (c *cursor) takeStored() error {
	item := c.it.Item()
	c.suffix, c.stale = item.Key()[groupBytes:], true
	if !c.values {
		return nil
	}
	if err := item.Value(c.keep); err != nil {
		return damaged(err)
	}
	if c.value == nil {
		c.value = []byte{}
	}
	return nil
}

func (c *cursor) close() { c.it.Close() }
