package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tsunagu-care/tsunagu/mobile-sdk/go/internal/store"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

func value(t *testing.T, s *store.Store, key string) (got string) {
	t.Helper()
	if err := s.View(func(r replica.Reader) error {
		v, err := r.Get([]byte(key))
		got = string(v)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return got
}

// TestEmptyLogsDoNotKeepAStoreClosed: a tablet that is switched off while a log file is made leaves it empty.
func TestEmptyLogsDoNotKeepAStoreClosed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tablet")
	s := open(t, dir)
	set(t, s, "k", "v")
	_ = s.Close()
	for _, name := range []string{"00009.mem", "000999.vlog"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := value(t, open(t, dir), "k"); got != "v" {
		t.Errorf("read %q", got)
	}
}

// TestDamagedTableIsRefusedInWords: whatever byte of a table is damaged, opening answers and does not panic.
func TestDamagedTableIsRefusedInWords(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tablet")
	s := open(t, dir)
	for n := range 300 {
		set(t, s, fmt.Sprintf("k%d", n), strings.Repeat("value", 40))
	}
	_ = s.Close()
	_ = open(t, dir).Close() // what is healthy opens
	tables, _ := filepath.Glob(filepath.Join(dir, "*.sst"))
	if len(tables) == 0 {
		t.Fatal("no table was made")
	}
	whole, err := os.ReadFile(tables[0])
	if err != nil {
		t.Fatal(err)
	}
	key, _ := store.Key(dir)
	damage := map[string][]byte{"cut": whole[:len(whole)-1], "empty": {}, "half": whole[:len(whole)/2]}
	for back := 1; back <= len(whole); back += 1 + back/60 {
		flipped := append([]byte(nil), whole...)
		flipped[len(flipped)-back] ^= 0xff
		damage[fmt.Sprintf("byte %d from the end", back)] = flipped
	}
	for what, content := range damage {
		if err := os.WriteFile(tables[0], content, 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := store.Open(dir, key); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %v", what, err)
			_ = s.Close()
		}
	}
	if err := os.WriteFile(tables[0], whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := value(t, open(t, dir), "k7"); !strings.HasPrefix(got, "value") {
		t.Errorf("read %q", got)
	}
}

func TestSetAsideTakesTheKeyAlong(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tablet")
	s := open(t, dir)
	set(t, s, "k", "v")
	_ = s.Close()
	aside, err := store.SetAside(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := value(t, open(t, aside), "k"); got != "v" {
		t.Errorf("read %q", got)
	}
	if _, err := os.Stat(store.KeyFile(dir)); !os.IsNotExist(err) {
		t.Error("the key is still at its old place")
	}
	if _, err := store.SetAside(dir); !errors.Is(err, store.ErrNoStore) {
		t.Errorf("nothing to set aside: %v", err)
	}
}
