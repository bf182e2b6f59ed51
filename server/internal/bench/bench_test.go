package main

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/server/internal/directory"
	"github.com/tsunagu-care/tsunagu/sync/care"
)

func TestReadingsAreUsualAndRepeatable(t *testing.T) {
	a, b := newReadings(7, 500), newReadings(7, 500)
	for range 500 {
		one, other := a.next().GetBody(), b.next().GetBody()
		if !proto.Equal(one, other) {
			t.Fatal("the same seed gives other readings")
		}
		if found := care.Check(one); len(found) > 0 {
			t.Fatalf("a reading that somebody would have to confirm: %v", found)
		}
		if found := care.Validate(one); len(found) > 0 {
			t.Fatalf("a reading that the server would hold: %v", found)
		}
		if id := a.id(); id[6]>>4 != 7 || id[8]>>6 != 2 {
			t.Fatalf("%x is no UUIDv7", id)
		}
		b.id()
	}
}

func TestDirectoryIsTaken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "directory.yaml")
	if err := writeDirectory(path); err != nil {
		t.Fatal(err)
	}
	d, err := directory.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Counts(); got != "405 people, 405 devices, 200 charts, 200 streams" {
		t.Error(got)
	}
}

func TestMemoryIsRefused(t *testing.T) {
	if d, err := diskOf("/dev/shm"); err == nil && strings.HasPrefix(d.String(), "tmpfs") {
		t.Errorf("%s was taken for a disk", d)
	}
}

func TestFiguresAreJudgedByTheirMedian(t *testing.T) {
	most := figure{unit: milliseconds, target: 2, values: []float64{9, 1, 2}}
	least := figure{unit: perSecond, target: 30_000, atLeast: true, values: []float64{29_000, 30_500}}
	if most.verdict() != "OK" || least.verdict() != "MISSED" {
		t.Error(most.verdict(), least.verdict())
	}
	if got := least.line(true); strings.Join(got[2:6], "; ") != "29,750/s; 29,000/s … 30,500/s (2); ≥ 30,000/s; MISSED" {
		t.Error(got)
	}
}

func TestSettingsAreBounded(t *testing.T) {
	for _, args := range [][]string{{"--rows", "W9"}, {"--rounds", "0"}, {"--records", "1"}, {"--cpuprofile", "x"}} {
		if _, err := parse(args, io.Discard); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}

// TestEndToEnd runs everything once, small, with the server in this process. It judges no time.
func TestEndToEnd(t *testing.T) {
	dir := t.TempDir()
	if _, err := diskOf(dir); err != nil {
		t.Skip(err)
	}
	s, err := parse([]string{"--inprocess", "--records", "100", "--rounds", "1", "--dir", dir}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := bench(context.Background(), s, &out, io.Discard); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, row := range append(known, "clean on 9 stores") {
		if !strings.Contains(out.String(), row) {
			t.Errorf("nothing about %s in\n%s", row, out.String())
		}
	}
}
