package fcm

import (
	"net/http"
	"strconv"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// maxWait bounds what an answer can ask for: by then an alert has gone other ways, and one look an hour harms nobody.
const maxWait = time.Hour

// wait puts the wait that the answer asks for in the place of the usual one.
func wait(o push.Outcome, header http.Header, sent time.Time) push.Outcome {
	if o.Verdict != push.Later {
		return o
	}
	if asked := retryAfter(header, sent); asked > 0 {
		o.After = min(asked, maxWait)
	}
	return o
}

// retryAfter reads both forms of the header: seconds, and a date. The date is counted from the answer's own, so that a
// clock that is wrong here changes nothing. 0: none, or one that is over.
func retryAfter(header http.Header, sent time.Time) time.Duration {
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		now = sent
	}
	return max(until.Sub(now), 0)
}
