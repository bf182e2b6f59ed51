package app

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"
)

// noteWords are what handover writes.
const noteWords = "made up"

// orderOf is an order to erase a note that was just written.
func orderOf(t *testing.T, r *running) journal.Erasure {
	t.Helper()
	written := note(t, h2c(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001")
	if !holds(t, r, noteWords) {
		t.Fatal("what was written is not in the store: the test shows nothing")
	}
	return journal.Erasure{
		Tenant: "demo", Stream: "chart-0001/care", Order: "令和8年 第12号",
		Record: fmt.Sprintf("%x", written.GetReceipt().GetMutationId()),
	}
}

// TestAnOrderOutlivesTheServer: one that is in the journal and not carried out, as a server leaves it that dies in between,
// is carried out by the next start, of a server or of a command. A start after that has nothing to do.
func TestAnOrderOutlivesTheServer(t *testing.T) {
	for name, next := range map[string]bool{"server": true, "command": false} {
		t.Run(name, func(t *testing.T) {
			c := settings(t)
			r := start(t, c, onDisk)
			order := orderOf(t, r)
			if err := r.stop(); err != nil {
				t.Fatal(err)
			}
			j, err := journal.Open(c.JournalFolder())
			if err != nil {
				t.Fatal(err)
			}
			if err := j.Erased(order, time.Now()); err != nil || j.Close() != nil {
				t.Fatal(err)
			}
			if !next {
				a, err := Operate(t.Context(), c, zerolog.Nop())
				if err != nil {
					t.Fatal(err)
				}
				if s, err := a.Stats(t.Context()); err != nil || s.ErasuresOpen != 0 {
					t.Errorf("%+v, %v", s, err)
				}
				if err := a.Close(); err != nil {
					t.Fatal(err)
				}
			}
			r = start(t, c, onDisk)
			if holds(t, r, noteWords) {
				t.Error("the words are still in the store")
			}
			if carriedOut := strings.Contains(r.log.String(), "that were left open are carried out"); carriedOut != next {
				t.Errorf("carried out by this start: %v", carriedOut)
			}
			lines := r.journal.Lines()
			if err := r.stop(); err != nil {
				t.Fatal(err)
			}
			r = start(t, c, onDisk)
			if r.journal.Lines() != lines || strings.Contains(r.log.String(), "left open") {
				t.Error("what is done was done again")
			}
		})
	}
}

// filling is a store whose disk is full once it has taken so many more writes; -1: it is not.
type filling struct {
	store.Store
	takes atomic.Int64
}

func (f *filling) Update(ctx context.Context, closures ...func(store.Tx) error) []error {
	switch left := f.takes.Load(); {
	case left == 0:
		return store.Repeat(store.ErrFull, len(closures))
	case left > 0:
		f.takes.Add(-1)
	}
	return f.Store.Update(ctx, closures...)
}

// TestAnOrderOnAFullDisk is refused before it is written down; or, if the disk fills up in between, it says that it is
// written down, is counted, and is carried out once there is room.
func TestAnOrderOnAFullDisk(t *testing.T) {
	disk := &filling{Store: memory.New()}
	disk.takes.Store(-1)
	r := start(t, settings(t), WithStore(disk))
	order := orderOf(t, r)

	disk.takes.Store(0)
	if err := r.Erase(t.Context(), order); err == nil || !strings.Contains(err.Error(), "is not written down") {
		t.Errorf("full from the beginning: %v", err)
	}
	if list := r.journal.Erasures(); len(list) != 0 {
		t.Fatalf("written down: %v", list)
	}

	disk.takes.Store(1)
	err := r.Erase(t.Context(), order)
	if err == nil || !strings.Contains(err.Error(), "the order is written down and not carried out yet") || strings.ContainsAny(err.Error(), "\n") || strings.Contains(err.Error(), "nothing was stored") {
		t.Errorf("full in between: %v", err)
	}
	if s, err := r.Stats(t.Context()); err != nil || s.ErasuresOpen != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	shows(t, r, "tsunagu_erasures_open 1")
	if err := r.carryOutOpen(t.Context()); err != nil || !strings.Contains(r.log.String(), "not carried out yet") {
		t.Errorf("while it is full: %v", err)
	}

	disk.takes.Store(-1)
	if err := r.carryOutOpen(t.Context()); err != nil || holds(t, r, noteWords) {
		t.Errorf("the words are still in the store, %v", err)
	}
	if err := r.survey(t.Context()); err != nil {
		t.Fatal(err)
	}
	shows(t, r, "tsunagu_erasures_open 0")
}

// TestOrdersAreOpenUntilARestoreIsConfirmed: what tablets offer until then may hold the record. Both gauges change with the
// confirmation, not a minute after it.
func TestOrdersAreOpenUntilARestoreIsConfirmed(t *testing.T) {
	c := settings(t)
	r := start(t, c, onDisk)
	order := orderOf(t, r)
	content := backedUp(t, r)
	if err := r.Erase(t.Context(), order); err != nil {
		t.Fatal(err)
	}
	into := restoring(t, content)
	into.OldJournal = c.JournalFolder()
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), into); err != nil {
		t.Fatal(err)
	}
	c.Storage = into.Storage
	r = start(t, c, onDisk)
	if err := r.survey(t.Context()); err != nil {
		t.Fatal(err)
	}
	shows(t, r, "tsunagu_erasures_open 1", "tsunagu_restore_unconfirmed 1")
	if holds(t, r, noteWords) {
		t.Error("the restore brought the words back")
	}
	if _, err := r.Confirm(t.Context()); err != nil {
		t.Fatal(err)
	}
	shows(t, r, "tsunagu_erasures_open 0", "tsunagu_restore_unconfirmed 0")
}
