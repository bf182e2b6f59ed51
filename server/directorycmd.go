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

	MergeCharts   mergeChartsCmd   `cmd:"" help:"Let two charts that are one person's be read as one."`
	UnmergeCharts unmergeChartsCmd `cmd:"" help:"Part them again."`
}

// chartPair names two charts in a file.
type chartPair struct {
	Keep  string `required:"" placeholder:"CHART" help:"Chart that both are read as."`
	Merge string `required:"" placeholder:"CHART" help:"Chart whose streams are read with it."`
	File  string `arg:"" type:"path" help:"The directory file."`
}

const sendHangup = "done; the server takes it with SIGHUP, and tablets learn of it at their next synchronisation"

type mergeChartsCmd struct{ chartPair }

// Help is the long help.
func (mergeChartsCmd) Help() string {
	return `Nothing that was written moves: streams keep their names, whoever had a grant on either chart has it on both, and
unmerge-charts undoes it. Comments and order of the file stay.

  tsunagu directory merge-charts --keep chart-0001 --merge chart-0007 directory.yaml`
}

// Run edits the file.
func (c mergeChartsCmd) Run(s *streams) error {
	if err := directory.Merge(c.File, c.Keep, c.Merge); err != nil {
		return err
	}
	_, err := fmt.Fprintln(s.out, sendHangup)
	return err
}

type unmergeChartsCmd struct{ chartPair }

// Run edits the file.
func (c unmergeChartsCmd) Run(s *streams) error {
	if err := directory.Unmerge(c.File, c.Keep, c.Merge); err != nil {
		return err
	}
	_, err := fmt.Fprintln(s.out, sendHangup)
	return err
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
