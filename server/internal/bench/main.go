// Command bench measures the server as tablets meet it: the real binary, as a process of its own, on a real disk, over
// loopback. It prints what was measured beside what is aimed at and what the best peer was measured with.
//
// It promises to check what it measures: whatever was pushed is pulled again and compared, and the store is verified
// when its server has stopped. Only that decides the exit code; a missed target does not. It leaves no process behind,
// and no folder but the one that --keep asks for.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// settings are what the command line says.
type settings struct {
	rows       map[string]bool
	records    int
	rounds     int
	seed       uint64
	dir        string
	timeout    time.Duration
	markdown   bool
	keep       bool
	inprocess  bool
	cpuprofile string
}

// Bounds of what may be asked for: the bench ends by itself.
const (
	maxRecords = 100_000
	maxRounds  = 50
	// largeFactor is how many times the records of the small chart the large one has.
	largeFactor = 10
)

// known are the rows that there are, in the order in which they run.
var known = []string{"W1", "W2", "W3", "W4", "W5", "W6", "MANY", "SHIFT", "REPAIR", "TIMELINE", "ALERT", "IDLE"}

func main() {
	s, err := parse(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	err = bench(ctx, s, os.Stdout, os.Stderr)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(args []string, errs io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(errs)
	rows := flags.String("rows", strings.Join(known, ","), "what to measure")
	flags.IntVar(&s.records, "records", 10_000, "records of the small chart; the large one has ten times as many")
	flags.IntVar(&s.rounds, "rounds", 3, "how often each measurement is repeated; W3 and W4 take at least 50 and 200")
	flags.Uint64Var(&s.seed, "seed", 1, "seed of the readings")
	flags.StringVar(&s.dir, "dir", ".bench", "folder to work in, on the disk that is to be measured")
	flags.DurationVar(&s.timeout, "timeout", 10*time.Minute, "when to give up")
	flags.BoolVar(&s.markdown, "markdown", false, "print for server/doc/figures.md")
	flags.BoolVar(&s.keep, "keep", false, "leave the folder for somebody to look at")
	flags.BoolVar(&s.inprocess, "inprocess", false, "run the server in this process, for profiles; judges nothing")
	flags.StringVar(&s.cpuprofile, "cpuprofile", "", "with --inprocess: where to write the CPU profile, one file per row")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	s.rows = map[string]bool{}
	for row := range strings.SplitSeq(*rows, ",") {
		s.rows[strings.ToUpper(strings.TrimSpace(row))] = true
	}
	return s, s.check()
}

func (s settings) check() error {
	named := 0
	for _, row := range known {
		if s.rows[row] {
			named++
		}
	}
	switch {
	case named != len(s.rows):
		return fmt.Errorf("--rows takes some of %s", strings.Join(known, ","))
	case s.records < 100 || s.records > maxRecords:
		return fmt.Errorf("--records takes 100 to %d", maxRecords)
	case s.rounds < 1 || s.rounds > maxRounds:
		return fmt.Errorf("--rounds takes 1 to %d", maxRounds)
	case s.cpuprofile != "" && !s.inprocess:
		return errors.New("--cpuprofile needs --inprocess: the server has no profiler")
	}
	return nil
}

// bench measures what was asked for and prints it.
func bench(ctx context.Context, s settings, out, errs io.Writer) (err error) {
	l, err := newLab(ctx, s, errs)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	l.header(ctx, out)
	failed := l.measure(ctx)
	l.report.print(out, s.markdown, !s.inprocess)
	if failed == nil {
		fmt.Fprintln(out, l.checked())
	}
	return failed
}

// measure runs the rows. Each leaves its store checked.
func (l *lab) measure(ctx context.Context) error {
	for _, row := range []struct {
		names []string
		run   func(context.Context) error
	}{
		{[]string{"W1"}, l.pushes},
		{[]string{"W2"}, l.firstSyncs},
		{[]string{"W2", "W3", "W4", "W6", "SHIFT", "REPAIR", "TIMELINE"}, l.largeChart},
		{[]string{"W5"}, l.storms},
		{[]string{"MANY"}, l.manyTablets},
		{[]string{"ALERT"}, l.alarms},
		{[]string{"IDLE"}, l.idle},
	} {
		if !l.wants(row.names...) {
			continue
		}
		if err := row.run(ctx); err != nil {
			if ctx.Err() != nil {
				return fmt.Errorf("%s was ended before it was done: %w", strings.Join(row.names, ", "), context.Cause(ctx))
			}
			return fmt.Errorf("%s: %w", strings.Join(row.names, ", "), err)
		}
	}
	return nil
}

func (l *lab) wants(rows ...string) bool {
	for _, row := range rows {
		if l.settings.rows[row] {
			return true
		}
	}
	return false
}

// folder is the one to work in, and whether it had to be made.
func (s settings) folder() (dir string, made bool, err error) {
	if dir, err = filepath.Abs(s.dir); err != nil {
		return "", false, err
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return dir, true, os.MkdirAll(dir, 0o700)
	}
	return dir, false, nil
}
