package alarm

import (
	"slices"
	"sync"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// lane is the queue of one channel. To one target one push is on its way at a time, and to one person a few, each time of
// what is critical and of the rest: a target that answers slowly, or never, so takes few of the places, also of those that
// are kept for what is critical, and the pushes to others go first.
type lane struct {
	kind     alertv1.TargetKind
	channel  push.Channel
	breakers breakers
	// strangers are the targets that the channel says to be somebody else's.
	strangers strangers

	mu              sync.Mutex
	critical, other []job
	busy            map[string]bool // order → one of it is on its way
	targets         map[holder]bool // targets to which one is on its way
	people          map[holder]int  // how many are on their way to a person
	held            map[holder]int  // how many of a person are in the queue or on their way
	sending, usual  int             // on their way; of them not critical
}

// holder is a person or a target, with what is critical or with the rest.
type holder struct {
	id       string
	critical bool
}

func newLane(kind alertv1.TargetKind, channel push.Channel) *lane {
	return &lane{
		kind: kind, channel: channel,
		busy: map[string]bool{}, targets: map[holder]bool{}, people: map[holder]int{}, held: map[holder]int{},
	}
}

// put queues a job.
func (l *lane) put(j job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held[j.holder()]++
	if j.critical() {
		l.critical = append(l.critical, j)
	} else {
		l.other = append(l.other, j)
	}
}

// take returns the next job that may be sent: a critical one if there is one. Some places are kept for those.
func (l *lane) take(limits Limits) (job, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sending >= limits.Sending {
		return job{}, false
	}
	j, ok := l.first(&l.critical)
	if !ok && l.usual < limits.Sending-limits.Reserved {
		if j, ok = l.first(&l.other); ok {
			l.usual++
		}
	}
	if ok {
		l.sending++
		l.busy[j.order()], l.targets[j.target()] = true, true
		l.people[j.holder()]++
	}
	return j, ok
}

// full tells whether so many pushes of a person wait already that no further ones are taken in hand.
func (l *lane) full(of holder) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held[of] >= maxHeld
}

// first takes the first job out of a queue whose turn it is.
func (l *lane) first(queue *[]job) (job, bool) {
	i := slices.IndexFunc(*queue, func(j job) bool {
		return !l.targets[j.target()] && l.people[j.holder()] < maxToPerson && !l.busy[j.order()]
	})
	if i < 0 {
		return job{}, false
	}
	j := (*queue)[i]
	if i == 0 {
		(*queue)[0] = job{} // what was sent is not kept
		*queue = (*queue)[1:]
	} else {
		*queue = slices.Delete(*queue, i, i+1)
	}
	return j, true
}

// free notes that a job is over.
func (l *lane) free(j job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sending--
	if !j.critical() {
		l.usual--
	}
	delete(l.busy, j.order())
	delete(l.targets, j.target())
	less(l.people, j.holder())
	less(l.held, j.holder())
}

// less takes one off a count, and keeps none that is zero.
func less(counts map[holder]int, key holder) {
	if counts[key]--; counts[key] <= 0 {
		delete(counts, key)
	}
}

// empty takes out what was not begun.
func (l *lane) empty() []job {
	l.mu.Lock()
	defer l.mu.Unlock()
	left := append(l.critical, l.other...)
	l.critical, l.other = nil, nil
	clear(l.held) // nothing is on its way any more
	return left
}
