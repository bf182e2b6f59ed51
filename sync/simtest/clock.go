package simtest

import (
	"container/heap"
	"time"
)

// start is when every simulated history begins.
var start = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// event is something that happens at a virtual time.
type event struct {
	at   time.Time
	nth  int // order among events of one time
	what func()
}

// agenda is the virtual clock: time passes only from one event to the next.
type agenda struct {
	now    time.Time
	events eventHeap
	nth    int
}

func (a *agenda) after(d time.Duration, what func()) {
	a.nth++
	heap.Push(&a.events, event{at: a.now.Add(d), nth: a.nth, what: what})
}

// step runs the next event; false when there is none.
func (a *agenda) step() bool {
	if len(a.events) == 0 {
		return false
	}
	e := heap.Pop(&a.events).(event)
	a.now = e.at
	e.what()
	return true
}

type eventHeap []event

func (h eventHeap) Len() int { return len(h) }
func (h eventHeap) Less(i, j int) bool {
	if !h[i].at.Equal(h[j].at) {
		return h[i].at.Before(h[j].at)
	}
	return h[i].nth < h[j].nth
}
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *eventHeap) Push(x any)   { *h = append(*h, x.(event)) }
func (h *eventHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	*h = old[:len(old)-1]
	return e
}
