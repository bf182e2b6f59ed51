package storetest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// odd are names of which one begins with another, or which hold what an engine may use as an escape.
var odd = []string{"", "a", "a\x00", "a\x00\x01", "a\x00\xff", "ab", "\x00", "\xff", "\xff\xff", "a/b", "a:b", "患者", "a'b\"c"}

func namesNeverMix(t *testing.T, s store.Store) {
	for i, tenant := range odd {
		update(t, s, func(tx store.Tx) error {
			for j, name := range odd {
				st, value := store.Stream{Tenant: tenant, Name: name}, fmt.Append(nil, i, "/", j)
				err := all(tx.PutHead(st, value), tx.Append(st, 1, value), tx.PutRecord(st, id(1), value), tx.PutDigest(st, 1, value),
					tx.PutMutation(st, id(1), uint64(i*100+j)), tx.PutInbox(store.Organisation(st), id(1), value))
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	view(t, s, func(r store.Reader) error {
		for i, tenant := range odd {
			for j, name := range odd {
				st, value := store.Stream{Tenant: tenant, Name: name}, fmt.Sprint(i, "/", j)
				want(t, "head", bytesOf(t)(r.Head(st)), "<"+value+">")
				want(t, "scans", scanned(t, r, st, store.Organisation(st)),
					fmt.Sprintf("entry 1 %[1]s; current 1 %[1]s; record 1 %[1]s; digest 1 %[1]s; item 1 %[1]s; ", value))
				seq, err := r.Mutation(st, id(1))
				want(t, "mutation", fmt.Sprint(seq, err), fmt.Sprint(uint64(i*100+j), nil))
			}
		}
		return nil
	})
}

// tablesNeverMix puts one thing at a time and sees that nothing else appears.
func tablesNeverMix(t *testing.T, s store.Store) {
	one := func(n int) (store.Stream, store.Organisation) {
		name := fmt.Sprint("table ", n)
		return store.Stream{Tenant: "t", Name: name}, store.Organisation{Tenant: "t", Name: name}
	}
	wanted := []string{"", "entry 1 v; current 1 v; ", "", "record 1 v; ", "place 1/1; ", "", "", "held 1; ", "", "digest 1 v; ", "item 1 v; "}
	for n, seen := range wanted {
		st, o := one(n)
		both(t, s, func(tx store.Tx) error {
			return []func() error{
				func() error { return tx.PutHead(st, []byte("v")) },
				func() error { return tx.Append(st, 1, []byte("v")) },
				func() error { return tx.Supersede(st, 1) },
				func() error { return tx.PutRecord(st, id(1), []byte("v")) },
				func() error { return tx.PutPlace(st, store.Place{EffectiveMs: 1, Seq: 1}) },
				func() error { return tx.PutMutation(st, id(1), 1) },
				func() error { return tx.PutWaiting(st, id(1), id(1)) },
				func() error { return tx.PutHeld(st, 1) },
				func() error { return tx.PutKeyed(st, id(1), id(1)) },
				func() error { return tx.PutDigest(st, 1, []byte("v")) },
				func() error { return tx.PutInbox(o, id(1), []byte("v")) },
			}[n]()
		}, func(t *testing.T, r store.Reader) { want(t, fmt.Sprint("table ", n), scanned(t, r, st, o), seen) })
	}
}

func failingClosuresAlone(t *testing.T, s store.Store) {
	append1 := func(seq uint64, after func() error) func(store.Tx) error {
		return func(tx store.Tx) error {
			if err := all(writeAllTo(tx, seq), tx.Append(care, seq, nil)); err != nil {
				return err
			}
			return after()
		}
	}
	var panicked *store.PanicError
	errs := s.Update(t.Context(),
		append1(1, func() error { return nil }),
		append1(2, func() error { return errNo }),
		append1(3, func() error { panic("a clinical value") }),
		append1(4, func() error { panic(nil) }),
		append1(5, func() error { return nil }))
	want(t, "errors of those that succeed", fmt.Sprint(errs[0], errs[4]), "<nil> <nil>")
	wantErr(t, "error of the failing one", errs[1], errNo)
	if !errors.As(errs[2], &panicked) || panicked.Value != "a clinical value" || len(panicked.Stack) == 0 {
		t.Errorf("a panic gives %v", errs[2])
	}
	if errs[3] == nil {
		t.Error("panic(nil) is no error")
	}
	view(t, s, func(r store.Reader) error {
		want(t, "what is stored", scanned(t, r, care, office),
			"entry 1 ; entry 5 ; current 1 ; current 5 ; record 1 ; record 5 ; held 1; held 5; digest 1 ; digest 5 ; item 1 ; item 5 ; ")
		return nil
	})
}

// writeAllTo writes to several tables under a number.
func writeAllTo(tx store.Tx, n uint64) error {
	return all(tx.PutRecord(care, id(byte(n)), nil), tx.PutHeld(care, n), tx.PutDigest(care, uint32(n), nil), tx.PutInbox(office, id(byte(n)), nil))
}

// failingFirstWrite looks for what an engine may remember of a stream that a failing closure was the first to name.
func failingFirstWrite(t *testing.T, s store.Store) {
	fail := func(st store.Stream) func(store.Tx) error {
		return func(tx store.Tx) error {
			return all(tx.PutHead(st, []byte("no")), tx.PutInbox(store.Organisation(st), id(1), nil), errNo)
		}
	}
	first, second := store.Stream{Tenant: "t", Name: "first"}, store.Stream{Tenant: "t", Name: "second"}
	put := func(tx store.Tx) error { return tx.PutHead(second, []byte("second")) }
	errs := s.Update(t.Context(), fail(first), put, fail(first))
	want(t, "errors", fmt.Sprint(errs), fmt.Sprint([]error{errNo, nil, errNo}))
	update(t, s, func(tx store.Tx) error { return tx.Append(first, 1, []byte("first")) })
	view(t, s, func(r store.Reader) error {
		want(t, "head of first", bytesOf(t)(r.Head(first)), "nil")
		want(t, "head of second", bytesOf(t)(r.Head(second)), "<second>")
		want(t, "first", scanned(t, r, first, store.Organisation(first)), "entry 1 first; current 1 first; ")
		want(t, "second", scanned(t, r, second, store.Organisation(second)), "")
		return nil
	})
}

func laterSeeEarlier(t *testing.T, s store.Store) {
	update(t, s, func(tx store.Tx) error { return tx.Append(care, 1, []byte("1")) })
	see := func(seen string, then func(tx store.Tx) error) func(store.Tx) error {
		return func(tx store.Tx) error {
			want(t, "seen", scanned(t, tx, care, office), seen)
			return then(tx)
		}
	}
	errs := s.Update(t.Context(),
		see("entry 1 1; current 1 1; ", func(tx store.Tx) error { return tx.Append(care, 2, []byte("2")) }),
		see("entry 1 1; entry 2 2; current 1 1; current 2 2; ", func(tx store.Tx) error {
			return all(tx.Append(care, 3, nil), tx.Supersede(care, 1), errNo)
		}),
		see("entry 1 1; entry 2 2; current 1 1; current 2 2; ", func(tx store.Tx) error { return tx.Supersede(care, 2) }),
		see("entry 1 1; entry 2 2; current 1 1; ", func(tx store.Tx) error { return tx.ReplaceEntry(care, 1, []byte("x")) }),
		see("entry 1 x; entry 2 2; current 1 x; ", func(tx store.Tx) error { return nil }))
	want(t, "errors", fmt.Sprint(errs), fmt.Sprint([]error{nil, errNo, nil, nil, nil}))
}

func scansSeeOwnWrites(t *testing.T, s store.Store) {
	update(t, s, func(tx store.Tx) error {
		return all(tx.PutRecord(care, id(4), []byte("a")), tx.PutRecord(care, id(8), []byte("b")))
	})
	update(t, s, func(tx store.Tx) error {
		for step, c := range []struct {
			id   byte
			seen string
		}{
			{6, "record 4 a; record 6 v; record 8 b; "},
			{2, "record 2 v; record 4 a; record 6 v; record 8 b; "},
			{8, "record 2 v; record 4 a; record 6 v; record 8 v; "},
			{9, "record 2 v; record 4 a; record 6 v; record 8 v; record 9 v; "},
		} {
			if err := tx.PutRecord(care, id(c.id), []byte("v")); err != nil {
				return err
			}
			want(t, fmt.Sprint("step ", step), scanned(t, tx, care, office), c.seen)
		}
		return nil
	})
}

func failedWriteFailsClosure(t *testing.T, s store.Store) {
	errs := s.Update(t.Context(), func(tx store.Tx) error {
		_ = tx.PutHead(care, []byte("head"))
		_ = tx.Append(care, 0, nil)
		_ = tx.PutRecord(care, id(1), nil)
		return nil
	})
	wantErr(t, "the closure's error", errs[0], store.ErrNoSeq)
	view(t, s, func(r store.Reader) error { want(t, "head", bytesOf(t)(r.Head(care)), "nil"); return nil })
}

func valuesBelongToCaller(t *testing.T, s store.Store) {
	both(t, s, func(tx store.Tx) error {
		buffer := make([]byte, 20_000)
		for n := byte(1); n <= 5; n++ {
			value := buffer[:int(n)*4000]
			for i := range value {
				value[i] = n
			}
			if err := all(tx.Append(care, uint64(n), value), tx.PutRecord(care, id(n), value[:n]), tx.PutHead(care, value[:3])); err != nil {
				return err
			}
			clear(buffer)
		}
		return nil
	}, func(t *testing.T, r store.Reader) {
		for n := byte(1); n <= 5; n++ {
			entry, err := r.Entry(care, uint64(n))
			if err != nil || len(entry) != int(n)*4000 || entry[0] != n || entry[len(entry)-1] != n {
				t.Errorf("entry %d changed with the caller's buffer (%v)", n, err)
			}
			state, _ := r.Record(care, id(n))
			want(t, "state", fmt.Sprint(state[0], len(state)), fmt.Sprint(n, int(n)))
		}
	})
}
