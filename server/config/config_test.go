package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
)

type command struct {
	Config kong.ConfigFlag
	Serve  struct{ Server }  `cmd:""`
	Verify struct{ Storage } `cmd:""`
}

func parse(t *testing.T, args ...string) (Server, error) {
	t.Helper()
	var c command
	parser, err := kong.New(&c, append(Options(), kong.Exit(func(int) { t.Error("it exits") }))...)
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(append([]string{"serve"}, args...))
	return c.Serve.Server, err
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tsunagu.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPrecedence(t *testing.T) {
	written := file(t, "listen: file:1\nmin-free: 1GiB\ntoken-life: 3h\ntrusted-proxies: [10.0.0.0/8, 192.168.0.0/16]\n")
	t.Run("default", func(t *testing.T) {
		c, err := parse(t)
		if err != nil || c.Listen != "127.0.0.1:8420" || c.MinFree != 256<<20 || c.TokenLife != 12*time.Hour || c.Check() != nil {
			t.Errorf("%+v %v", c, err)
		}
	})
	t.Run("file over default", func(t *testing.T) {
		c, err := parse(t, "--config", written)
		if err != nil || c.Listen != "file:1" || c.MinFree != 1<<30 || c.TokenLife != 3*time.Hour || len(c.Proxies()) != 2 {
			t.Errorf("%+v %v", c, err)
		}
	})
	t.Run("environment over file", func(t *testing.T) {
		t.Setenv("TSUNAGU_LISTEN", "env:1")
		t.Setenv("TSUNAGU_MIN_FREE", "2GiB")
		c, err := parse(t, "--config", written)
		if err != nil || c.Listen != "env:1" || c.MinFree != 2<<30 || c.TokenLife != 3*time.Hour {
			t.Errorf("%+v %v", c, err)
		}
	})
	t.Run("flag over environment", func(t *testing.T) {
		t.Setenv("TSUNAGU_LISTEN", "env:1")
		c, err := parse(t, "--config", written, "--listen", "flag:1")
		if err != nil || c.Listen != "flag:1" {
			t.Errorf("%+v %v", c, err)
		}
	})
	t.Run("file named in the environment", func(t *testing.T) {
		t.Setenv("TSUNAGU_CONFIG", written)
		c, err := parse(t)
		if err != nil || c.Listen != "file:1" {
			t.Errorf("%+v %v", c, err)
		}
	})
}

func TestBadFiles(t *testing.T) {
	for content, want := range map[string]string{
		"listen: a:1\nlisten-on: b:1\n": "line 2",
		"listen: {a: 1}\n":              "line 1",
		"config: other.yaml\n":          "no setting",
		"yes: true\n":                   "no setting",
		"- listen\n":                    "name: value",
		"min-free: much\n":              "not a size",
		"token-life: long\n":            "duration",
	} {
		if _, err := parse(t, "--config", file(t, content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
	}
	if c, err := parse(t, "--config", file(t, "")); err != nil || c.Listen == "" {
		t.Errorf("an empty file: %v", err)
	}
}

// TestEverySettingHasAllThreeNames: what can be set by flag can be set by environment and file.
func TestEverySettingHasAllThreeNames(t *testing.T) {
	parser, err := kong.New(&command{}, Options()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range parser.Model.Children {
		for _, flag := range node.Flags {
			want := EnvPrefix + "_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
			if len(flag.Envs) != 1 || flag.Envs[0] != want {
				t.Errorf("--%s has %v in the environment, not %s", flag.Name, flag.Envs, want)
			}
			if flag.Help == "" || flag.Group == nil {
				t.Errorf("--%s has no help or no group", flag.Name)
			}
		}
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]Size{"0": 0, "17": 17, "1KiB": 1 << 10, "2 MiB": 2 << 20, "3GiB": 3 << 30, "1TiB": 1 << 40} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%q is %d, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "-1", "1MB", "MiB", "99999999999TiB", "1.5GiB"} {
		if err := new(Size).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is a size", text)
		}
	}
}
