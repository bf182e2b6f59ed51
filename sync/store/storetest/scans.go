package storetest

import (
	"fmt"
	"math"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

func scanOrders(t *testing.T, s store.Store) {
	write := func(numbers ...byte) func(store.Tx) error {
		return func(tx store.Tx) error {
			for _, n := range numbers {
				err := all(tx.Append(care, uint64(n)*100, []byte{n}), tx.PutRecord(care, id(n), []byte{n}),
					tx.PutHeld(care, uint64(n)*100), tx.PutDigest(care, uint32(n)*100, []byte{n}), tx.PutInbox(office, id(n), []byte{n}))
				if err != nil {
					return err
				}
			}
			return nil
		}
	}
	update(t, s, write(7, 200, 3)) // some committed, some not, out of order
	both(t, s, write(5, 1, 90, 255), func(t *testing.T, r store.Reader) {
		var entries, current, records, held, digests, items []int
		err := all(
			r.Entries(care, 300, func(seq uint64, e []byte) error { entries = append(entries, int(seq)/100, int(e[0])); return nil }),
			r.Current(care, 301, func(seq uint64, e []byte) error { current = append(current, int(seq)/100, int(e[0])); return nil }),
			r.Records(care, id(5), func(x store.ID, v []byte) error { records = append(records, int(x[0]), int(v[0])); return nil }),
			r.Held(care, func(seq uint64) error { held = append(held, int(seq)/100); return nil }),
			r.Digests(care, func(n uint32, d []byte) error { digests = append(digests, int(n)/100, int(d[0])); return nil }),
			r.InboxItems(office, func(x store.ID, v []byte) error { items = append(items, int(x[0]), int(v[0])); return nil }),
		)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "entries after 3", fmt.Sprint(entries), "[5 5 7 7 90 90 200 200 255 255]")
		want(t, "current after 3", fmt.Sprint(current), "[5 5 7 7 90 90 200 200 255 255]")
		want(t, "records after 5", fmt.Sprint(records), "[7 7 90 90 200 200 255 255]")
		want(t, "held", fmt.Sprint(held), "[1 3 5 7 90 200 255]")
		want(t, "digests", fmt.Sprint(digests), "[1 1 3 3 5 5 7 7 90 90 200 200 255 255]")
		want(t, "items", fmt.Sprint(items), "[1 1 3 3 5 5 7 7 90 90 200 200 255 255]")
		far := 0
		err = all(r.Entries(care, math.MaxUint64, func(uint64, []byte) error { far++; return nil }),
			r.Current(care, math.MaxUint64, func(uint64, []byte) error { far++; return nil }),
			r.Records(care, store.ID{0: 255, 15: 255}, func(store.ID, []byte) error { far++; return nil }))
		want(t, "behind the end", fmt.Sprint(far, err), "0 <nil>")
	})
}

func timeline(t *testing.T, s store.Store) {
	put := func(places ...store.Place) func(store.Tx) error {
		return func(tx store.Tx) error {
			for _, p := range places {
				if err := tx.PutPlace(care, p); err != nil {
					return err
				}
			}
			return tx.Supersede(care, 2)
		}
	}
	update(t, s, put(store.Place{EffectiveMs: 0, Seq: 2}, store.Place{EffectiveMs: -1, Seq: 9}, store.Place{EffectiveMs: 50, Seq: 1}))
	both(t, s, put(store.Place{EffectiveMs: 50, Seq: 300}, store.Place{EffectiveMs: math.MinInt64, Seq: 1},
		store.Place{EffectiveMs: math.MaxInt64, Seq: math.MaxUint64}, store.Place{EffectiveMs: -70000, Seq: 4},
	), func(t *testing.T, r store.Reader) {
		from := func(before store.Place) (seen string) {
			err := r.Timeline(care, before, func(p store.Place) error { seen += fmt.Sprint(p.EffectiveMs, "/", p.Seq, " "); return nil })
			if err != nil {
				t.Error(err)
			}
			return seen
		}
		last := "-70000/4 -9223372036854775808/1 "
		want(t, "before the end", from(store.Place{EffectiveMs: math.MaxInt64, Seq: math.MaxUint64}), "50/300 50/1 0/2 -1/9 "+last)
		want(t, "before 50/300", from(store.Place{EffectiveMs: 50, Seq: 300}), "50/1 0/2 -1/9 "+last)
		want(t, "before 50/2", from(store.Place{EffectiveMs: 50, Seq: 2}), "50/1 0/2 -1/9 "+last)
		want(t, "before 0/3", from(store.Place{EffectiveMs: 0, Seq: 3}), "0/2 -1/9 "+last)
		want(t, "before 0/2", from(store.Place{EffectiveMs: 0, Seq: 2}), "-1/9 "+last)
		want(t, "before -1/9", from(store.Place{EffectiveMs: -1, Seq: 9}), last)
		want(t, "before the first", from(store.Place{EffectiveMs: math.MinInt64, Seq: 1}), "")
	})
}

