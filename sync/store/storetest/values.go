package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

func absentIsNil(t *testing.T, s store.Store) {
	nothing := func(t *testing.T, r store.Reader) {
		get := bytesOf(t)
		want(t, "head", get(r.Head(care)), "nil")
		want(t, "entry", get(r.Entry(care, 7)), "nil")
		want(t, "record", get(r.Record(care, id(7))), "nil")
		want(t, "digest", get(r.Digest(care, 7)), "nil")
		want(t, "inbox item", get(r.Inbox(office, id(7))), "nil")
		seq, err := r.Mutation(care, id(7))
		want(t, "mutation", fmt.Sprint(seq, err), "0 <nil>")
		superseded, err := r.Superseded(care, 7)
		want(t, "superseded", fmt.Sprint(superseded, err), "false <nil>")
		size, err := r.InboxSize(office)
		want(t, "inbox size", fmt.Sprint(size, err), "0 <nil>")
		for _, list := range []func(store.Stream, store.ID) ([]store.ID, error){r.Waiting, r.Keyed} {
			ids, err := list(care, id(7))
			want(t, "list", fmt.Sprint(len(ids), err), "0 <nil>")
		}
		want(t, "everything scanned", scanned(t, r, care, office), "")
	}
	view(t, s, func(r store.Reader) error { nothing(t, r); return nil })
	update(t, s, func(tx store.Tx) error { nothing(t, tx); return nil })
	update(t, s, func(tx store.Tx) error { return tx.PutHead(store.Stream{Tenant: "tenant", Name: "other"}, nil) })
	view(t, s, func(r store.Reader) error { nothing(t, r); return nil })
}

func emptyIsNotAbsent(t *testing.T, s store.Store) {
	both(t, s, func(tx store.Tx) error {
		return all(tx.PutHead(care, nil), tx.Append(care, 1, []byte{}), tx.PutRecord(care, id(1), nil),
			tx.PutDigest(care, 1, nil), tx.PutInbox(office, id(1), nil))
	}, func(t *testing.T, r store.Reader) {
		get := bytesOf(t)
		want(t, "head", get(r.Head(care)), "<>")
		want(t, "entry", get(r.Entry(care, 1)), "<>")
		want(t, "record", get(r.Record(care, id(1))), "<>")
		want(t, "digest", get(r.Digest(care, 1)), "<>")
		want(t, "inbox item", get(r.Inbox(office, id(1))), "<>")
	})
}

// writeAll writes something to every table.
func writeAll(tx store.Tx) error {
	return all(tx.PutHead(care, []byte("head")), tx.Append(care, 1, []byte("entry")),
		tx.PutRecord(care, id(2), []byte("state")), tx.PutPlace(care, store.Place{EffectiveMs: 5, Seq: 1}),
		tx.PutMutation(care, id(3), 1), tx.PutWaiting(care, id(4), id(5)), tx.PutHeld(care, 1),
		tx.PutKeyed(care, id(6), id(7)), tx.PutDigest(care, 8, []byte("digest")),
		tx.PutInbox(office, id(9), []byte("item")), tx.Supersede(care, 1))
}

func everyValueComesBack(t *testing.T, s store.Store) {
	both(t, s, writeAll, func(t *testing.T, r store.Reader) {
		get := bytesOf(t)
		want(t, "head", get(r.Head(care)), "<head>")
		want(t, "entry", get(r.Entry(care, 1)), "<entry>")
		want(t, "record", get(r.Record(care, id(2))), "<state>")
		want(t, "digest", get(r.Digest(care, 8)), "<digest>")
		want(t, "inbox item", get(r.Inbox(office, id(9))), "<item>")
		seq, _ := r.Mutation(care, id(3))
		want(t, "mutation", seq, 1)
		superseded, _ := r.Superseded(care, 1)
		want(t, "superseded", superseded, true)
		waiting, _ := r.Waiting(care, id(4))
		want(t, "waiting", fmt.Sprint(waiting), fmt.Sprint([]store.ID{id(5)}))
		keyed, _ := r.Keyed(care, id(6))
		want(t, "keyed", fmt.Sprint(keyed), fmt.Sprint([]store.ID{id(7)}))
		want(t, "everything scanned", scanned(t, r, care, office), "entry 1 entry; record 2 state; place 5/1; held 1; digest 8 digest; item 9 item; ")
	})
}

// scanned writes down what every scan of a stream and of an inbox shows.
func scanned(t *testing.T, r store.Reader, s store.Stream, o store.Organisation) (seen string) {
	t.Helper()
	note := func(format string, args ...any) error { seen += fmt.Sprintf(format+"; ", args...); return nil }
	err := all(
		r.Entries(s, 0, func(seq uint64, e []byte) error { return note("entry %d %s", seq, e) }),
		r.Current(s, 0, func(seq uint64, e []byte) error { return note("current %d %s", seq, e) }),
		r.Records(s, store.ID{}, func(x store.ID, v []byte) error { return note("record %d %s", x[0], v) }),
		r.Timeline(s, store.Place{EffectiveMs: 1 << 50}, func(p store.Place) error { return note("place %d/%d", p.EffectiveMs, p.Seq) }),
		r.Held(s, func(seq uint64) error { return note("held %d", seq) }),
		r.Digests(s, func(n uint32, d []byte) error { return note("digest %d %s", n, d) }),
		r.InboxItems(o, func(x store.ID, v []byte) error { return note("item %d %s", x[0], v) }),
	)
	if err != nil {
		t.Errorf("scan: %v", err)
	}
	return seen
}

