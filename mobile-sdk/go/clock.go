package sdk

import (
	"crypto/sha256"
	"os"
	"time"

	"github.com/google/uuid"

	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// bootFile names the running boot on Linux and Android.
const bootFile = "/proc/sys/kernel/random/boot_id"

// SystemClock returns the clocks of this machine: wall clock, a monotonic clock that counts sleep where the system
// has one, and the boot it belongs to.
func SystemClock() func() replica.Clock {
	boot := bootID()
	sinceBoot := monotonic()
	return func() replica.Clock {
		return replica.Clock{WallMs: time.Now().UnixMilli(), MonotonicMs: uint64(sinceBoot().Milliseconds()), BootID: boot}
	}
}

// bootID is 8 bytes that change with every boot. Where the system has no name for it, every start of the program
// counts as a boot: the server then relies less on the device's clock.
func bootID() []byte {
	if countsSleep {
		if name, err := os.ReadFile(bootFile); err == nil {
			sum := sha256.Sum256(name)
			return sum[:8]
		}
	}
	id := uuid.New()
	return id[:8]
}

// sinceStart counts from the start of the program.
func sinceStart() func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}

func newID() replica.ID {
	id, err := uuid.NewV7()
	if err != nil { // no randomness: a system that cannot go on safely
		panic("sdk: no source of randomness")
	}
	return replica.ID(id)
}

// now is what the tablet's own clock says, which may be wrong.
func (t *Tablet) now() time.Time { return time.UnixMilli(t.opts.Clock().WallMs) }
