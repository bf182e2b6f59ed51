package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWaysOutNeedAllOfTheirSettings(t *testing.T) {
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("very-secret\nnot this\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args []string
		want string // part of the sentence; empty: it is meant
	}{
		"none":                      {nil, ""},
		"firebase":                  {[]string{"--fcm-credentials", "key.json"}, ""},
		"a local endpoint":          {[]string{"--fcm-endpoint", "http://127.0.0.1:1", "--fcm-project", "p"}, ""},
		"an endpoint alone":         {[]string{"--fcm-endpoint", "http://127.0.0.1:1"}, "--fcm-project"},
		"both":                      {[]string{"--fcm-endpoint", "http://127.0.0.1:1", "--fcm-project", "p", "--fcm-credentials", "k"}, "--fcm-endpoint"},
		"mail":                      {[]string{"--smtp-server", "127.0.0.1:25", "--smtp-from", "tsunagu@example.jp"}, ""},
		"mail without a sender":     {[]string{"--smtp-server", "127.0.0.1:25"}, "--smtp-from"},
		"mail without a port":       {[]string{"--smtp-server", "example.jp", "--smtp-from", "tsunagu@example.jp"}, "HOST:PORT"},
		"a sender that is none":     {[]string{"--smtp-server", "127.0.0.1:25", "--smtp-from", "tsunagu"}, "no mail address"},
		"a password without a name": {[]string{"--smtp-password-file", password}, "--smtp-user"},
		"a password that is gone":   {[]string{"--smtp-user", "u", "--smtp-password-file", password + "x"}, "cannot be read"},
		"a name and a password":     {[]string{"--smtp-user", "u", "--smtp-password-file", password}, ""},
	} {
		c, err := parse(t, test.args...)
		if err != nil {
			t.Fatal(name, err)
		}
		err = c.CheckPush()
		if (err == nil) != (test.want == "") || err != nil && (!strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "very-secret")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c, err := parse(t, "--smtp-user", "u", "--smtp-password-file", password)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.SMTPPassword(); got != "very-secret" || err != nil {
		t.Error("the password is the first line", err)
	}
}
