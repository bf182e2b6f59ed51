package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDamagedBackupsEndWithTheSameCode, whatever is wrong with them, and the help says which.
func TestDamagedBackupsEndWithTheSameCode(t *testing.T) {
	data, folder := emptyFolder(t), t.TempDir()
	code, identity, public := tsunagu("", "backup", "keygen")
	key, whole := filepath.Join(folder, "key.txt"), filepath.Join(folder, "whole.age")
	if err := os.WriteFile(key, []byte(identity), 0o600); code != exitOK || err != nil {
		t.Fatal(code, err)
	}
	recipient := strings.TrimSpace(strings.TrimPrefix(public, "public key: "))
	if code, _, errs := tsunagu("", "backup", "--data", data, "--directory", demo, "--recipient", recipient, "--out", whole); code != exitOK {
		t.Fatal(errs)
	}
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	altered := append([]byte{content[0] ^ 1}, content[1:]...)
	for name, bad := range map[string][]byte{
		"its first byte altered": altered, "empty": nil, "something else": []byte("not a backup"), "cut": content[:len(content)-5],
	} {
		file := filepath.Join(folder, "bad.age")
		if err := os.WriteFile(file, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, command := range [][]string{{"backup", "verify"}, {"restore", "--data", filepath.Join(folder, "new")}} {
			code, _, errs := tsunagu("", append(command, "--in", file, "--identity", key)...)
			if code != exitDamage || strings.Count(errs, "\n") != 1 {
				t.Errorf("%s, %s: %d %q", name, command[0], code, errs)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "new")); !os.IsNotExist(err) {
		t.Errorf("a folder was left behind: %v", err)
	}
	for _, command := range [][]string{{"backup", "verify", "--help"}, {"restore", "--help"}} {
		if _, out, _ := tsunagu("", command...); !strings.Contains(out, "Exit code 0") {
			t.Errorf("%v does not tell its exit codes", command)
		}
	}
}

// TestEveryCommandTakesMinFree: what a disk has to have left can be told to whatever opens a store or unpacks a backup.
func TestEveryCommandTakesMinFree(t *testing.T) {
	data := emptyFolder(t)
	for _, command := range []string{"stats", "verify"} {
		args := []string{command, "--data", data, "--min-free", "1KiB"}
		if command == "stats" {
			args = append(args, "--directory", demo)
		}
		if code, _, errs := tsunagu("", args...); code != exitOK {
			t.Errorf("%s: %d %q", command, code, errs)
		}
	}
	for _, command := range []string{"backup verify", "restore from", "erase", "export", "backup make", "restore confirm"} {
		if _, out, _ := tsunagu("", append(strings.Fields(command), "--help")...); !strings.Contains(out, "--min-free") {
			t.Errorf("%s has no --min-free", command)
		}
	}
}
