package main

import (
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

var w6Disk = figure{row: "W6", what: "disk for the large chart: history, hash chain, indexes; server stopped", unit: mebibytes, target: 45,
	peer: "43 MiB PocketBase, CouchDB compacted"}

// ballast is the file that the server keeps to be deleted when a disk is full. It holds nothing.
const ballast = "ballast"

// lookAtDisk adds up what the store's folder takes on disk.
func (l *lab) lookAtDisk(s *site) error {
	kinds := map[string]int64{}
	var total, set int64
	err := filepath.WalkDir(filepath.Join(s.data, "store"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if d.Name() == ballast {
			set += blocksOf(info)
			return nil
		}
		kinds[kindOf(d.Name())] += blocksOf(info)
		total += blocksOf(info)
		return nil
	})
	if err != nil {
		return err
	}
	f := w6Disk
	f.note = describe(kinds, set)
	l.report.add(f, float64(total)/(1<<20))
	return nil
}

func kindOf(name string) string {
	switch filepath.Ext(name) {
	case ".sst":
		return "tables"
	case ".mem":
		return "logs"
	case ".vlog":
		return "value log"
	default:
		return "small files"
	}
}

func describe(kinds map[string]int64, set int64) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		parts = append(parts, fmt.Sprintf("%s %.1f MiB", kind, float64(kinds[kind])/(1<<20)))
	}
	said := strings.Join(parts, ", ")
	if set == 0 {
		return said + "; no ballast file"
	}
	return said + fmt.Sprintf("; the ballast file of %.0f MiB is not counted", float64(set)/(1<<20))
}
