package badger

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Limits of the disk. The driver writes through memory maps: a full disk ends the process instead of failing a write.
const (
	// DefaultMinFreeBytes stays free: two logs, four tables in the making and a compaction.
	DefaultMinFreeBytes = 256 << 20
	// unsafeFreeBytes is too little to open at all: replaying the logs writes tables and a new log.
	unsafeFreeBytes = 4 * memTableBytes
	// checkSpaceEvery is how often the guard looks.
	checkSpaceEvery = time.Second
)

// checkSpace refuses to open on a disk so full that opening would be unsafe, and begins read-only on a low one.
func (s *Store) checkSpace() error {
	free, err := s.opts.free(s.opts.Dir)
	if err != nil {
		return fmt.Errorf("the free space of %s is unknown; nothing was changed, check the disk: %w", s.opts.Dir, err)
	}
	if needed := min(unsafeFreeBytes, s.opts.MinFreeBytes); free < needed {
		return fmt.Errorf("the disk of %s has only %d MiB left and opening takes %d MiB; nothing was changed, free some (the file %s in it may be deleted) and start again",
			s.opts.Dir, free>>20, (needed+1<<20-1)>>20, ballastFile)
	}
	s.full.Store(free < s.opts.MinFreeBytes)
	return nil
}

// guard refuses writes while the disk is low. Close ends it.
func (s *Store) guard() {
	defer s.joined.Done()
	tick := time.NewTicker(checkSpaceEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-tick.C:
			s.look()
		}
	}
}

// look compares what is free with what has to be. A disk that does not answer is taken for full.
func (s *Store) look() {
	free, err := s.opts.free(s.opts.Dir)
	full := err != nil || free < s.opts.MinFreeBytes
	if s.full.Swap(full) == full {
		return
	}
	if full {
		s.log.Error("the disk is nearly full; writes are refused until there is space", "free", free, "needed", s.opts.MinFreeBytes)
	} else {
		s.log.Info("the disk has space again; writes are taken")
	}
}

// keepBallast makes the ballast if there is none and room for it. It holds blocks, not just a length.
func (s *Store) keepBallast() error {
	path := filepath.Join(s.opts.Dir, ballastFile)
	if _, err := os.Stat(path); err == nil || s.opts.BallastBytes <= 0 || s.full.Load() {
		return nil
	}
	free, err := s.opts.free(s.opts.Dir)
	if err != nil || free < s.opts.MinFreeBytes+uint64(s.opts.BallastBytes) {
		s.log.Warn("there is no room for the ballast; free some space and start again", "free", free)
		return nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := allocate(f, s.opts.BallastBytes); err != nil {
		s.log.Warn("the disk does not take a ballast; the store works without it", "cause", err)
		return os.Remove(path)
	}
	return nil
}
