package alarm

import (
	"sync"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// breakers are those of one channel, one for each platform: credentials for Apple that have run out say nothing of Android.
// Where those of the whole channel are wrong, each platform finds that out by a push of its own.
type breakers struct {
	mu sync.Mutex
	by map[alertv1.Platform]*breaker
}

// of returns the breaker of a platform.
func (b *breakers) of(p alertv1.Platform) *breaker {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.by == nil {
		b.by = map[alertv1.Platform]*breaker{}
	}
	if b.by[p] == nil {
		b.by[p] = &breaker{}
	}
	return b.by[p]
}

// look returns what Status says of the channel: what was wrong last, before all on a platform that nothing gets through to.
func (b *breakers) look() (broken bool, trouble string, since time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, one := range b.by {
		cut, code, at := one.look()
		if cut && !broken || cut == broken && at.After(since) {
			broken, trouble, since = cut, code, at
		}
	}
	return broken, trouble, since
}

// breaker keeps a channel whose credentials for one platform are wrong from being asked by every push.
type breaker struct {
	mu       sync.Mutex
	until    time.Time
	failures int
	trouble  string
	since    time.Time
}

func (b *breaker) rests() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.until
}

// note learns from an outcome, and returns how long it rests; 0: it does not.
func (b *breaker) note(o push.Outcome, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o.Trouble != "" {
		b.trouble, b.since = o.Trouble, now
	}
	switch {
	case o.Verdict == push.Accepted || o.Verdict == push.Dead:
		b.until, b.failures = time.Time{}, 0
	case o.Verdict != push.Broken:
	case b.until.After(now): // of those that were on their way when the first came back
		return b.until.Sub(now)
	default:
		b.failures++
		rest := max(doubled(firstRest, lastRest, b.failures), o.After)
		b.until = now.Add(rest)
		return rest
	}
	return 0
}

// look returns whether it is broken, and what was wrong last.
func (b *breaker) look() (broken bool, trouble string, since time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failures > 0, b.trouble, b.since
}
