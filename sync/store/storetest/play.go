package storetest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Play drives a store with a stream of operations made from the seed: calls of several closures, some of which fail,
// over a few streams with few ids, so that they meet. It returns a line for what the closures saw; the same seed must
// give the same lines in every engine. Played on a store that was played on before, it goes on with another history.
func Play(seed uint64, s store.Store) string {
	p := &player{state: seed}
	for range 12 {
		closures := make([]func(store.Tx) error, 1+p.below(6))
		seen := make([][]byte, len(closures))
		for i := range closures {
			closures[i] = plan(p.next(), &seen[i])
		}
		for i, err := range s.Update(context.Background(), closures...) {
			p.seen = fmt.Appendf(p.seen, "%s closure %d: %v\n", seen[i], i, err)
		}
	}
	return string(p.seen)
}

// Organisations returns the inboxes that Play writes to, for Hash.
func Organisations() []store.Organisation {
	return []store.Organisation{{Tenant: "a", Name: "o"}, {Tenant: "a\x00", Name: "o"}}
}

// errPlanned is what failing closures fail with.
var errPlanned = errors.New("planned")

// streams are named so that one name begins with another.
var streams = []store.Stream{
	{Tenant: "a", Name: "s"}, {Tenant: "a", Name: "s\x00"}, {Tenant: "a\x00", Name: "s"}, {Tenant: "", Name: "as"},
}

// player draws from a seed: splitmix64, so that no library changes the histories.
type player struct {
	state uint64
	seen  []byte
}

