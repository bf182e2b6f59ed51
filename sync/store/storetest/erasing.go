package storetest

import (
	"fmt"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// place is one of a few places, in order of n.
func place(n int) store.Place { return store.Place{EffectiveMs: int64(n), Seq: uint64(n)} }

// putErasable writes three places and two keys, of which one has two records.
func putErasable(tx store.Tx) error {
	return all(tx.PutPlace(care, place(1)), tx.PutPlace(care, place(2)), tx.PutPlace(care, place(3)),
		tx.PutKeyed(care, id(1), id(4)), tx.PutKeyed(care, id(1), id(5)), tx.PutKeyed(care, id(2), id(4)))
}

// dumped is everything in a store, a row after the other.
func dumped(t *testing.T, s store.Store) (rows string) {
	t.Helper()
	err := s.Dump(t.Context(), func(r store.Row) error {
		rows += fmt.Sprintf("%d %q %q %x %x\n", r.Table, r.Tenant, r.Name, r.Key, r.Value)
		return nil
	})
	wantErr(t, "the dump", err, nil)
	return rows
}

// erasingPlaces: what is taken out is gone, at once and after the commit, from places of this closure and of earlier ones;
// what is not there is taken out without harm, and what was taken out can be put again.
func erasingPlaces(t *testing.T, s store.Store) {
	update(t, s, putErasable)
	both(t, s, func(tx store.Tx) error {
		return all(tx.PutPlace(care, place(4)), tx.PutPlace(care, place(5)), tx.ErasePlace(care, place(2)), tx.ErasePlace(care, place(4)),
			tx.ErasePlace(care, place(7)), tx.ErasePlace(care, store.Place{EffectiveMs: 1, Seq: 2}),
			tx.ErasePlace(store.Stream{Tenant: "tenant", Name: "nobody's"}, place(1)))
	}, func(t *testing.T, r store.Reader) {
		want(t, "places", scanned(t, r, care, office), "place 5/5; place 3/3; place 1/1; ")
	})
	errs := s.Update(t.Context(),
		func(tx store.Tx) error { return tx.ErasePlace(care, place(5)) },
		func(tx store.Tx) error {
			want(t, "places that a later closure sees", scanned(t, tx, care, office), "place 3/3; place 1/1; ")
			return all(tx.ErasePlace(care, place(3)), tx.PutPlace(care, place(3)), tx.PutPlace(care, place(5)))
		})
	want(t, "errors", fmt.Sprint(errs), fmt.Sprint([]error{nil, nil}))
	view(t, s, func(r store.Reader) error {
		want(t, "places put again", scanned(t, r, care, office), "place 5/5; place 3/3; place 1/1; ")
		return nil
	})
}

// erasingKeys: a record goes from its key alone, and a key with its last record, without a trace in a dump.
func erasingKeys(t *testing.T, s store.Store) {
	before := dumped(t, s)
	update(t, s, putErasable)
	keyed := func(t *testing.T, r store.Reader, key byte) string {
		list, err := r.Keyed(care, id(key))
		return fmt.Sprint(list, err)
	}
	none, five := fmt.Sprint([]store.ID{}, nil), fmt.Sprint([]store.ID{id(5)}, nil)
	both(t, s, func(tx store.Tx) error {
		return all(tx.EraseKeyed(care, id(1), id(4)), tx.EraseKeyed(care, id(2), id(4)), tx.EraseKeyed(care, id(1), id(9)), tx.EraseKeyed(care, id(9), id(4)))
	}, func(t *testing.T, r store.Reader) {
		want(t, "a key with another record", keyed(t, r, 1), five)
		want(t, "a key without one", keyed(t, r, 2), none)
	})
	update(t, s, func(tx store.Tx) error {
		return all(tx.EraseKeyed(care, id(1), id(5)), tx.ErasePlace(care, place(1)), tx.ErasePlace(care, place(2)), tx.ErasePlace(care, place(3)))
	})
	want(t, "what is left", dumped(t, s), before)
	both(t, s, func(tx store.Tx) error { return tx.PutKeyed(care, id(1), id(5)) }, func(t *testing.T, r store.Reader) {
		want(t, "a key that is put again", keyed(t, r, 1), five)
	})
}

// erasingUndone: a closure that fails has taken nothing out.
func erasingUndone(t *testing.T, s store.Store) {
	update(t, s, putErasable)
	before := dumped(t, s)
	wantErr(t, "a closure that fails", s.Update(t.Context(), func(tx store.Tx) error {
		return all(tx.ErasePlace(care, place(1)), tx.EraseKeyed(care, id(1), id(4)), tx.EraseKeyed(care, id(2), id(4)), errNo)
	})[0], errNo)
	want(t, "what is left", dumped(t, s), before)
}
