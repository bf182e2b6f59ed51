package badger

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"
	"github.com/tsunagu-care/tsunagu/sync/store/storetest"
)

// testKey encrypts every store of the tests.
var testKey = bytes.Repeat([]byte{7}, KeyBytes)

// testOptions need no more disk than a test leaves.
func testOptions(dir string) Options { return Options{Dir: dir, Key: testKey, MinFreeBytes: 1} }

// open opens a store that the test closes at its end, if not earlier.
func open(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestPort(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, testOptions(t.TempDir())) })
}

// TestSameAsMemory plays the same seeds on the reference engine and here, opening the store again in between.
func TestSameAsMemory(t *testing.T) {
	dir, reference := t.TempDir(), memory.New()
	for seed := range uint64(12) {
		s := open(t, testOptions(dir))
		if got, want := storetest.Play(seed, s), storetest.Play(seed, reference); got != want {
			t.Fatalf("seed %d: closures saw\n%s\nwant\n%s", seed, got, want)
		}
		compare(t, fmt.Sprint("seed ", seed), s, reference)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, testOptions(dir))
		compare(t, fmt.Sprint("opened again after seed ", seed), s, reference)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// compare compares all that can be read.
func compare(t *testing.T, when string, s, reference store.Store) {
	t.Helper()
	inboxes := storetest.Organisations()
	if storetest.Hash(s, inboxes...) != storetest.Hash(reference, inboxes...) {
		t.Fatalf("%s: the store holds\n%s\nwant\n%s", when, storetest.Dump(s, inboxes...), storetest.Dump(reference, inboxes...))
	}
	if storetest.Rows(s) != storetest.Rows(reference) {
		t.Fatalf("%s: the rows that it dumps are not those of the reference", when)
	}
}