func currentSkipsSuperseded(t *testing.T, s store.Store) {
	update(t, s, func(tx store.Tx) error {
		for seq := range uint64(10) {
			if err := tx.Append(care, seq+1, []byte{byte(seq)}); err != nil {
				return err
			}
		}
		return all(tx.Supersede(care, 1), tx.Supersede(care, 4), tx.Supersede(care, 5), tx.Supersede(care, 12))
	})
	both(t, s, func(tx store.Tx) error {
		return all(tx.Supersede(care, 10), tx.Supersede(care, 7), tx.Append(care, 11, nil), tx.Append(care, 12, nil))
	}, func(t *testing.T, r store.Reader) {
		from := func(after uint64) (seen []uint64) {
			err := r.Current(care, after, func(seq uint64, entry []byte) error { seen = append(seen, seq); return nil })
			if err != nil {
				t.Error(err)
			}
			return seen
		}
		want(t, "current", fmt.Sprint(from(0)), "[2 3 6 8 9 11]")
		want(t, "current after 4", fmt.Sprint(from(4)), "[6 8 9 11]")
		want(t, "current after 11", fmt.Sprint(from(11)), "[]")
		want(t, "entry that is superseded", bytesOf(t)(r.Entry(care, 4)), "<\x03>")
	})
}

func streamsListsHeads(t *testing.T, s store.Store) {
	named := func(tenant, name string) store.Stream { return store.Stream{Tenant: tenant, Name: name} }
	update(t, s, func(tx store.Tx) error {
		return all(tx.PutHead(named("b", "1"), nil), tx.PutHead(named("a", "2"), nil), tx.PutHead(named("ab", ""), nil),
			tx.PutRecord(named("a", "no head"), id(1), nil), tx.PutInbox(store.Organisation{Tenant: "a", Name: "3"}, id(1), nil))
	})
	both(t, s, func(tx store.Tx) error {
		return all(tx.PutHead(named("a", "1\x00"), nil), tx.PutHead(named("a", "1"), nil), tx.PutHead(named("a\x00", "0"), nil),
			tx.PutHead(named("", "z"), nil), tx.PutHead(named("a\xff", "\x00\xff\x01"), nil), tx.PutHead(named("a", "1\x00\x01"), nil))
	}, func(t *testing.T, r store.Reader) {
		var seen []store.Stream
		if err := r.Streams(func(s store.Stream) error { seen = append(seen, s); return nil }); err != nil {
			t.Error(err)
		}
		want(t, "streams", fmt.Sprintf("%q", seen), fmt.Sprintf("%q", []store.Stream{named("", "z"), named("a", "1"), named("a", "1\x00"),
			named("a", "1\x00\x01"), named("a", "2"), named("a\x00", "0"), named("ab", ""), named("a\xff", "\x00\xff\x01"), named("b", "1")}))
	})
}

func callbacksEndScans(t *testing.T, s store.Store) {
	both(t, s, func(tx store.Tx) error {
		for n := byte(1); n <= 3; n++ {
			err := all(tx.Append(care, uint64(n), nil), tx.PutRecord(care, id(n), nil), tx.PutPlace(care, store.Place{Seq: uint64(n)}),
				tx.PutHeld(care, uint64(n)), tx.PutDigest(care, uint32(n), nil), tx.PutInbox(office, id(n), nil),
				tx.PutHead(store.Stream{Tenant: "t", Name: string(n)}, nil))
			if err != nil {
				return err
			}
		}
		return nil
	}, func(t *testing.T, r store.Reader) {
		for _, end := range []error{store.ErrStop, fmt.Errorf("wrapped: %w", store.ErrStop), errNo} {
			calls := 0
			stop := func() error { calls++; return end }
			for i, err := range []error{
				r.Entries(care, 0, func(uint64, []byte) error { return stop() }),
				r.Current(care, 0, func(uint64, []byte) error { return stop() }),
				r.Records(care, store.ID{}, func(store.ID, []byte) error { return stop() }),
				r.Timeline(care, store.Place{EffectiveMs: 1}, func(store.Place) error { return stop() }),
				r.Held(care, func(uint64) error { return stop() }),
				r.Digests(care, func(uint32, []byte) error { return stop() }),
				r.InboxItems(office, func(store.ID, []byte) error { return stop() }),
				r.Streams(func(store.Stream) error { return stop() }),
			} {
				if end == errNo {
					wantErr(t, fmt.Sprint("scan ", i), err, errNo)
				} else {
					want(t, fmt.Sprint("scan ", i), err, nil)
				}
			}
			want(t, "calls", calls, 8)
		}
	})
}
