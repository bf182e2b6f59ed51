package badger

import (
	"io/fs"
	"math/bits"
	"path/filepath"
	"sync/atomic"
	"syscall"
)

// histogramBuckets is how many powers of two the sizes of commits are counted in.
const histogramBuckets = 14

// Stats are counted since the store was opened.
type Stats struct {
	// Commits is how many commits were made durable, each with one fsync.
	Commits uint64
	// Closures is how many closures were run or refused.
	Closures uint64
	// Writes and Bytes are what the commits wrote: keys, and keys with values.
	Writes, Bytes uint64
	// GatheredMax is the most closures that shared a commit.
	GatheredMax uint64
	// Gathered counts commits by their closures: [0] one, [1] two, [2] up to four, [3] up to eight, and so on; the
	// last one all that are larger.
	Gathered [histogramBuckets]uint64
	// DiskBytes is what the folder takes on disk, a ballast not counted.
	DiskBytes uint64
}

// stats are the counters behind Stats.
type stats struct {
	commits, closures, writes, bytes, gatheredMax atomic.Uint64

	gathered [histogramBuckets]atomic.Uint64
}

// committed counts one commit. Only the writer calls it.
func (s *stats) committed(closures, writes, bytes int) {
	s.commits.Add(1)
	s.writes.Add(uint64(writes))
	s.bytes.Add(uint64(bytes))
	s.gathered[min(bits.Len(uint(max(closures, 1)-1)), histogramBuckets-1)].Add(1)
	s.gatheredMax.Store(max(s.gatheredMax.Load(), uint64(closures)))
}

// Stats returns what was counted. It reads the folder's listing.
func (s *Store) Stats() Stats {
	answer := s.Counts()
	answer.DiskBytes = onDisk(s.opts.Dir)
	return answer
}

// Counts is Stats without the size on disk, and without touching the disk.
func (s *Store) Counts() Stats {
	answer := Stats{
		Commits:     s.stats.commits.Load(),
		Closures:    s.stats.closures.Load(),
		Writes:      s.stats.writes.Load(),
		Bytes:       s.stats.bytes.Load(),
		GatheredMax: s.stats.gatheredMax.Load(),
	}
	for i := range answer.Gathered {
		answer.Gathered[i] = s.stats.gathered[i].Load()
	}
	return answer
}

// onDisk adds up blocks, not lengths: log files are longer than what is in them. A file that goes meanwhile counts 0.
func onDisk(dir string) (total uint64) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == ballastFile {
			return nil
		}
		if info, err := d.Info(); err == nil {
			if st, ok := info.Sys().(*syscall.Stat_t); ok {
				total += uint64(st.Blocks) * 512
			}
		}
		return nil
	})
	return total
}
