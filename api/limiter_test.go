package api

import (
	"fmt"
	"testing"
	"time"
)

func TestLimiterGivesBurstThenOneEvery(t *testing.T) {
	l := newLimiter(3, time.Second)
	for i := range 3 {
		if wait := l.take("a", start); wait != 0 {
			t.Fatalf("attempt %d waits %v", i, wait)
		}
	}
	if wait := l.take("a", start); wait != time.Second {
		t.Fatalf("the fourth waits %v", wait)
	}
	if wait := l.take("b", start); wait != 0 {
		t.Fatalf("another key waits %v", wait)
	}
	if wait := l.take("a", start.Add(time.Second)); wait != 0 {
		t.Fatalf("a second later it waits %v", wait)
	}
	if wait := l.peek("a", start.Add(time.Hour)); wait != 0 {
		t.Fatalf("an hour later it waits %v", wait)
	}
	for i := range 3 {
		if wait := l.take("a", start.Add(time.Hour)); wait != 0 {
			t.Fatalf("an hour later attempt %d waits %v", i, wait)
		}
	}
	if wait := l.take("a", start.Add(time.Hour)); wait == 0 {
		t.Fatal("an hour fills a bucket above its burst")
	}
}

func TestLimiterIsBounded(t *testing.T) {
	l := newLimiter(1, time.Hour)
	for i := range maxBuckets + 100 {
		l.take(fmt.Sprint(i), start)
	}
	if len(l.buckets) != maxBuckets || l.recent.Len() != maxBuckets {
		t.Fatalf("%d buckets, %d in the list", len(l.buckets), l.recent.Len())
	}
	if wait := l.peek(fmt.Sprint(maxBuckets+99), start); wait == 0 {
		t.Fatal("the newest was forgotten")
	}
}
