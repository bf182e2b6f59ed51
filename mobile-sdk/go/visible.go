package sdk

import (
	"encoding/json"
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// keyReadable + person → the streams that the server showed them, as a JSON list. The replica is the tablet's and holds
// what any of its people may read; what one of them sees is decided by this.
const keyReadable = 'W'

// sight is what the person who uses the tablet may see on it.
type sight struct {
	person  string // empty: nobody
	streams map[string]bool
}

func (s sight) reads(stream string) bool { return s.streams[stream] }

// wrote tells whether a record is nothing but what the person wrote here, which they know without a grant.
func (s sight) wrote(v replica.View) bool {
	if v.Version != nil || len(v.Own) == 0 || s.person == "" {
		return false
	}
	return !slices.ContainsFunc(v.Own, func(o replica.Own) bool { return o.PersonID != s.person })
}

func (s sight) shows(v replica.View) bool { return s.reads(v.StreamID) || s.wrote(v) }

// sight reads what the current person's own last synchronisation showed. Whoever has not synchronised here yet sees
// nothing of the others, also without a network.
func (t *Tablet) sight() (sight, error) {
	s, err := t.session()
	if err != nil || s == nil {
		return sight{}, err
	}
	seen := sight{person: s.GetPersonId(), streams: map[string]bool{}}
	return seen, t.store.View(func(r replica.Reader) error {
		value, err := r.Get(readableKey(seen.person))
		if err != nil || value == nil {
			return err
		}
		var ids []string
		if json.Unmarshal(value, &ids) != nil {
			return replica.ErrDamaged
		}
		for _, id := range ids {
			seen.streams[id] = true
		}
		return nil
	})
}

func readableKey(person string) []byte { return append([]byte{keyReadable}, person...) }

// keepReadable puts down what a synchronisation that came to its end showed the person: every stream that is still on
// the tablet, since the server revokes the others. Names of charts that nobody reads here any more go.
func (t *Tablet) keepReadable(person string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	streams, err := t.replica.Streams()
	if err != nil {
		return err
	}
	ids, charts := []string{}, map[string]bool{}
	for _, s := range streams {
		ids, charts[chartOf(s)] = append(ids, s.ID), true
	}
	value, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return t.store.Update(func(tx replica.Tx) error {
		var gone [][]byte
		err := tx.Scan([]byte{keyChart}, nil, func(key, _ []byte) error {
			if !charts[string(key[1:])] {
				gone = append(gone, slices.Clone(key))
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, key := range gone {
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
		return tx.Set(readableKey(person), value)
	})
}
