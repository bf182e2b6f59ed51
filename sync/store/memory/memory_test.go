package memory_test

import (
	"context"
	"errors"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"
	"github.com/tsunagu-care/tsunagu/sync/store/storetest"
)

func TestPort(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return memory.New() })
}

var stream = store.Stream{Tenant: "t", Name: "s"}

func put(value string) func(store.Tx) error {
	return func(tx store.Tx) error { return tx.PutHead(stream, []byte(value)) }
}

func head(t *testing.T, s store.Store) (value string) {
	t.Helper()
	err := s.View(context.Background(), func(r store.Reader) error {
		head, err := r.Head(stream)
		value = string(head)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestSnapshotGoesItsOwnWay(t *testing.T) {
	s := memory.New()
	s.Update(t.Context(), put("1"))
	backup := s.Snapshot()
	s.Update(t.Context(), put("2"))
	backup.Update(t.Context(), put("3"))
	if a, b := head(t, s), head(t, backup); a != "2" || b != "3" {
		t.Errorf("heads are %s and %s, want 2 and 3", a, b)
	}
	_ = s.Close()
	if again := s.Snapshot(); head(t, again) != "2" {
		t.Error("a snapshot of a closed store has not what was committed")
	}
}

func TestFailNext(t *testing.T) {
	s, boom := memory.New(), errors.New("boom")
	s.FailNext(boom)
	for _, err := range s.Update(t.Context(), put("1"), put("2")) {
		if !errors.Is(err, boom) {
			t.Errorf("error is %v", err)
		}
	}
	if head(t, s) != "" {
		t.Error("a failed commit stored something")
	}
	if err := s.Update(t.Context(), put("3"))[0]; err != nil || head(t, s) != "3" {
		t.Errorf("the commit after a failed one: %v, head %s", err, head(t, s))
	}
}

func TestCommitThenFailNext(t *testing.T) {
	s := memory.New()
	s.CommitThenFailNext(store.ErrUnknownOutcome)
	if err := s.Update(t.Context(), put("1"))[0]; !errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("error is %v", err)
	}
	if head(t, s) != "1" {
		t.Error("the commit was not stored")
	}
}

func TestPlayIsRepeatable(t *testing.T) {
	for seed := range uint64(20) {
		a, b := memory.New(), memory.New()
		if storetest.Play(seed, a) != storetest.Play(seed, b) {
			t.Fatalf("seed %d: closures saw different things", seed)
		}
		if storetest.Hash(a, storetest.Organisations()...) != storetest.Hash(b, storetest.Organisations()...) {
			t.Fatalf("seed %d: hashes differ", seed)
		}
	}
}

// BenchmarkHistory is one small history of the simulator.
func BenchmarkHistory(b *testing.B) {
	for b.Loop() {
		s := memory.New()
		storetest.Play(1, s)
		s.Snapshot()
	}
}