func (p *player) next() uint64 {
	p.state += 0x9e3779b97f4a7c15
	z := p.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (p *player) below(n uint64) int { return int(p.next() % n) }

func (p *player) id() (id store.ID) { id[0] = byte(1 + p.below(12)); return id }

func (p *player) value() []byte {
	value := make([]byte, p.below(600))
	for i := range value {
		value[i] = byte(p.next())
	}
	return value
}

// plan makes one closure. It draws from the seed anew and replaces what it saw each time it runs, because an engine
// may run it again.
func plan(seed uint64, seen *[]byte) func(store.Tx) error {
	return func(tx store.Tx) error {
		p := &player{state: seed}
		for range 1 + p.below(20) {
			if err := p.operate(tx); err != nil {
				return err
			}
		}
		p.look(tx)
		*seen = p.seen
		switch p.below(8) {
		case 0:
			return errPlanned
		case 1:
			panic("planned")
		}
		return nil
	}
}

// operate does one thing to one stream.
func (p *player) operate(tx store.Tx) error {
	s := streams[p.below(uint64(len(streams)))]
	o := Organisations()[p.below(2)]
	seq := uint64(1 + p.below(40))
	switch p.below(20) {
	case 0:
		return tx.PutHead(s, p.value())
	case 1, 2, 3:
		return p.append(tx, s)
	case 4:
		return tx.PutRecord(s, p.id(), p.value())
	case 5:
		return tx.PutPlace(s, store.Place{EffectiveMs: int64(p.next()), Seq: seq})
	case 6:
		return tx.Supersede(s, seq)
	case 7:
		return tx.PutMutation(s, p.id(), seq)
	case 8:
		return tx.PutWaiting(s, p.id(), p.id())
	case 9:
		return tx.PutHeld(s, seq)
	case 10:
		return tx.PutKeyed(s, p.id(), p.id())
	case 11:
		return tx.PutDigest(s, uint32(p.below(5)), p.value())
	case 12:
		return p.erasePlace(tx, s)
	case 13:
		return p.eraseKeyed(tx, s)
	case 14, 15:
		return tx.PutServerRow(p.own(), p.value())
	case 16, 17:
		return tx.PutDue(int64(p.below(50))-10, p.own())
	case 18:
		return p.eraseDue(tx)
	}
	return tx.PutInbox(o, p.id(), p.value())
}

// append writes the entry after the last one, and now and then tries to write over one or to erase one.
func (p *player) append(tx store.Tx, s store.Stream) error {
	last := uint64(0)
	if err := tx.Entries(s, 0, func(seq uint64, _ []byte) error { last = seq; return nil }); err != nil {
		return err
	}
	switch p.below(20) {
	case 0:
		return tx.Append(s, last, p.value())
	case 1:
		return tx.ReplaceEntry(s, 1+uint64(p.below(last+2)), p.value())
	}
	return tx.Append(s, last+1, p.value())
}

// erasePlace takes out one of the latest places, or one that is not there.
func (p *player) erasePlace(tx store.Tx, s store.Stream) error {
	var one store.Place
	after := p.below(4)
	err := tx.Timeline(s, store.Place{EffectiveMs: math.MaxInt64, Seq: math.MaxUint64}, func(place store.Place) error {
		one = place
		if after--; after < 0 {
			return store.ErrStop
		}
		return nil
	})
	return errors.Join(err, tx.ErasePlace(s, one))
}

// eraseKeyed takes one of its records from under a key, or one that is not there.
func (p *player) eraseKeyed(tx store.Tx, s store.Stream) error {
	key, id := p.id(), p.id()
	list, err := tx.Keyed(s, key)
	if len(list) > 0 {
		id = list[p.below(uint64(len(list)))]
	}
	return errors.Join(err, tx.EraseKeyed(s, key, id))
}

// own is one of a few rows of the server's own.
func (p *player) own() store.ServerKey {
	s := streams[p.below(uint64(len(streams)))]
	t := []store.ServerTable{store.TableOutbox, store.TableEscalation, store.TableDefaults}[p.below(3)]
	return store.ServerKey{Tenant: s.Tenant, Table: t, Key: s.Name + string(rune('a'+p.below(6)))}
}

// eraseDue takes out one of the first marks, or one that is not there.
func (p *player) eraseDue(tx store.Tx) error {
	at, k, after := int64(p.below(50)), p.own(), p.below(4)
	err := tx.Due(40, func(ms int64, key store.ServerKey) error {
		at, k = ms, key
		if after--; after < 0 {
			return store.ErrStop
		}
		return nil
	})
	return errors.Join(err, tx.EraseDue(at, k))
}

// lookOwn writes down what is due, and some rows of the server's own.
func (p *player) lookOwn(tx store.Tx) {
	k := p.own()
	err := tx.Due(int64(p.below(40)), func(at int64, k store.ServerKey) error {
		p.seen = fmt.Appendf(p.seen, "%d%q ", at, k)
		return nil
	})
	err = errors.Join(err, tx.ServerRows(k.Tenant, k.Table, k.Key, func(key string, row []byte) error {
		p.seen = fmt.Appendf(p.seen, "%q%d ", key, len(row))
		return nil
	}))
	p.seen = fmt.Appendf(p.seen, "%v\n", err)
}

// look writes down a little of what the closure sees, its own writes included.
func (p *player) look(tx store.Tx) {
	s := streams[p.below(uint64(len(streams)))]
	n := 0
	err := tx.Current(s, uint64(p.below(10)), func(seq uint64, entry []byte) error {
		p.seen = binary.AppendUvarint(p.seen, seq)
		p.seen = binary.AppendUvarint(p.seen, uint64(len(entry)))
		if n++; n == 7 {
			return store.ErrStop
		}
		return nil
	})
	before := store.Place{EffectiveMs: int64(p.next())}
	err = errors.Join(err, tx.Timeline(s, before, func(pl store.Place) error {
		p.seen = fmt.Appendf(p.seen, "%v", pl)
		return nil
	}))
	waiting, err2 := tx.Waiting(s, p.id())
	size, err3 := tx.InboxSize(Organisations()[0])
	p.seen = fmt.Appendf(p.seen, "%x %d %v\n", waiting, size, errors.Join(err, err2, err3))
	p.lookOwn(tx)
}
