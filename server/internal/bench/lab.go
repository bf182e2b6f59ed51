package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// lab is where the measuring is done: a folder on a real disk, the server's binary and its directory.
type lab struct {
	settings settings
	log      io.Writer
	folder   string
	made     string // the folder around it, if the bench made that too
	disk     disk
	// forwarder takes the pushes of the sites that are opened while it is there.
	forwarder *forwarder
	binary    string // empty: the server runs in this process
	sites     int
	report    report
	profiles  int
	devices   int
	records   int // how many were pulled again and compared
	verified  int // how many stores were verified
}

// newLab makes the folder and builds the binary.
func newLab(ctx context.Context, s settings, log io.Writer) (*lab, error) {
	dir, made, err := s.folder()
	if err != nil {
		return nil, fmt.Errorf("the folder %s cannot be used; name another one with --dir: %w", s.dir, err)
	}
	l := &lab{settings: s, log: log}
	if made {
		l.made = dir
	}
	if l.disk, err = diskOf(dir); err == nil {
		err = l.furnish(ctx, dir)
	}
	if err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

// furnish makes what is needed in the folder.
func (l *lab) furnish(ctx context.Context, dir string) (err error) {
	if l.made != "" {
		// What is in here belongs to nobody's commit, also when the bench was killed.
		if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("*\n"), 0o600); err != nil {
			return err
		}
	}
	if l.folder, err = os.MkdirTemp(dir, "run-"); err != nil {
		return fmt.Errorf("the folder %s cannot be written; name another one with --dir: %w", dir, err)
	}
	if err := writeDirectory(l.directory()); err != nil || l.settings.inprocess {
		return err
	}
	l.binary = filepath.Join(l.folder, "tsunagu")
	return l.build(ctx)
}

func (l *lab) build(ctx context.Context) error {
	said, err := exec.CommandContext(ctx, "go", "build", "-o", l.binary, "github.com/tsunagu-care/tsunagu/server").CombinedOutput()
	if err != nil {
		return fmt.Errorf("the server does not build: %w\n%s", err, said)
	}
	return nil
}

func (l *lab) directory() string { return filepath.Join(l.folder, "directory.yaml") }

// close removes what the bench made.
func (l *lab) close() error {
	switch {
	case l.settings.keep:
		l.say("kept: %s", l.folder)
		return nil
	case l.made != "":
		return os.RemoveAll(l.made)
	case l.folder != "":
		return os.RemoveAll(l.folder)
	}
	return nil
}

// say tells whoever waits how far the bench is.
func (l *lab) say(format string, args ...any) {
	fmt.Fprintf(l.log, format+"\n", args...)
}

func (l *lab) checked() string {
	return fmt.Sprintf("Checked: %s records pulled again and compared with what was pushed, digests recomputed; `tsunagu verify` clean on %d stores.",
		grouped(float64(l.records)), l.verified)
}

// header says on what was measured.
func (l *lab) header(ctx context.Context, out io.Writer) {
	lines := []string{
		"engine: Badger, encrypted, SyncWrites on; synchronisation over loopback, HTTP/2 without TLS; load generator on the same machine",
		"disk: " + l.disk.String(),
		"machine: " + machine() + "; load average at the start " + load(),
		"commit: " + commit(ctx),
		"records: vital signs, seed " + fmt.Sprint(l.settings.seed) + ", bodies of " + bodySize(l.settings.seed) + " bytes of JSON on average",
	}
	if l.settings.inprocess {
		lines = append(lines, "the server runs in this process: figures include the load generator and are not compared with anything")
	}
	mark, end := "", ""
	if l.settings.markdown {
		mark, end = "- ", "\n"
	}
	fmt.Fprintf(out, "%s%s\n%s", mark, strings.Join(lines, "\n"+mark), end)
	fmt.Fprintln(out)
}
