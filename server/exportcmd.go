package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
)

type exportCmd struct {
	place
	Chart     string `group:"storage" env:"-" required:"" placeholder:"CHART" help:"Chart to write out: chart-0001."`
	As        string `group:"storage" env:"-" required:"" placeholder:"PERSON" help:"Person whose grants decide what is in the file; their name stands in it."`
	Format    string `group:"storage" env:"-" enum:"html,json,ndjson" default:"html" placeholder:"FORMAT" help:"html to read and print, json with the history of every record, ndjson with one record a line. Default: ${default}."`
	Out       string `group:"storage" env:"-" required:"" type:"path" placeholder:"FILE" help:"File to write. One that exists is not overwritten."`
	From      string `group:"storage" env:"-" placeholder:"DATE" help:"Leave out what happened before this day (2026-11-01). What holds until it is changed is always in the file."`
	Until     string `group:"storage" env:"-" placeholder:"DATE" help:"Leave out what happened after this day."`
	ForFamily bool   `group:"storage" env:"-" help:"Leave out what the patient has not been told, and what is internal. Use it for everything that is left at home."`
}

// Help is the long help.
func (exportCmd) Help() string {
	return `A running server is asked for it; without one, the store is opened. Whoever may read the chart gets the same file over
the network: ChartService.ExportChart. Either way the journal keeps who took which chart, when, how and how many records.

  tsunagu export --data /srv/tsunagu --chart chart-0001 --as sato --out chart-0001.html
  tsunagu export --data /srv/tsunagu --chart chart-0001 --as sato --format ndjson --out chart-0001.ndjson

The file holds a chart in plain text: keep it like the chart.`
}

// formats by their names on the command line.
var formats = map[string]chartv1.ExportFormat{
	"html":   chartv1.ExportFormat_EXPORT_FORMAT_HTML,
	"json":   chartv1.ExportFormat_EXPORT_FORMAT_JSON,
	"ndjson": chartv1.ExportFormat_EXPORT_FORMAT_NDJSON,
}

// Run writes the file.
func (c *exportCmd) Run(s *streams) error {
	from, err := dayInJapan("--from", c.From)
	if err != nil {
		return err
	}
	until, err := dayInJapan("--until", c.Until)
	if err != nil {
		return err
	}
	if !until.IsZero() {
		until = until.AddDate(0, 0, 1) // the whole day
	}
	x := operator.Exporting{
		Chart: c.Chart, Person: c.As, Format: formats[c.Format], From: from, Until: until, ForFamily: c.ForFamily,
	}
	var size int64
	err = c.with(func(ctx context.Context, by operator.Service) (err error) {
		size, err = writeNew(c.Out, func(out io.Writer) error { return by.Export(ctx, x, out) })
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "written: %s, %d bytes; it holds a chart in plain text, keep it like the chart\n", c.Out, size)
	return err
}

// japan is where the days of the command line are meant.
var japan = time.FixedZone("JST", 9*60*60)

// dayInJapan reads a day; empty is no day.
func dayInJapan(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, japan)
	if err != nil {
		return day, fmt.Errorf("%s is not a day; nothing was written: write it as 2026-11-01", flag)
	}
	return day, nil
}

// writeNew writes a file that appears under its name only once it is whole and on disk. One that exists is left alone.
func writeNew(path string, write func(io.Writer) error) (size int64, err error) {
	exists := fmt.Errorf("%s exists already and was left as it is: name another file with --out", path)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return 0, exists
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".tsunagu-export-*") // readable for its owner alone
	if err != nil {
		return 0, fmt.Errorf("no file can be made in %s; nothing was written: choose another place with --out: %w", filepath.Dir(path), err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(f.Name())
	if err != nil {
		return 0, err
	}
	if err := os.Link(f.Name(), path); err != nil { // unlike a rename, it never takes the place of another file
		if errors.Is(err, fs.ErrExist) {
			return 0, exists
		}
		return info.Size(), os.Rename(f.Name(), path) // a file system without links
	}
	return info.Size(), nil
}
