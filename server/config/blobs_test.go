package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStoreElsewhereNeedsAllOfItsSettings(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("very-secret\nnot this\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	all := []string{"--blobs-s3-endpoint", "127.0.0.1:9000", "--blobs-s3-bucket", "b", "--blobs-s3-access-key", "k", "--blobs-s3-secret-key-file", secret}
	c, err := parse(t, all...)
	if err != nil || c.CheckBlobs() != nil || c.BlobMax != 64<<20 {
		t.Errorf("%v %v %v", err, c.CheckBlobs(), c.BlobMax)
	}
	if s, err := c.Secret(); s != "very-secret" || err != nil {
		t.Error(err)
	}
	if c, err := parse(t); err != nil || c.CheckBlobs() != nil {
		t.Error("none of them:", err)
	}
	for left := 0; left < len(all); left += 2 {
		some := append(append([]string{}, all[:left]...), all[left+2:]...)
		c, err := parse(t, some...)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.CheckBlobs(); err == nil || strings.Contains(err.Error(), "very-secret") {
			t.Errorf("without %s: %v", all[left], err)
		}
	}
	c, err = parse(t, "--blobs-s3-secret-key-file", filepath.Join(t.TempDir(), "none"))
	if err != nil || c.CheckBlobs() == nil {
		t.Error("a file that is not there", err)
	}
}
