package keys

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMadeOnceAndKept(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "keys")
	first, err := Load(folder, false)
	if err != nil || first.Store == first.Seal || first.Seal == [Size]byte{} {
		t.Fatal("no two keys", err)
	}
	for _, exists := range []bool{false, true} {
		if again, err := Load(folder, exists); err != nil || again != first {
			t.Errorf("not the same keys: %v", err)
		}
	}
}

func TestNeverMadeForAStoreThatIsThere(t *testing.T) {
	for _, lost := range []string{StoreFile, SealFile} {
		folder := t.TempDir()
		if _, err := Load(folder, false); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(folder, lost)); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(folder, true); err == nil || !strings.Contains(err.Error(), lost+" is missing") {
			t.Errorf("%s: %v", lost, err)
		}
		if _, err := os.Stat(filepath.Join(folder, lost)); err == nil {
			t.Errorf("%s was made", lost)
		}
	}
}

func TestDamagedKeysAreRefusedAndNotTold(t *testing.T) {
	digits := strings.Repeat("ab", Size)
	for name, content := range map[string]string{"empty": "", "short": digits[:62], "long": digits + "ab", "text": strings.Repeat("x", 64)} {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, StoreFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(folder, false); err == nil || (len(content) > 0 && strings.Contains(err.Error(), content)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