func overwriting(t *testing.T, s store.Store) {
	update(t, s, writeAll)
	both(t, s, func(tx store.Tx) error {
		return all(tx.PutHead(care, []byte("head 2")), tx.ReplaceEntry(care, 1, []byte("erased")),
			tx.PutRecord(care, id(2), []byte("")), tx.PutMutation(care, id(3), 12), tx.PutDigest(care, 8, []byte("digest 2")),
			tx.PutInbox(office, id(9), []byte("item 2")), tx.Supersede(care, 1), tx.PutHeld(care, 1),
			tx.PutPlace(care, store.Place{EffectiveMs: 5, Seq: 1}))
	}, func(t *testing.T, r store.Reader) {
		want(t, "head", bytesOf(t)(r.Head(care)), "<head 2>")
		seq, _ := r.Mutation(care, id(3))
		want(t, "mutation", seq, 12)
		want(t, "everything scanned", scanned(t, r, care, office), "entry 1 erased; record 2 ; place 5/1; held 1; digest 8 digest 2; item 9 item 2; ")
	})
}

func appendOnlyOnce(t *testing.T, s store.Store) {
	update(t, s, func(tx store.Tx) error { return tx.Append(care, 1, []byte("first")) })
	errs := s.Update(t.Context(),
		func(tx store.Tx) error { return tx.Append(care, 1, []byte("again")) },
		func(tx store.Tx) error { return all(tx.Append(care, 2, nil), tx.Append(care, 2, nil)) },
		func(tx store.Tx) error { return tx.Append(care, 0, nil) },
		func(tx store.Tx) error { return tx.Append(care, 1<<63, []byte("far")) })
	wantErr(t, "appending over a stored entry", errs[0], store.ErrExists)
	wantErr(t, "appending over an own entry", errs[1], store.ErrExists)
	wantErr(t, "appending at 0", errs[2], store.ErrNoSeq)
	wantErr(t, "appending with a gap", errs[3], nil)
	view(t, s, func(r store.Reader) error {
		want(t, "entry", bytesOf(t)(r.Entry(care, 1)), "<first>")
		want(t, "entry 2", bytesOf(t)(r.Entry(care, 2)), "nil")
		want(t, "far entry", bytesOf(t)(r.Entry(care, 1<<63)), "<far>")
		return nil
	})
}

func replaceOnlyWhatExists(t *testing.T, s store.Store) {
	errs := s.Update(t.Context(),
		func(tx store.Tx) error { return tx.ReplaceEntry(care, 1, []byte("?")) },
		func(tx store.Tx) error { return all(tx.Append(care, 1, nil), tx.ReplaceEntry(care, 1, []byte("new"))) })
	wantErr(t, "replacing nothing", errs[0], store.ErrAbsent)
	wantErr(t, "replacing", errs[1], nil)
	view(t, s, func(r store.Reader) error { want(t, "entry", bytesOf(t)(r.Entry(care, 1)), "<new>"); return nil })
}

func lists(t *testing.T, s store.Store) {
	put := func(ids ...byte) func(store.Tx) error {
		return func(tx store.Tx) error {
			for _, n := range ids {
				if err := all(tx.PutWaiting(care, id(1), id(n)), tx.PutKeyed(care, id(1), id(n))); err != nil {
					return err
				}
			}
			return nil
		}
	}
	update(t, s, put(5, 3))
	both(t, s, put(9, 3, 1), func(t *testing.T, r store.Reader) {
		waiting, err := r.Waiting(care, id(1))
		keyed, err2 := r.Keyed(care, id(1))
		if err := all(err, err2); err != nil {
			t.Error(err)
		}
		want(t, "waiting, as put", fmt.Sprint(waiting), fmt.Sprint([]store.ID{id(5), id(3), id(9), id(1)}))
		want(t, "keyed, in order", fmt.Sprint(keyed), fmt.Sprint([]store.ID{id(1), id(3), id(5), id(9)}))
		clear(waiting) // the caller's to keep
		clear(keyed)
		again, _ := r.Keyed(care, id(1))
		want(t, "keyed again", slices.Contains(again, id(5)), true)
	})
}

func inboxCounts(t *testing.T, s store.Store) {
	other := store.Organisation{Tenant: "tenant", Name: "office 2"}
	update(t, s, func(tx store.Tx) error { return all(tx.PutInbox(office, id(1), nil), tx.PutInbox(other, id(1), nil)) })
	both(t, s, func(tx store.Tx) error {
		return all(tx.PutInbox(office, id(1), []byte("x")), tx.PutInbox(office, id(2), nil), tx.PutInbox(office, id(2), nil))
	}, func(t *testing.T, r store.Reader) {
		size, err := r.InboxSize(office)
		want(t, "size", fmt.Sprint(size, err), "2 <nil>")
		size, err = r.InboxSize(other)
		want(t, "size of the other", fmt.Sprint(size, err), "1 <nil>")
	})
	wantErr(t, "failing put", s.Update(t.Context(), func(tx store.Tx) error {
		return all(tx.PutInbox(office, id(3), nil), errNo)
	})[0], errNo)
	view(t, s, func(r store.Reader) error {
		size, err := r.InboxSize(office)
		want(t, "size after a failure", fmt.Sprint(size, err), "2 <nil>")
		return nil
	})
}
