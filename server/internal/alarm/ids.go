package alarm

import (
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"time"
)

// errEntropy: a restart is what helps, and everything that is due is still due then.
var errEntropy = errors.New("no random numbers are to be had; nothing was sent, what is due stays due: restart the server")

// ids makes ids that sort by the time at which they were made, so that a trail is read in its order: UUIDv7, with a count
// within the millisecond where that has random bits.
type ids struct {
	mu      sync.Mutex
	entropy io.Reader
	last    int64
	count   uint16
}

func (i *ids) next(now time.Time) (id [16]byte, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if _, err := io.ReadFull(i.entropy, id[8:]); err != nil {
		return id, errEntropy
	}
	switch ms := now.UnixMilli(); {
	case ms > i.last:
		i.last, i.count = ms, 0
	case i.count == 0xfff:
		i.last, i.count = i.last+1, 0
	default:
		i.count++
	}
	begin := idsFrom(i.last)
	copy(id[:6], begin[:6])
	binary.BigEndian.PutUint16(id[6:], 0x7000|i.count)
	id[8] = id[8]&0x3f | 0x80
	return id, nil
}

// idsFrom is below every id that is made from a time on.
func idsFrom(ms int64) (id [16]byte) {
	binary.BigEndian.PutUint64(id[:], uint64(max(ms, 0))<<16)
	return id
}

// chance returns a part of a wait.
func (i *ids) chance(of time.Duration) time.Duration {
	i.mu.Lock()
	defer i.mu.Unlock()
	var b [8]byte
	if _, err := io.ReadFull(i.entropy, b[:]); err != nil || of <= 0 {
		return 0
	}
	return time.Duration(binary.BigEndian.Uint64(b[:]) % uint64(of))
}
