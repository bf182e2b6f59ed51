// Package storetest checks that an engine keeps the promises of the port.
//
// Run goes through the port's comments sentence by sentence. Play drives a store with a stream of operations made from
// a seed, and Hash adds up everything that can be read: the same seed must leave equal hashes in every engine, however
// often it was opened again in between.
package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Run checks an engine. open returns a new, empty store each time; Run closes it.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() { _ = s.Close() })
			c.check(t, s)
		})
	}
	t.Run("rows go from store to store", func(t *testing.T) {
		from, to := open(t), open(t)
		t.Cleanup(func() { _, _ = from.Close(), to.Close() })
		rowsGoFromStoreToStore(t, from, to)
	})
}

// check is one promise.
type check struct {
	name  string
	check func(t *testing.T, s store.Store)
}

var checks = []check{
	{"absent is nil", absentIsNil},
	{"empty is not absent", emptyIsNotAbsent},
	{"every value comes back", everyValueComesBack},
	{"overwriting", overwriting},
	{"append only once", appendOnlyOnce},
	{"replace only what exists", replaceOnlyWhatExists},
	{"lists", lists},
	{"erasing places", erasingPlaces},
	{"erasing keys", erasingKeys},
	{"erasing is undone with its closure", erasingUndone},
	{"inbox counts", inboxCounts},
	{"scan orders", scanOrders},
	{"timeline", timeline},
	{"current skips superseded", currentSkipsSuperseded},
	{"streams lists heads", streamsListsHeads},
	{"devices", devices},
	{"the server's own rows", serverRows},
	{"what is due comes in order", dueOrder},
	{"due marks are erased", dueErased},
	{"the server's own rows are isolated", serverIsolation},
	{"limits of the server's own rows", serverLimits},
	{"callbacks end scans of the server's own", serverScansEnd},
	{"rows of no form of the server's own are refused", serverRowsRefused},
	{"a dump is a snapshot", dumpIsSnapshot},
	{"rows of no form are refused", rowsRefused},
	{"callbacks end scans", callbacksEndScans},
	{"names never mix", namesNeverMix},
	{"tables never mix", tablesNeverMix},
	{"failing closures are discarded alone", failingClosuresAlone},
	{"failing first write leaves nothing", failingFirstWrite},
	{"later closures see earlier ones", laterSeeEarlier},
	{"scans see own writes", scansSeeOwnWrites},
	{"a failed write fails its closure", failedWriteFailsClosure},
	{"values belong to the caller", valuesBelongToCaller},
	{"limits", limits},
	{"a full closure fits", fullClosureFits},
	{"several commits in one call", severalCommits},
	{"too many closures", tooManyClosures},
	{"ended context", endedContext},
	{"views are snapshots", viewsAreSnapshots},
	{"concurrent updates", concurrentUpdates},
	{"close", closing},
	{"close waits", closeWaits},
}

var (
	care   = store.Stream{Tenant: "tenant", Name: "care"}
	office = store.Organisation{Tenant: "tenant", Name: "office"}
	errNo  = errors.New("no")
)

// id returns an id that sorts as n does.
func id(n byte) store.ID { return store.ID{0: n, 15: 1} }

// update runs one closure that has to succeed.
func update(t *testing.T, s store.Store, fn func(store.Tx) error) {
	t.Helper()
	if err := s.Update(context.Background(), fn)[0]; err != nil {
		t.Fatalf("Update: %v", err)
	}
}

// view runs a view that has to succeed.
func view(t *testing.T, s store.Store, fn func(store.Reader) error) {
	t.Helper()
	if err := s.View(context.Background(), fn); err != nil {
		t.Fatalf("View: %v", err)
	}
}

// both runs a check against what a closure sees of its own writes, and against a view after the commit.
func both(t *testing.T, s store.Store, write func(store.Tx) error, read func(t *testing.T, r store.Reader)) {
	t.Helper()
	update(t, s, func(tx store.Tx) error {
		if err := write(tx); err != nil {
			return err
		}
		read(t, tx)
		return nil
	})
	view(t, s, func(r store.Reader) error { read(t, r); return nil })
}

// all joins the errors of several writes.
func all(errs ...error) error { return errors.Join(errs...) }

// bytesOf reports an error and returns the value as a string; "nil" if there is none.
func bytesOf(t *testing.T) func(value []byte, err error) string {
	return func(value []byte, err error) string {
		t.Helper()
		if err != nil {
			t.Errorf("read: %v", err)
		}
		if value == nil {
			return "nil"
		}
		return "<" + string(value) + ">"
	}
}

// want compares.
func want[T comparable](t *testing.T, what string, got, wanted T) {
	t.Helper()
	if got != wanted {
		t.Errorf("%s is %v, want %v", what, got, wanted)
	}
}

// wantErr compares errors.
func wantErr(t *testing.T, what string, got, wanted error) {
	t.Helper()
	if !errors.Is(got, wanted) {
		t.Errorf("%s is %v, want %v", what, got, wanted)
	}
}
