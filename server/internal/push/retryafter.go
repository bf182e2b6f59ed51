package push

import (
	"net/http"
	"strings"
	"time"
)

// RetryAfter reads the Retry-After header of an answer: seconds, or a date by the other side's clock. It is never more than
// max, because a push that waits for longer is of no use to anybody, and never less than zero. Zero: the header says
// nothing, or nothing that can be read, and the caller's back-off decides.
func RetryAfter(header string, now time.Time, max time.Duration) time.Duration {
	if max <= 0 {
		return 0
	}
	header = strings.TrimSpace(header)
	if wait, ok := wholeSeconds(header, max); ok {
		return wait
	}
	at, err := http.ParseTime(header)
	if err != nil || !at.After(now) {
		return 0
	}
	return min(at.Sub(now), max)
}

// wholeSeconds reads digits and nothing else. It stops counting above max, so that no number is too long for it.
func wholeSeconds(digits string, max time.Duration) (time.Duration, bool) {
	seconds, limit := int64(0), int64(max/time.Second)
	for _, d := range []byte(digits) {
		if d < '0' || d > '9' {
			return 0, false
		}
		if seconds <= limit {
			seconds = seconds*10 + int64(d-'0')
		}
	}
	if seconds > limit {
		return max, true
	}
	return time.Duration(seconds) * time.Second, digits != ""
}
