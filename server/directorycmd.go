package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tsunagu-care/tsunagu/server/internal/directory"
	"github.com/tsunagu-care/tsunagu/server/internal/secret"
)

type directoryCmd struct {
	HashSecret hashSecretCmd     `cmd:"" help:"Read a secret from stdin and print its hash for directory.yaml."`
	Check      checkDirectoryCmd `cmd:"" help:"Check a directory file without starting anything."`
}

// The shortest secrets that are hashed. A device's is never typed in twice, so it may be as long as one likes.
const (
	minSecret = 8
	maxSecret = 256
)

type hashSecretCmd struct {
	Demo bool `help:"Make a cheap hash, for made-up people in a file with 'demo: true' only."`
}

// Help is the long help.
func (hashSecretCmd) Help() string {
	return `The secret is read from stdin up to the end of the first line, so that it stands in no list of processes:

  tsunagu directory hash-secret < secret.txt
  head -c 24 /dev/urandom | base64 | tee device-secret.txt | tsunagu directory hash-secret`
}

// Run prints the hash.
func (c hashSecretCmd) Run(s *streams) error {
	line, err := bufio.NewReader(io.LimitReader(s.in, maxSecret+2)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("the secret cannot be read from stdin: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if len(line) < minSecret || len(line) > maxSecret {
		return fmt.Errorf("a secret has %d to %d bytes; nothing was hashed: choose another one", minSecret, maxSecret)
	}
	params := secret.Strong
	if c.Demo {
		params = secret.Demo
	}
	hash, err := secret.New(line, params)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, hash)
	return err
}

type checkDirectoryCmd struct {
	File string `arg:"" type:"path" help:"The file."`
}

// Run says what is in the file, or all that is wrong with it.
func (c checkDirectoryCmd) Run(s *streams) error {
	d, err := directory.Open(c.File)
	var problems *directory.Problems
	if errors.As(err, &problems) {
		fmt.Fprint(s.errs, problems.All())
		return errors.New("the directory file has problems; the server would not take it")
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "fine: %s\n", d.Counts())
	return err
}
