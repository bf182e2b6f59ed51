package app

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"
)

// TestOpenRefusals: whatever is wrong at the start is one sentence that says what to do.
func TestOpenRefusals(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	write := func(path, content string) {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		change func(c *config.Server)
		want   string
	}{
		"port in use":     {func(c *config.Server) { c.Listen = taken.Addr().String() }, "choose another address"},
		"no such address": {func(c *config.Server) { c.Listen = "8420" }, "HOST:PORT"},
		"no directory":    {func(c *config.Server) { c.Directory = "" }, "--directory"},
		"bad directory": {func(c *config.Server) {
			c.Directory = filepath.Join(c.Data, "d")
			write(c.Directory, "tenant: a\nx: 1\n")
		}, "line 2"},
		"key without cert":   {func(c *config.Server) { c.TLSKey = "key.pem" }, "belong together"},
		"no certificate":     {func(c *config.Server) { c.TLSKey, c.TLSCert = "key.pem", "cert.pem" }, "check both files"},
		"data is a file":     {func(c *config.Server) { c.Data = filepath.Join(c.Data, "f"); write(c.Data, "") }, "--data"},
		"open key":           {func(c *config.Server) { write(filepath.Join(c.KeysFolder(), "store.key"), strings.Repeat("0", 64)) }, "chmod 600"},
		"store without keys": {func(c *config.Server) { write(filepath.Join(c.StoreFolder(), "MANIFEST"), "x") }, "store.key is missing"},
		"damaged journal":    {func(c *config.Server) { write(c.JournalFile(), "epoch 5 00000000\n") }, "line 1 of the epoch journal"},
		"no time":            {func(c *config.Server) { c.ReadTimeout = 0 }, "--read-timeout"},
		"no network":         {func(c *config.Server) { c.TrustedProxies = []string{"x"} }, "--trusted-proxies"},
	} {
		t.Run(name, func(t *testing.T) {
			c := settings(t)
			test.change(&c)
			a, err := Open(t.Context(), c, zerolog.Nop(), WithStore(memory.New()))
			if err == nil {
				_ = a.Close()
				t.Fatal("it opened")
			}
			if !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("said %q, want one sentence with %q", err, test.want)
			}
		})
	}
}

func TestKeysAreKeptAndPrivate(t *testing.T) {
	c := settings(t)
	first, second := start(t, c), (*running)(nil)
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	second = start(t, c)
	if first.options.seals != second.options.seals {
		t.Error("the seal key changed")
	}
	for _, name := range []string{"store.key", "seal.key"} {
		info, err := os.Stat(filepath.Join(c.KeysFolder(), name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
	a, b, err := readBoth(c.KeysFolder())
	if err != nil || a == b {
		t.Error("both keys are one")
	}
}

func readBoth(folder string) (a, b string, err error) {
	first, err := os.ReadFile(filepath.Join(folder, "store.key"))
	if err != nil {
		return "", "", err
	}
	second, err := os.ReadFile(filepath.Join(folder, "seal.key"))
	return string(first), string(second), err
}

func TestLostJournalBeginsAboveTheOldOne(t *testing.T) {
	c := settings(t)
	r := start(t, c)
	last, err := r.epochs.Next(41)
	if err != nil || last != 42 {
		t.Fatal(last, err)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(c.StoreFolder(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.StoreFolder(), "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(c.JournalFile()); err != nil {
		t.Fatal(err)
	}
	before := uint64(time.Now().Unix())
	r = start(t, c)
	if next, err := r.epochs.Next(0); err != nil || next < before {
		t.Errorf("%d %v", next, err)
	}
	if !strings.Contains(r.log.String(), "journal is missing") {
		t.Error("nobody was told")
	}
}
