package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

// TestStoreThatIsGone: a volume that is not mounted must not become an empty store, nor another key the sealing key.
func TestStoreThatIsGone(t *testing.T) {
	c := settings(t)
	open := func() error {
		a, err := Open(t.Context(), c, zerolog.Nop())
		if err != nil {
			return err
		}
		return a.Close()
	}
	if err := open(); err != nil {
		t.Fatal(err)
	}
	sealKey := filepath.Join(c.KeysFolder(), "seal.key")
	right, err := os.ReadFile(sealKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(sealKey, []byte(strings.Repeat("ab", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(); err == nil || !strings.Contains(err.Error(), "is not the key that this server has sealed with") {
		t.Errorf("another sealing key: %v", err)
	}
	if err := os.WriteFile(sealKey, right, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(c.StoreFolder()); err != nil {
		t.Fatal(err)
	}
	if err := open(); err == nil || !strings.Contains(err.Error(), "is gone though this server has had one") {
		t.Errorf("the store's folder is gone: %v", err)
	}
	if err := os.Remove(c.SealMark()); err != nil {
		t.Fatal(err)
	}
	if err := open(); err != nil {
		t.Errorf("begun anew, as the sentence says: %v", err)
	}
}
