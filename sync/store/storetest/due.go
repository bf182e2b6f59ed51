package storetest

import (
	"fmt"
	"math"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// dueUntil are the marks up to a time, one after the other.
func dueUntil(t *testing.T, r store.Reader, until int64) (seen string) {
	t.Helper()
	err := r.Due(until, func(at int64, k store.ServerKey) error {
		seen += fmt.Sprintf("%d:%q/%d/%q ", at, k.Tenant, k.Table, k.Key)
		return nil
	})
	if err != nil {
		t.Errorf("Due: %v", err)
	}
	return seen
}

// dueOrder: earliest first, over all tenants, then by tenant, table and key; up to a time and that time included.
func dueOrder(t *testing.T, s store.Store) {
	put := func(at int64, keys ...store.ServerKey) func(store.Tx) error {
		return func(tx store.Tx) error {
			for _, k := range keys {
				if err := tx.PutDue(at, k); err != nil {
					return err
				}
			}
			return nil
		}
	}
	a, b := own("a", store.TableOutbox, "k"), own("b", store.TableOutbox, "k")
	update(t, s, put(7, b, own("a", store.TableDelivery, "j"), a))
	update(t, s, put(math.MaxInt64, a))
	both(t, s, func(tx store.Tx) error {
		return all(put(-5, b)(tx), put(math.MinInt64, b)(tx), put(0, b)(tx), put(7, own("a\x00", store.TableOutbox, "k"), a,
			own("a", store.TableOutbox, "j\x00\x01"))(tx), put(8, a)(tx))
	}, func(t *testing.T, r store.Reader) {
		first := `-9223372036854775808:"b"/1/"k" `
		upTo0 := first + `-5:"b"/1/"k" 0:"b"/1/"k" `
		upTo7 := upTo0 + `7:"a"/1/"j\x00\x01" 7:"a"/1/"k" 7:"a"/3/"j" 7:"a\x00"/1/"k" 7:"b"/1/"k" `
		want(t, "due at the beginning", dueUntil(t, r, math.MinInt64), first)
		want(t, "due at 0", dueUntil(t, r, 0), upTo0)
		want(t, "due at 6", dueUntil(t, r, 6), upTo0)
		want(t, "due at 7", dueUntil(t, r, 7), upTo7)
		want(t, "due at the end", dueUntil(t, r, math.MaxInt64), upTo7+`8:"a"/1/"k" 9223372036854775807:"a"/1/"k" `)
		want(t, "a row that only has marks", bytesOf(t)(r.ServerRow(a)), "nil")
	})
}

// dueErased: a mark is gone at once and after the commit, whether it was committed or not, and only it; the last word of
// a closure counts, and without a mark nothing is left.
func dueErased(t *testing.T, s store.Store) {
	a, b := own("a", store.TableOutbox, "a"), own("b", store.TableOutbox, "b")
	before := dumped(t, s)
	update(t, s, func(tx store.Tx) error {
		return all(tx.PutDue(1, a), tx.PutDue(2, a), tx.PutDue(2, b), tx.PutDue(3, a))
	})
	both(t, s, func(tx store.Tx) error {
		return all(tx.EraseDue(1, a), tx.PutDue(1, a), // taken out and put: it is there
			tx.PutDue(5, a), tx.EraseDue(5, a), // put and taken out: it is not
			tx.EraseDue(2, a), tx.EraseDue(3, b), tx.EraseDue(9, a), tx.PutDue(4, b), tx.PutDue(4, b))
	}, func(t *testing.T, r store.Reader) {
		want(t, "what is due", dueUntil(t, r, 10), `1:"a"/1/"a" 2:"b"/1/"b" 3:"a"/1/"a" 4:"b"/1/"b" `)
	})
	errs := s.Update(t.Context(),
		func(tx store.Tx) error { return all(tx.EraseDue(1, a), tx.EraseDue(4, b), tx.PutDue(6, b)) },
		func(tx store.Tx) error { return all(tx.EraseDue(2, b), tx.PutDue(7, b), errNo) },
		func(tx store.Tx) error {
			want(t, "what a later closure sees", dueUntil(t, tx, 10), `2:"b"/1/"b" 3:"a"/1/"a" 6:"b"/1/"b" `)
			return all(tx.EraseDue(6, b), tx.PutDue(1, a))
		},
		func(tx store.Tx) error {
			want(t, "what the last closure sees", dueUntil(t, tx, 10), `1:"a"/1/"a" 2:"b"/1/"b" 3:"a"/1/"a" `)
			return tx.Due(10, func(at int64, k store.ServerKey) error { return tx.EraseDue(at, k) }) // while it reads
		})
	want(t, "errors", fmt.Sprint(errs), fmt.Sprint([]error{nil, errNo, nil, nil}))
	want(t, "what is left", dumped(t, s), before)
}
