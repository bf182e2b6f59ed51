package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/tsunagu-care/tsunagu/mobile-sdk/go/internal/store"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

func open(t *testing.T, dir string) *store.Store {
	t.Helper()
	key, err := store.Key(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(dir, key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func set(t *testing.T, s *store.Store, pairs ...string) {
	t.Helper()
	err := s.Update(func(tx replica.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.Set([]byte(pairs[i]), []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestScanIsInOrderAndAfter(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "tablet"))
	set(t, s, "b2", "2", "b1", "1", "a", "x", "b3", "3", "c", "y")
	got := ""
	err := s.Update(func(tx replica.Tx) error {
		if err := tx.Set([]byte("b4"), nil); err != nil {
			return err
		}
		if v, err := tx.Get([]byte("b4")); v == nil || err != nil {
			t.Errorf("an empty value reads as absent: %v, %v", v, err)
		}
		return tx.Scan([]byte("b"), []byte("b1"), func(key, _ []byte) error {
			got += string(key) + " "
			return nil
		})
	})
	if err != nil || got != "b2 b3 b4 " {
		t.Errorf("scanned %q, %v", got, err)
	}
}

func TestFailedUpdateStoresNothing(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "tablet"))
	stop := errors.New("stop")
	err := s.Update(func(tx replica.Tx) error { return errors.Join(tx.Set([]byte("k"), []byte("v")), stop) })
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	err = s.View(func(r replica.Reader) error {
		if v, _ := r.Get([]byte("k")); v != nil {
			t.Error("a failed Update stored something")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSecondProcessAndWrongKey(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tablet")
	s := open(t, dir)
	key, _ := store.Key(dir)
	if _, err := store.Open(dir, key); !errors.Is(err, store.ErrInUse) {
		t.Errorf("a second opening: %v", err)
	}
	set(t, s, "k", "v")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(dir, bytes.Repeat([]byte{7}, 32)); !errors.Is(err, store.ErrKey) {
		t.Errorf("a wrong key: %v", err)
	}
	if info, err := os.Stat(store.KeyFile(dir)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", info.Mode(), err)
	}
	if err := s.View(func(replica.Reader) error { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("a closed store: %v", err)
	}
}

func TestDamagedStoreIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tablet")
	s := open(t, dir)
	set(t, s, "k", "v")
	_ = s.Close()
	if err := os.Remove(filepath.Join(dir, "MANIFEST")); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadDir(dir)
	key, _ := store.Key(dir)
	if _, err := store.Open(dir, key); !errors.Is(err, store.ErrDamaged) {
		t.Fatalf("a store without its manifest: %v", err)
	}
	after, _ := os.ReadDir(dir)
	if len(before) != len(after) {
		t.Error("opening changed the folder")
	}
	aside, err := store.SetAside(dir)
	if err != nil {
		t.Fatal(err)
	}
	if kept, _ := os.ReadDir(aside); len(kept) != len(before) {
		t.Error("setting aside lost files")
	}
	open(t, dir)
}

func TestLostKeyIsNotMadeAnew(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tablet")
	_ = open(t, dir).Close()
	if err := os.Remove(store.KeyFile(dir)); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Key(dir); !errors.Is(err, store.ErrKey) {
		t.Errorf("a lost key: %v", err)
	}
}
