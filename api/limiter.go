package api

import (
	"container/list"
	"sync"
	"time"
)

// maxBuckets bounds a limiter's memory. Who has not been seen for the longest is forgotten first.
const maxBuckets = 10_000

// limiter gives each key a bucket of tokens that fills again with time. It may be used by many goroutines at once.
type limiter struct {
	burst int
	every time.Duration

	mu      sync.Mutex
	buckets map[string]*list.Element
	recent  *list.List // of *bucket, the latest used first
}

// bucket holds the time at which it will be full again, instead of a count that somebody would have to raise.
type bucket struct {
	key    string
	fullAt time.Time
}

func newLimiter(burst int, every time.Duration) *limiter {
	return &limiter{burst: burst, every: every, buckets: map[string]*list.Element{}, recent: list.New()}
}

// take takes a token, or tells how long to wait for one.
func (l *limiter) take(key string, now time.Time) time.Duration {
	return l.look(key, now, l.every)
}

// peek tells how long to wait for a token without taking one.
func (l *limiter) peek(key string, now time.Time) time.Duration {
	return l.look(key, now, 0)
}

func (l *limiter) look(key string, now time.Time, cost time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(key)
	if b.fullAt.Before(now) {
		b.fullAt = now
	}
	// A token is left while the time to full is at most that of all tokens but one.
	if wait := b.fullAt.Sub(now) - time.Duration(l.burst-1)*l.every; wait > 0 {
		return wait
	}
	b.fullAt = b.fullAt.Add(cost)
	return 0
}

func (l *limiter) bucket(key string) *bucket {
	if found, ok := l.buckets[key]; ok {
		l.recent.MoveToFront(found)
		return found.Value.(*bucket)
	}
	if l.recent.Len() >= maxBuckets {
		oldest := l.recent.Back()
		delete(l.buckets, oldest.Value.(*bucket).key)
		l.recent.Remove(oldest)
	}
	b := &bucket{key: key}
	l.buckets[key] = l.recent.PushFront(b)
	return b
}
