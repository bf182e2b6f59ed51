package sdk

import (
	"time"

	"golang.org/x/sys/unix"
)

const countsSleep = true

// monotonic counts from boot, sleep included.
func monotonic() func() time.Duration {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts) != nil {
		return sinceStart()
	}
	return func() time.Duration {
		var now unix.Timespec
		_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &now)
		return time.Duration(now.Nano())
	}
}
